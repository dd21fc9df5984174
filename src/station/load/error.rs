//! Why a theme can't be loaded.

use crate::{
    musicvae::net::{self, family::Family},
    sound,
};

/// Why a file that a station names can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A model can't be read.
    #[error(transparent)]
    Model(#[from] net::Error),
    /// The tensors of a model don't fit its family.
    #[error("{name}: expected a model of {family}: {source}")]
    WrongModel {
        /// The model's asset.
        name: String,
        /// The family that the file or the theme names.
        family: Family,
        /// Which tensor doesn't fit.
        source: net::Error,
    },
    /// Not a chorale model.
    #[error("{name}: expected a model of chorales: {source}")]
    NoChorale {
        /// The model's asset.
        name: String,
        /// Which tensor doesn't fit.
        source: net::Error,
    },
    /// A model's sequences hold other parts than the theme needs.
    #[error("{name}: expected a model such as {expected}, found one of {found}")]
    OtherModel {
        /// The model's asset.
        name: String,
        /// A suitable family.
        expected: Family,
        /// The model's family.
        found: Family,
    },
    /// A model's sequences are shorter than a phrase.
    #[error("{name}: expected a model of at least {expected} bars, found one of {found}")]
    ShortModel {
        /// The model's asset.
        name: String,
        /// Bars that a phrase needs.
        expected: u64,
        /// Whole bars of the model's sequences.
        found: usize,
    },
    /// A theme draws from a prior that its model does not have.
    #[error("dreams: expected a prior of {model} ({found}), found {name:?}")]
    NoPrior {
        /// The model's asset.
        model: String,
        /// The priors that it has.
        found: String,
        /// The prior that the theme names.
        name: &'static str,
    },
    /// The MIDI file of an anchor can't be used.
    #[error("{file}: {reason}")]
    Anchor {
        /// The file.
        file: String,
        /// What was expected and found.
        reason: String,
    },
    /// The SoundFont can't be read.
    #[error(transparent)]
    SoundFont(#[from] sound::Error),
}
