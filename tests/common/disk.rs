//! A disk that is soon full.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::tool::is_root;

/// A small file system in memory; gone when dropped.
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// One of `n_kilobytes` at `path`, where we may mount it. The caller's test is else skipped, which
    /// is said on stderr: a container may forbid it, whatever is installed.
    pub fn mount(path: &Path, n_kilobytes: u32) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let size = format!("size={n_kilobytes}k");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path);
        if is_root() && command.status().is_ok_and(|status| status.success()) {
            return Some(Self { path: path.to_owned() });
        }
        eprintln!("skipped: no file system can be mounted");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: whoever has a file open on it may end later.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}
