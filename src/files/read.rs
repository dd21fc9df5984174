//! Opening and reading of files whose paths come from a configuration or a list.
//!
//! Such a path may name a pipe, whose opening waits for a writer, or a device, which never ends.
//! Only regular files are opened, and [`read_small`] reads up to a limit, even of a file that grows.
//! A network drive that has gone can still block: read where a thread may hang.

use std::{
    fs::{self, File, FileType},
    io::{self, Read as _},
    os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

/// A file can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct NotRead {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: Reason,
}

/// Why a file can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The file is missing, or the system refuses or fails to read it.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The path names a folder, pipe, socket or device.
    #[error("expected a regular file, found {0}")]
    Kind(&'static str),
    /// The file is larger than any that makes sense here.
    #[error("expected at most {limit} bytes, found more")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A text is in another encoding.
    #[error("expected UTF-8 text, found other bytes in line {line}")]
    Encoding {
        /// The line, from 1.
        line: usize,
    },
}

impl From<Reason> for io::Error {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::System(error) => error,
            reason => Self::other(reason),
        }
    }
}

impl NotRead {
    /// Whether no file exists at the path.
    pub fn is_missing(&self) -> bool {
        matches!(&self.reason, Reason::System(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// Opens the regular file at `path` for reading. Symbolic links are followed.
///
/// # Errors
/// The file is missing, not regular or not readable.
pub fn open(path: &Path) -> Result<File, NotRead> {
    let opened = || {
        // Opening a device can act on it, so look first.
        check(fs::metadata(path)?.file_type())?;
        // A pipe put there since is opened without waiting for its writer.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = File::options().read(true).custom_flags(flags.bits() as i32).open(path)?;
        check(file.metadata()?.file_type())?;
        Ok(file)
    };
    opened().map_err(|reason| NotRead { path: path.to_owned(), reason })
}

/// Reads the regular file at `path`.
///
/// # Errors
/// As [`open`]; reading fails, or the file has more than `limit` bytes.
pub fn read_small(path: &Path, limit: u64) -> Result<Vec<u8>, NotRead> {
    let failed = |reason| NotRead { path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    let read = open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| failed(error.into()))?;
    let is_small = bytes.len() as u64 <= limit;
    is_small.then_some(bytes).ok_or_else(|| failed(Reason::TooLarge { limit }))
}

/// Reads the UTF-8 text in the regular file at `path`.
///
/// # Errors
/// As [`read_small`]; the text is not UTF-8.
pub fn read_small_text(path: &Path, limit: u64) -> Result<String, NotRead> {
    String::from_utf8(read_small(path, limit)?).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        NotRead { path: path.to_owned(), reason: Reason::Encoding { line } }
    })
}

fn check(kind: FileType) -> Result<(), Reason> {
    let found = match kind {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a named pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    Err(Reason::Kind(found))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    fn sentence(path: &Path, limit: u64) -> String {
        let sentence = read_small(path, limit).unwrap_err().to_string();
        sentence.rsplit_once('/').unwrap().1.to_owned()
    }

    #[test]
    fn only_regular_files_are_opened_and_nothing_waits() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("a")).unwrap();
        mkfifoat(CWD, at("b"), Mode::RWXU).unwrap();
        let _socket = UnixListener::bind(at("c")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", at("d")).unwrap();

        assert_eq!(sentence(&at("a"), 9), "a: expected a regular file, found a folder");
        assert_eq!(sentence(&at("b"), 9), "b: expected a regular file, found a named pipe");
        assert_eq!(sentence(&at("c"), 9), "c: expected a regular file, found a socket");
        assert_eq!(sentence(&at("d"), 9), "d: expected a regular file, found a device");
        assert!(read_small(&at("e"), 9).unwrap_err().is_missing());
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "four").unwrap();

        assert_eq!(read_small(&file, 4).unwrap(), b"four");
        assert_eq!(sentence(&file, 3), "a: expected at most 3 bytes, found more");
        // As large as the disk allows, though it takes no room there.
        File::options().write(true).open(&file).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(sentence(&file, 1 << 20), "a: expected at most 1048576 bytes, found more");
        // Reports a length of 0.
        assert!(!read_small(Path::new("/proc/self/status"), 1 << 20).unwrap().is_empty());
    }

    #[test]
    fn a_text_in_another_encoding_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, b"one\ntwo\ncaf\xe9\n").unwrap();

        let error = read_small_text(&file, 100).unwrap_err();

        assert!(matches!(error.reason, Reason::Encoding { line: 3 }), "{error}");
    }
}
