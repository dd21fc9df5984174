//! The files of a checkpoint, which lie on disk or, out of an archive, in memory.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Cursor, Read, Seek, SeekFrom},
    path::{Component, Path, PathBuf},
};

use crate::musicvae::import::Error;

/// Manifests and indexes are longer only by mistake or malice, in bytes.
const MAX_MANIFEST_BYTES: u64 = 4 << 20;

/// Files beside each other.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// `None` reads from disk.
    in_memory: Option<BTreeMap<String, Vec<u8>>>,
}

/// A file to read spans of.
pub struct OpenFile<'a> {
    path: PathBuf,
    bytes: Box<dyn ReadSeek + 'a>,
    n_bytes: u64,
    /// What may still be read: spans that overlap would make a small file a large network.
    n_unread: u64,
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Folder {
    /// The folder at `path`; an empty path is where we are.
    pub fn on_disk(path: &Path) -> Self {
        Self { path: path.to_owned(), in_memory: None }
    }

    /// Files by name; errors call their folder `path`.
    pub fn in_memory(path: impl Into<PathBuf>, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { path: path.into(), in_memory: Some(files) }
    }

    /// How errors name the folder.
    pub fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// How errors name a file.
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
    /// It is missing, not a file, or not in this folder.
    pub fn size(&self, name: &str) -> Result<u64, Error> {
        self.check_name(name)?;
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let path = self.path.join(name);
        if let Some(files) = &self.in_memory {
            let file = files.get(name).ok_or_else(missing).map_err(Error::file(path))?;
            return Ok(file.len() as u64);
        }
        let metadata = fs::metadata(&path).map_err(Error::file(&path))?;
        // A pipe or device would never end.
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

    /// All of a manifest or an index.
    ///
    /// # Errors
    /// As [`Folder::size`], or it is far too long.
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

    /// Names come out of manifests; `../` and the like would lead elsewhere.
    fn check_name(&self, name: &str) -> Result<(), Error> {
        let mut components = Path::new(name).components();
        let only = (components.next(), components.next());
        let is_plain = matches!(only, (Some(Component::Normal(only)), None) if only == name);
        if is_plain && !name.contains(['\\', '\0']) {
            return Ok(());
        }
        Err(Error::broken(&self.path(), "a file's name", "one without a path", format!("{name:?}")))
    }
}

impl OpenFile<'_> {
    /// The file's size in bytes.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Appends the `n` bytes from `offset` on, which `what` is made of, to `out`.
    ///
    /// # Errors
    /// The file is shorter, or its spans overlap.
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
            return Err(Error::broken(&file, what, "bytes of its own", "those of other tensors"));
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
    fn a_span_ends_within_the_file_and_is_nobody_elses() {
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
            "m/a: tensor x: expected bytes of its own, found those of other tensors"
        );
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in ["../a", "/etc/passwd", "b/a", "", ".", "..", "a/", "c:\\a", "a\0"] {
            let error = folder().open(name).err().unwrap().to_string();
            assert!(error.starts_with("m: a file's name: expected one without a path"), "{error}");
        }
    }
}
