//! Atomic, durable file writes, careful reads, locks of folders, and stamps that detect a changed file.
//!
//! A write goes to `NAME.partial` beside the path, is synced and renamed over the path, and the
//! folder is synced: after a crash or power failure the path holds the old content or the new,
//! never a part of it. Permissions follow the umask, even if the library that writes the content
//! sets others. Nothing is written through a symbolic link: a link at the path is replaced, and what it
//! points to stays as it is.

pub mod lock;
mod read;

pub mod patience;

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use rustix::fs::OFlags;

pub use self::read::{NotRead, Reason, open, read_small, read_small_text};

/// Opens no link, and doesn't block on a pipe.
const UNLINKED: i32 = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).bits() as i32;

/// A write failed; the file at its path is unchanged.
#[derive(Debug, thiserror::Error)]
#[error("{path}: writing failed: {source}", path = path.display())]
pub struct NotWritten {
    /// The file.
    pub path: PathBuf,
    /// The I/O error.
    pub source: io::Error,
}

impl From<NotWritten> for io::Error {
    fn from(error: NotWritten) -> Self {
        Self::new(error.source.kind(), error)
    }
}

/// A write in progress. Dropping it before [`Pending::commit`] removes the partial file.
#[derive(Debug)]
pub struct Pending {
    path: PathBuf,
    partial: PathBuf,
    permissions: fs::Permissions,
    is_committed: bool,
}

impl Pending {
    /// Creates an empty `NAME.partial` beside `path` and opens it for reading and writing.
    ///
    /// # Errors
    /// The file can't be created.
    pub fn create(path: &Path) -> io::Result<(Self, File)> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        // A leftover of a crash, or a link to another file.
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = File::options().read(true).write(true).create_new(true).open(&partial)?;
        let permissions = file.metadata()?.permissions();
        Ok((Self { path: path.to_owned(), partial, permissions, is_committed: false }, file))
    }

    /// Path of the partial file.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Syncs the partial file and renames it over the path.
    ///
    /// # Errors
    /// Syncing or renaming fails; the file at the path is unchanged.
    pub fn commit(mut self) -> io::Result<()> {
        let file = File::options().read(true).custom_flags(UNLINKED).open(&self.partial)?;
        // The writing library may have replaced the file by one that only its owner can read.
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
            // Free the space, the disk may be full. A failure to remove is harmless.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// Replaces the file at `path` with `content`.
///
/// # Errors
/// Creating, writing, syncing or renaming fails.
pub fn write(path: &Path, content: &[u8]) -> Result<(), NotWritten> {
    let replace = || {
        let (pending, mut file) = Pending::create(path)?;
        file.write_all(content)?;
        pending.commit()
    };
    replace().map_err(|source| NotWritten { path: path.to_owned(), source })
}

/// Appends `content` to the file at `path`, which is created if it is missing, and syncs it. After a power
/// failure the file may end with a part of `content`.
///
/// # Errors
/// The path is a link, pipe or device, or opening, writing or syncing fails.
pub fn append(path: &Path, content: &[u8]) -> io::Result<()> {
    let options = File::options().append(true).create(true).custom_flags(UNLINKED).clone();
    let mut file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("expected a regular file"));
    }
    file.write_all(content)?;
    sync(&file)
}

/// Creates the folder at `path` and its parents, unless they exist. Rejects a symbolic link at `path`, which
/// may lead to files of another owner.
///
/// # Errors
/// Creating one fails, or `path` itself is a file or a symbolic link.
pub fn create_own_folder(path: &Path) -> io::Result<()> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
    if is_link {
        return Err(io::Error::other("expected a folder, found a symbolic link"));
    }
    fs::create_dir_all(path)
}

/// Flushes the data of `file` to the disk. A file system that can't do that is not an error.
///
/// # Errors
/// The disk is full or fails.
pub fn sync(file: &File) -> io::Result<()> {
    match file.sync_data() {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

/// Replaces the file at `path` with what `write` writes to the partial path that it is given.
///
/// # Errors
/// `write` fails, or creating, syncing or renaming does.
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

/// Makes the name of the file at `path` durable, after it was created or renamed. Windows can't open
/// folders and does not need this.
///
/// # Errors
/// The folder can't be opened or synced.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Metadata of a file: a changed stamp means that the content may have changed.
///
/// Modification time and length are not enough: a file may be swapped for another one of the same
/// length whose time was set back, as package managers and archives do (`cp -p`, store paths of the
/// year 1970). On Unix the inode number and the time of its last change, which nobody can set, distinguish
/// such files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    n_bytes: u64,
    inode: Inode,
}

/// Inode number, seconds and nanoseconds of its last change; zeros on systems without inodes.
type Inode = (u64, i64, i64);

impl Stamp {
    /// The stamp of the file at `path`; none if its metadata can't be read.
    pub fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::from(&metadata))
    }
}

impl From<&fs::Metadata> for Stamp {
    fn from(metadata: &fs::Metadata) -> Self {
        let (modified, n_bytes) = (metadata.modified().ok(), metadata.len());
        Self { modified, n_bytes, inode: inode(metadata) }
    }
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> Inode {
    use std::os::unix::fs::MetadataExt as _;

    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> Inode {
    Inode::default()
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
    fn a_failed_write_leaves_the_old_file_and_no_partial() {
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

    #[test]
    fn nothing_is_written_through_a_link() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("foreign"), "precious").unwrap();
        for name in ["note", "note.partial", "list"] {
            symlink(at("foreign"), at(name)).unwrap();
        }

        write(&at("note"), b"mine").unwrap();
        assert!(append(&at("list"), b"mine").is_err());

        assert_eq!(fs::read(at("note")).unwrap(), b"mine");
        assert!(!fs::symlink_metadata(at("note")).unwrap().is_symlink());
        assert_eq!(fs::read(at("foreign")).unwrap(), b"precious");
        symlink(folder.path(), at("inner")).unwrap();
        assert!(create_own_folder(&at("inner")).is_err());
        assert!(create_own_folder(&at("a/b")).is_ok() && create_own_folder(&at("a/b")).is_ok());
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
    fn a_file_of_the_same_length_and_time_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("radio.toml"), folder.path().join("other"));
        let long_ago = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
        for (path, text) in [(&path, "seed = 1"), (&other, "seed = 2")] {
            fs::write(path, text).unwrap();
            File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
        }
        let before = Stamp::of(&path);

        fs::rename(&other, &path).unwrap();

        assert_ne!(before, Stamp::of(&path));
    }

    #[test]
    fn a_new_length_changes_the_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.m3u");
        assert_eq!(Stamp::of(&path), None);

        fs::write(&path, "a.mp3").unwrap();
        let before = Stamp::of(&path);
        fs::write(&path, "a.mp3\nb.mp3").unwrap();

        assert!(before.is_some() && before != Stamp::of(&path));
    }
}
