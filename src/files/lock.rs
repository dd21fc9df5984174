//! Locks of folders: one process at a time.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process,
};

use rustix::fs::OFlags;

/// The file in the folder that is locked; it holds the process id of the last holder.
const FILE: &str = "radio.lock";

/// Digits of the longest process id.
const MOST_DIGITS: u64 = 20;

/// A folder that no other process can lock. The system unlocks it when the process ends, however it
/// ends.
#[derive(Debug)]
pub struct FolderLock {
    /// The lock belongs to the open file.
    _file: File,
}

/// A folder can't be locked.
#[derive(Debug, thiserror::Error)]
pub enum NotLocked {
    /// Another process holds the lock.
    #[error(
        "{}: expected a state folder for this radio alone, found it in use by another radio, process \
         {holder}; `state` in radio.toml names another folder",
        folder.display()
    )]
    Taken {
        /// The folder.
        folder: PathBuf,
        /// The holder's process id, in its own container.
        holder: String,
    },
    /// The folder can't be created or written, or its disk knows no locks.
    #[error("{}: {source}", folder.display())]
    System {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl FolderLock {
    /// Locks `folder`, which is created if it does not exist.
    ///
    /// # Errors
    /// Another process holds the lock, or the folder can't be written.
    pub fn take(folder: &Path) -> Result<Self, NotLocked> {
        let system = |source| NotLocked::System { folder: folder.to_owned(), source };
        let mut file = open(folder).map_err(system)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = holder(&file);
                return Err(NotLocked::Taken { folder: folder.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(system(error)),
        }
        let named = file.set_len(0).and_then(|()| writeln!(file, "{}", process::id()));
        named.map_err(system)?;
        Ok(Self { _file: file })
    }
}

/// Opens the file of the lock, never through a link.
fn open(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).custom_flags(flags);
    let file = options.open(folder.join(FILE))?;
    let is_regular = file.metadata()?.is_file();
    is_regular.then_some(file).ok_or_else(|| io::Error::other("expected a regular file radio.lock"))
}

/// What the holder has written into its file.
fn holder(file: &File) -> String {
    let mut text = String::new();
    let read = file.take(MOST_DIGITS).read_to_string(&mut text);
    let number = read.ok().and_then(|_| text.trim().parse::<u32>().ok());
    number.map_or_else(|| "unknown".to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_folder_names_its_holder_until_the_lock_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("state");
        let lock = FolderLock::take(&inner).unwrap();

        let error = FolderLock::take(&inner).unwrap_err();

        let NotLocked::Taken { holder, .. } = &error else { panic!("{error}") };
        assert_eq!(*holder, process::id().to_string());
        drop(lock);
        assert!(FolderLock::take(&inner).is_ok());
    }

    #[test]
    fn a_link_in_place_of_the_lock_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let foreign = folder.path().join("foreign");
        fs::write(&foreign, "precious").unwrap();
        std::os::unix::fs::symlink(&foreign, folder.path().join(FILE)).unwrap();

        assert!(matches!(FolderLock::take(folder.path()), Err(NotLocked::System { .. })));
        assert_eq!(fs::read(&foreign).unwrap(), b"precious");
    }
}
