//! Notices when radio.toml is saved.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Looks at a file now and then: that works on every file system, network drives and bind mounts
/// included, where notifications don't.
pub struct Watch {
    path: PathBuf,
    /// As it was when it was read last.
    read: Option<Stamp>,
    /// As it was at the last look.
    seen: Option<Stamp>,
}

type Stamp = (SystemTime, u64);

impl Watch {
    /// Watches the file that [`crate::config::load`] reads at `path`, as it is now.
    pub fn new(path: Option<&Path>) -> Self {
        let path = path.unwrap_or(Path::new(crate::config::load::FILE)).to_owned();
        let now = stamp(&path).ok();
        Self { path, read: now, seen: now }
    }

    /// Whether the file has been saved since it was read last and has stood still since the last
    /// look: an editor may write it in several goes. One that is gone may be about to come back.
    pub fn is_changed(&mut self) -> bool {
        let now = stamp(&self.path).ok();
        let is_still = now == std::mem::replace(&mut self.seen, now);
        if now.is_none() || now == self.read || !is_still {
            return false;
        }
        self.read = now;
        true
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let about = fs::metadata(path)?;
    Ok((about.modified()?, about.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_save_is_noticed_once_it_is_over() {
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
    fn a_file_that_is_gone_for_a_while_is_waited_for() {
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
