//! Detects that radio.toml was saved.

use std::path::{Path, PathBuf};

use crate::{config::source::FILE, files::Stamp};

/// Polls a file's stamp. Polling works on every file system, also on network drives and bind mounts,
/// where change notifications don't.
pub struct Watch {
    path: PathBuf,
    /// The stamp when the file was last read.
    read: Option<Stamp>,
    /// The stamp at the last poll.
    seen: Option<Stamp>,
}

impl Watch {
    /// Watches the file that [`crate::config::load`] reads for `path`, starting from its current state.
    pub fn new(path: Option<&Path>) -> Self {
        let path = path.unwrap_or(Path::new(FILE)).to_owned();
        let now = Stamp::of(&path);
        Self { path, read: now, seen: now }
    }

    /// Marks the file as not read: reading failed for lack of file descriptors or memory.
    pub fn forget(&mut self) {
        self.read = None;
    }

    /// Whether the file differs from when it was last read and is unchanged since the last poll: some
    /// editors write a file in several steps. A missing file is not a change: some editors delete the
    /// file before they write it.
    pub fn is_changed(&mut self) -> bool {
        let now = Stamp::of(&self.path);
        let is_still = now == std::mem::replace(&mut self.seen, now);
        if now.is_none() || now == self.read || !is_still {
            return false;
        }
        self.read = now;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_save_is_detected_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("radio.toml");
        fs::write(&path, "a").unwrap();
        let mut watch = Watch::new(Some(&path));
        assert!(!watch.is_changed());

        fs::write(&path, "half of").unwrap();
        assert!(!watch.is_changed());
        fs::write(&path, "half of it and all").unwrap();
        assert!(!watch.is_changed());
        assert!(watch.is_changed());
        assert!(!watch.is_changed());
    }

    #[test]
    fn a_save_that_could_not_be_read_counts_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("radio.toml");
        fs::write(&path, "a").unwrap();
        let mut watch = Watch::new(Some(&path));
        assert!(!watch.is_changed());

        watch.forget();

        assert!(watch.is_changed() && !watch.is_changed());
    }

    #[test]
    fn a_file_that_is_briefly_missing_is_not_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("radio.toml");
        fs::write(&path, "a").unwrap();
        let mut watch = Watch::new(Some(&path));

        fs::remove_file(&path).unwrap();
        assert!(!watch.is_changed() && !watch.is_changed());
        fs::write(&path, "new").unwrap();
        assert!(!watch.is_changed());
        assert!(watch.is_changed());
    }
}
