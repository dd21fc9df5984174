//! The files of a checkpoint, on disk or, from an archive, in memory.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Cursor, Read, Seek, SeekFrom},
    path::{Component, Path, PathBuf},
};

use crate::musicvae::import::error::Error;

/// Limit on manifests and indexes, in bytes; longer ones are broken or malicious.
const MAX_MANIFEST_BYTES: u64 = 4 << 20;

/// The files of one folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// `None` reads from disk.
    in_memory: Option<BTreeMap<String, Vec<u8>>>,
}

/// An open file, read in spans.
pub struct OpenFile<'a> {
    path: PathBuf,
    bytes: Box<dyn ReadSeek + 'a>,
    n_bytes: u64,
    /// Bytes that may still be read: overlapping spans could turn a small file into a large
    /// network.
    n_unread: u64,
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Folder {
    /// The folder at `path`; an empty path is the current folder.
    pub fn on_disk(path: &Path) -> Self {
        Self { path: path.to_owned(), in_memory: None }
    }

    /// Files by name; `path` is for errors.
    pub fn in_memory(path: impl Into<PathBuf>, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { path: path.into(), in_memory: Some(files) }
    }

    /// The folder's name in errors.
    pub fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// A file's name in errors.
    pub fn place(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }

    /// Names of all files, sorted.
    pub fn names(&self) -> Result<Vec<String>, Error> {
        if let Some(files) = &self.in_memory {
            return Ok(files.keys().cloned().collect());
        }
        let path = if self.path.as_os_str().is_empty() { Path::new(".") } else { &self.path };
        let mut names = Vec::new();
        for entry in fs::read_dir(path).map_err(Error::file(path))? {
            let entry = entry.map_err(Error::file(path))?;
            names.extend(entry.file_name().into_string().ok());
        }
        names.sort();
        Ok(names)
    }

    /// Whether there is a file of that name.
    pub fn has(&self, name: &str) -> bool {
        self.size(name).is_ok()
    }

    /// A file's size in bytes.
    ///
    /// # Errors
    /// The file is missing, not a regular file, or outside this folder.
    pub fn size(&self, name: &str) -> Result<u64, Error> {
        self.check_name(name)?;
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let path = self.path.join(name);
        if let Some(files) = &self.in_memory {
            let file = files.get(name).ok_or_else(missing).map_err(Error::file(path))?;
            return Ok(file.len() as u64);
        }
        let metadata = fs::metadata(&path).map_err(Error::file(&path))?;
        // Reading a pipe or a device might never end.
        let is_file = metadata.is_file();
        is_file.then_some(metadata.len()).ok_or_else(missing).map_err(Error::file(path))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// As [`Folder::size`].
    pub fn open(&self, name: &str) -> Result<OpenFile<'_>, Error> {
        let n_bytes = self.size(name)?;
        let path = self.path.join(name);
        let bytes: Box<dyn ReadSeek> = match &self.in_memory {
            Some(files) => Box::new(Cursor::new(files[name].as_slice())),
            None => Box::new(File::open(&path).map_err(Error::file(&path))?),
        };
        Ok(OpenFile { path, bytes, n_bytes, n_unread: n_bytes })
    }

    /// Reads a whole manifest or index.
    ///
    /// # Errors
    /// As [`Folder::size`], or the file is too long.
    pub fn read_manifest(&self, name: &str) -> Result<Vec<u8>, Error> {
        let mut file = self.open(name)?;
        let n_bytes = file.n_bytes;
        if MAX_MANIFEST_BYTES < n_bytes {
            let expected = format!("at most {MAX_MANIFEST_BYTES} bytes");
            return Err(Error::broken(&self.place(name), "the file", expected, n_bytes));
        }
        let mut bytes = Vec::new();
        file.read_at("the file", 0, n_bytes, &mut bytes)?;
        Ok(bytes)
    }

    /// Refuses names with paths: names come from manifests, and `../` would leave the folder.
    fn check_name(&self, name: &str) -> Result<(), Error> {
        let mut components = Path::new(name).components();
        let only = (components.next(), components.next());
        let is_plain = matches!(only, (Some(Component::Normal(only)), None) if only == name);
        if is_plain && !name.contains(['\\', '\0']) {
            return Ok(());
        }
        Err(Error::broken(&self.path(), "file name", "a name without a path", format!("{name:?}")))
    }
}

impl OpenFile<'_> {
    /// The file's size in bytes.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Appends `n` bytes from `offset` on to `out`; `what` is for errors.
    ///
    /// # Errors
    /// The file is shorter, or the span overlaps others.
    pub fn read_at(
        &mut self,
        what: &str,
        offset: u64,
        n: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let file = self.path.display().to_string();
        if offset.checked_add(n).is_none_or(|end| self.n_bytes < end) {
            let (expected, found) = (format!("{n} bytes from byte {offset}"), self.n_bytes);
            return Err(Error::broken(&file, what, expected, format!("{found} bytes in all")));
        }
        if self.n_unread < n {
            return Err(Error::broken(&file, what, "separate bytes", "bytes of other tensors"));
        }
        self.n_unread -= n;
        out.reserve(n as usize);
        self.bytes.seek(SeekFrom::Start(offset)).map_err(Error::file(&self.path))?;
        let n_read = (&mut self.bytes).take(n).read_to_end(out).map_err(Error::file(&self.path))?;
        match n_read as u64 == n {
            true => Ok(()),
            false => Err(Error::broken(&file, what, format!("{n} bytes"), n_read)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> Folder {
        Folder::in_memory("m", [("a".to_owned(), vec![1, 2, 3, 4])].into())
    }

    #[test]
    fn spans_are_read_from_memory_and_from_disk() {
        let disk = tempfile::tempdir().unwrap();
        fs::write(disk.path().join("a"), [1, 2, 3, 4]).unwrap();

        for folder in [folder(), Folder::on_disk(disk.path())] {
            let mut bytes = vec![0];
            folder.open("a").unwrap().read_at("x", 1, 2, &mut bytes).unwrap();
            assert_eq!(bytes, [0, 2, 3]);
            assert_eq!(folder.names().unwrap(), ["a"]);
        }
    }

    #[test]
    fn spans_end_within_the_file_and_do_not_overlap() {
        let folder = folder();
        let mut file = folder.open("a").unwrap();
        let mut read = |offset, n| {
            file.read_at("tensor x", offset, n, &mut Vec::new()).map_err(|e| e.to_string())
        };

        assert_eq!(
            read(2, 3).unwrap_err(),
            "m/a: tensor x: expected 3 bytes from byte 2, found 4 bytes in all"
        );
        assert!(read(u64::MAX, 2).is_err());
        assert!(read(0, 4).is_ok());
        assert_eq!(
            read(1, 1).unwrap_err(),
            "m/a: tensor x: expected separate bytes, found bytes of other tensors"
        );
    }

    #[test]
    fn names_with_paths_are_refused() {
        for name in ["../a", "/etc/passwd", "b/a", "", ".", "..", "a/", "c:\\a", "a\0"] {
            let error = folder().open(name).err().unwrap().to_string();
            assert!(error.starts_with("m: file name: expected a name without a path"), "{error}");
        }
    }
}
