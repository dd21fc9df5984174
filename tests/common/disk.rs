//! A small file system that fills up quickly.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::tool::is_root;

/// A small file system in memory; unmounted when dropped.
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts one of `n_kilobytes` at `path`; none, after a line on stderr, if that is not permitted, as in
    /// many containers.
    pub fn mount(path: &Path, n_kilobytes: u32) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let size = format!("size={n_kilobytes}k");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path);
        if is_root() && command.status().is_ok_and(|status| status.success()) {
            return Some(Self { path: path.to_owned() });
        }
        eprintln!("skipped: mounting a file system is not permitted");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since a process may still have files open on it.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}
