//! Checkpoint archives, unpacked into memory: `.tar`, `.tar.gz` and `.zip`, recognised by their
//! first bytes, since some of Magenta's `.tar` files are compressed.
//!
//! Nothing is written to disk, so paths in an archive can't escape. The unpacked size is limited by
//! the archive's size: weights hardly compress, and no checkpoint shrinks to a sixteenth.

use std::{
    collections::BTreeMap,
    io::{Read, Seek, SeekFrom},
    path::{Component, Path, PathBuf},
};

use crate::musicvae::import::{error::Error, folder::Folder};

/// Limit on unpacked size, as a multiple of the archive's size.
const MAX_RATIO: u64 = 16;

/// Unpacked size that is always allowed, in bytes: small checkpoints may be mostly zeros.
const MIN_LIMIT: u64 = 16 << 20;

/// The files of an archive by folder, the shallowest folder first; `place` is for errors.
///
/// # Errors
/// The format is unknown, the archive is broken, or its contents are too large.
pub fn unpack(place: &str, mut bytes: impl Read + Seek) -> Result<Vec<Folder>, Error> {
    let broken = |error: std::io::Error| Error::archive(place, &error);
    let size = bytes.seek(SeekFrom::End(0)).map_err(broken)?;
    bytes.rewind().map_err(broken)?;
    let mut head = Vec::new();
    (&mut bytes).take(512).read_to_end(&mut head).map_err(broken)?;
    bytes.rewind().map_err(broken)?;
    let limit = size.saturating_mul(MAX_RATIO).max(MIN_LIMIT);
    let mut unpacked = Unpacked { place, n_left: limit, folders: BTreeMap::new() };
    match head.as_slice() {
        [b'P', b'K', ..] => unpacked.zip(bytes)?,
        [0x1f, 0x8b, ..] => unpacked.tar(flate2::read::GzDecoder::new(bytes))?,
        head if head.get(257..262) == Some(b"ustar") => unpacked.tar(bytes)?,
        _ => {
            let found = "a file of another format";
            return Err(Error::NoCheckpoint { place: place.to_owned(), found });
        }
    }
    Ok(unpacked.folders())
}

struct Unpacked<'a> {
    place: &'a str,
    n_left: u64,
    folders: BTreeMap<PathBuf, BTreeMap<String, Vec<u8>>>,
}

