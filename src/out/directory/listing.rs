//! A station to be listed in a directory.

use crate::config::Directory;

/// A station's listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The station's name, for the log.
    pub station: String,
    /// The directory.
    pub directory: Directory,
    /// The radio's public URL.
    pub home: String,
    /// The server's limit of listeners.
    pub max_listeners: usize,
}
