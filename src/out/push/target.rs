//! The target of a push.

use crate::config::Push;

/// A mount on another server that a station is pushed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The station's name, for the log.
    pub station: String,
    /// Server, login and mount.
    pub push: Push,
    /// The radio's public URL, if any, sent as `ice-url`.
    pub home: Option<String>,
}
