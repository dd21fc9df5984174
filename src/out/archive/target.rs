//! The target of a recording, and its errors.

use std::{
    io,
    path::{Path, PathBuf},
};

/// A station to record.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The station's name.
    pub station: String,
    /// The archive's folder.
    pub root: PathBuf,
    /// Days after which recordings are deleted.
    pub keep_days: u32,
    /// Free disk space in GB (10⁹ bytes) below which recording pauses.
    pub min_free_gb: f64,
}

/// Why recording failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder can't be written.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The disk has too little space.
    #[error("{}: {free:.3} GB free, below min_free_gb = {floor}", folder.display())]
    Full {
        /// The station's folder.
        folder: PathBuf,
        /// Free space in GB.
        free: f64,
        /// The limit in GB.
        floor: f64,
    },
}

impl Error {
    /// Wraps the system's error at `path`.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk { path: path.to_owned(), source }
    }
}

impl Target {
    /// The folder of the station's recordings.
    pub fn folder(&self) -> PathBuf {
        self.root.join(&self.station)
    }
}
