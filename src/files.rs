//! Files that are replaced whole and durably, and a stamp to see that a file has changed.
//!
//! A file is written beside its path as `NAME.partial`, synced, renamed over the path, and its folder
//! is synced: after a crash or a power cut the path holds the old content or the new, never a part.
//! Permissions follow the umask, whatever library writes the content.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A file was not replaced; what was at its path before is still there.
#[derive(Debug, thiserror::Error)]
#[error("{path}: not written: {source}", path = path.display())]
pub struct NotWritten {
    /// Which file.
    pub path: PathBuf,
    /// What failed.
    pub source: io::Error,
}

impl From<NotWritten> for io::Error {
    fn from(error: NotWritten) -> Self {
        Self::new(error.source.kind(), error)
    }
}

/// A file that is being written. Dropped before [`Pending::commit`], it is removed.
#[derive(Debug)]
pub struct Pending {
    path: PathBuf,
    partial: PathBuf,
    permissions: fs::Permissions,
    is_committed: bool,
}

impl Pending {
    /// Creates `NAME.partial` beside `path`, empty, and opens it for reading and writing.
    ///
    /// # Errors
    /// The file can't be created.
    pub fn create(path: &Path) -> io::Result<(Self, File)> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let options = File::options().read(true).write(true).create(true).truncate(true).clone();
        let file = options.open(&partial)?;
        let permissions = file.metadata()?.permissions();
        Ok((Self { path: path.to_owned(), partial, permissions, is_committed: false }, file))
    }

    /// Where the content is written until it is committed.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Syncs the content and moves it to its path.
    ///
    /// # Errors
    /// The disk is full or fails; what was at the path before is still there.
    pub fn commit(mut self) -> io::Result<()> {
        let file = File::open(&self.partial)?;
        // A library may have replaced the file by one that only its owner can read.
        file.set_permissions(self.permissions.clone())?;
        file.sync_all()?;
        fs::rename(&self.partial, &self.path)?;
        self.is_committed = true;
        sync_folder(&self.path)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_committed {
            // The disk may be full: its space is given back. A failure here changes nothing.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// Replaces the file at `path` by `content`.
///
/// # Errors
/// The disk is full, fails or is read-only.
pub fn write(path: &Path, content: &[u8]) -> Result<(), NotWritten> {
    write_with(path, |partial| fs::write(partial, content))
}

/// Replaces the file at `path` by what `write` writes to the path that it is given.
///
/// # Errors
/// Those of `write`; the disk is full, fails or is read-only.
pub fn write_with(
    path: &Path,
    write: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), NotWritten> {
    let replace = || {
        let (pending, _) = Pending::create(path)?;
        write(pending.partial())?;
        pending.commit()
    };
    replace().map_err(|source| NotWritten { path: path.to_owned(), source })
}

/// Makes the rename to `path` durable. Windows can't open folders and needs no such call.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// When a file was last modified, and its length: a file with other content has another stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    n_bytes: u64,
}

impl Stamp {
    /// The stamp of the file at `path`; none if it can't be looked at.
    pub fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::from(&metadata))
    }
}

impl From<&fs::Metadata> for Stamp {
    fn from(metadata: &fs::Metadata) -> Self {
        Self { modified: metadata.modified().ok(), n_bytes: metadata.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.txt");

        write(&path, b"before").unwrap();
        write(&path, b"after").unwrap();

        assert_eq!(fs::read(&path).unwrap(), b"after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_the_file_before_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.txt");
        write(&path, b"before").unwrap();

        let failed = write_with(&path, |partial| {
            fs::write(partial, b"half")?;
            Err(io::Error::other("disk full"))
        });

        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_follow_the_umask_whatever_the_writer_sets() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (plain, private) = (folder.path().join("plain"), folder.path().join("private"));
        File::create(&plain).unwrap();

        write_with(&private, |partial| {
            fs::remove_file(partial)?;
            fs::write(partial, b"secret")?;
            fs::set_permissions(partial, fs::Permissions::from_mode(0o600))
        })
        .unwrap();

        assert_eq!(mode(&private), mode(&plain));
    }

    #[test]
    fn another_length_is_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.m3u");
        assert_eq!(Stamp::of(&path), None);

        fs::write(&path, "a.mp3").unwrap();
        let before = Stamp::of(&path);
        fs::write(&path, "a.mp3\nb.mp3").unwrap();

        assert!(before.is_some() && before != Stamp::of(&path));
    }
}
