//! Requests to a station's composer.

use std::sync::mpsc::SyncSender;

use crate::{
    compose::{change::Change, progress::Progress, steering::When},
    station::studio::{
        error::MoveError,
        hand::Hand,
        log::Version,
        moves::{Move, Receipt},
    },
};

/// The answer to a request.
pub type Answer = Result<Receipt, MoveError>;

/// A request to a composer: changes that take effect together.
pub struct Request {
    /// Who asks.
    pub by: String,
    /// Why.
    pub what: What,
    /// When.
    pub when: When,
    /// The changes.
    pub changes: Vec<Change>,
    /// The values of the station after them, if they change.
    pub version: Option<Version>,
    /// Takes the answer.
    pub answer: Option<SyncSender<Answer>>,
}

/// The reason of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A move by hand.
    Move(Move),
    /// radio.toml, or a file that it names, has changed.
    Settings,
    /// A cue is taken over.
    Adopted(Box<Hand>, Box<Progress>),
}