impl Unpacked<'_> {
    fn zip(&mut self, bytes: impl Read + Seek) -> Result<(), Error> {
        let broken = |error| Error::archive(self.place, &error);
        let mut archive = zip::ZipArchive::new(bytes).map_err(broken)?;
        for index in 0..archive.len() {
            let broken = |error| Error::archive(self.place, &error);
            let entry = archive.by_index(index).map_err(broken)?;
            let name = PathBuf::from(entry.name().map_err(broken)?.as_ref());
            let (is_file, size) = (entry.is_file(), entry.size());
            if is_file {
                self.add(&name, size, entry)?;
            }
        }
        Ok(())
    }

    fn tar(&mut self, bytes: impl Read) -> Result<(), Error> {
        let broken = |error: std::io::Error| Error::archive(self.place, &error);
        // The limit includes headers and skipped entries.
        let mut archive = tar::Archive::new(bytes.take(self.n_left.saturating_mul(2)));
        for entry in archive.entries().map_err(broken)? {
            let broken = |error: std::io::Error| Error::archive(self.place, &error);
            let entry = entry.map_err(broken)?;
            let name = entry.path().map_err(broken)?.into_owned();
            let (is_file, size) = (entry.header().entry_type().is_file(), entry.size());
            if is_file {
                self.add(&name, size, entry)?;
            }
        }
        // Reads to the end, where gzip has its checksum.
        std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).map_err(broken)?;
        Ok(())
    }

    fn add(&mut self, path: &Path, size: u64, entry: impl Read) -> Result<(), Error> {
        let name = path.display().to_string();
        if self.n_left < size {
            let expected = format!("at most {} bytes in an archive of this size", self.n_left);
            return Err(Error::broken(self.place, name, expected, size));
        }
        let mut bytes = Vec::new();
        let n_read = entry.take(size.saturating_add(1)).read_to_end(&mut bytes);
        let n_read = n_read.map_err(|error| Error::archive(self.place, &error))? as u64;
        if n_read != size {
            let found = if n_read < size { n_read.to_string() } else { "more".to_owned() };
            return Err(Error::broken(self.place, name, format!("{size} bytes"), found));
        }
        self.n_left -= size;
        let plain = |part: Component<'_>| match part {
            Component::Normal(part) => part.to_str().map(str::to_owned),
            _ => None,
        };
        let mut parts: Vec<String> = path.components().filter_map(plain).collect();
        let Some(file) = parts.pop() else { return Ok(()) };
        match self.folders.entry(parts.iter().collect()).or_default().insert(file, bytes) {
            Some(_) => Err(Error::broken(self.place, name, "a unique path", "a duplicate")),
            None => Ok(()),
        }
    }

    fn folders(self) -> Vec<Folder> {
        let mut folders: Vec<_> = self.folders.into_iter().collect();
        folders.sort_by_key(|(path, _)| path.components().count());
        let named =
            |(path, files)| Folder::in_memory(Path::new(self.place).join::<PathBuf>(path), files);
        folders.into_iter().map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use crate::musicvae::import::{read_archive_in_memory, tests::values};

    const MANIFEST: &[u8] = br#"{"a": {"filename": "a", "shape": [1]}}"#;
    const A: [u8; 4] = 1f32.to_le_bytes();

    fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, bytes) in files {
            let mut header = tar::Header::new_ustar();
            // Bypasses the builder's check, which refuses `..` and `/`.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            archive.append(&header, *bytes).unwrap();
        }
        archive.into_inner().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in files {
            archive.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn error(bytes: &[u8]) -> String {
        read_archive_in_memory(bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_checkpoint_is_found_in_each_kind_of_archive() {
        let files = [
            ("./model/._manifest.json", &b"Mac OS X"[..]),
            ("./model/a", &A),
            ("./model/manifest.json", MANIFEST),
            ("./read.me", b""),
        ];
        for archive in [tar(&files), gzip(&tar(&files)), zip(&files)] {
            assert_eq!(values(&read_archive_in_memory(&archive).unwrap(), "a"), [1.0]);
        }
    }

    #[test]
    fn paths_cannot_escape_the_archive() {
        let files = [("../../a", &A[..]), ("/manifest.json", MANIFEST)];
        for archive in [tar(&files), zip(&files)] {
            // `..` and `/` are dropped, so both files are in one folder.
            assert_eq!(values(&read_archive_in_memory(&archive).unwrap(), "a"), [1.0]);
        }
    }

    #[test]
    fn archive_bombs_are_refused() {
        let zeros = vec![0; 17 << 20];
        for archive in [zip(&[("a", &zeros)]), gzip(&tar(&[("a", &zeros)]))] {
            assert_eq!(
                error(&archive),
                "memory: a: expected at most 16777216 bytes in an archive of this size, \
                 found 17825792"
            );
        }
        // A zip file that claims a small size.
        let mut forged = zip(&[("a", &zeros[..99999])]);
        let size = 99999u32.to_le_bytes();
        while let Some(at) = forged.windows(4).position(|window| window == size) {
            forged[at..at + 4].copy_from_slice(&7u32.to_le_bytes());
        }
        assert!(error(&forged).starts_with("memory: "), "{}", error(&forged));
    }

    #[test]
    fn truncated_and_corrupt_archives_are_errors() {
        let files = [("a", &A[..]), ("manifest.json", MANIFEST)];
        for archive in [tar(&files), gzip(&tar(&files)), zip(&files)] {
            for length in 0..archive.len().min(1500) {
                assert!(read_archive_in_memory(&archive[..length]).is_err(), "{length}");
            }
            for place in 0..archive.len().min(1500) {
                let mut bad = archive.clone();
                bad[place] ^= 0xff;
                let _ = read_archive_in_memory(&bad);
            }
        }
        assert!(
            error(&tar(&[("a", &A), ("./a", &A)]))
                .ends_with("a: expected a unique path, found a duplicate")
        );
        assert!(error(&tar(&[("b", &A)])).ends_with("found an archive without a checkpoint"));
    }
}
