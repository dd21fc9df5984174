//! Writes a data set piece by piece, so that it may be larger than memory: the safetensors file
//! that [`crate::lab::dataset::packed`] reads.
//!
//! The safetensors library writes only tensors in memory, so the header is written here; it needs
//! only counts.

use std::{
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    files::Pending,
    lab::dataset::Error,
    musicvae::{convert::window::Window, net::family::Family},
};

/// Header of a set.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    /// Family of the networks that the set is for.
    pub family: Family,
    /// Titles, sorted.
    pub songs: &'a [String],
    /// For each title the name of its source.
    pub sources: &'a [String],
    /// Number of windows.
    pub n_windows: usize,
    /// Steps of a window.
    pub n_steps: usize,
    /// Columns of a step.
    pub n_columns: usize,
}

impl Header<'_> {
    /// The file's header, deterministic: a length and JSON, padded to a multiple of 8 bytes as the
    /// format requires.
    fn bytes(&self) -> io::Result<Vec<u8>> {
        let (n, family) = (self.n_windows, self.family);
        let (n_song, n_tokens) = (4 * n, 2 * n * self.n_steps * self.n_columns);
        let header = json!({
            "__metadata__": {
                "family": family.name(),
                "songs": serde_json::to_string(self.songs)?,
                "sources": serde_json::to_string(self.sources)?,
            },
            "song": { "dtype": "U32", "shape": [n], "data_offsets": [0, n_song] },
            "tokens": {
                "dtype": "U16",
                "shape": [n, self.n_steps, self.n_columns],
                "data_offsets": [n_song, n_song + n_tokens],
            },
        });
        let mut header = header.to_string().into_bytes();
        header.resize(header.len().next_multiple_of(8), b' ');
        Ok([(header.len() as u64).to_le_bytes().to_vec(), header].concat())
    }
}

/// Writes a set to `path` atomically. `numbers` are the song indices of the windows, `tokens` the
/// windows as [`encode`] writes them.
///
/// # Errors
/// The file can't be written, or `tokens` can't be read; the errors of `numbers`.
pub fn write(
    path: &Path,
    header: &Header,
    numbers: impl Iterator<Item = Result<u32, Error>>,
    mut tokens: impl Read,
) -> Result<(), Error> {
    let failed = Error::not_written(path);
    let (pending, file) = Pending::create(path).map_err(&failed)?;
    let mut out = BufWriter::new(file);
    out.write_all(&header.bytes().map_err(&failed)?).map_err(&failed)?;
    for number in numbers {
        out.write_all(&number?.to_le_bytes()).map_err(&failed)?;
    }
    let copied = io::copy(&mut tokens, &mut out).and_then(|_| out.flush());
    copied.and_then(|()| pending.commit()).map_err(&failed)
}

/// Appends a window to `bytes`: step by step a value per column, u16 little-endian.
pub fn encode(window: &Window, bytes: &mut Vec<u8>) {
    for step in 0..window.first().map_or(0, Vec::len) {
        for line in window {
            bytes.extend(line[step].to_le_bytes());
        }
    }
}

/// `path` with `ending` appended to its name.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn header(songs: &[String]) -> Header<'_> {
        let family = Family::Drums2Bar;
        Header { family, songs, sources: songs, n_windows: 3, n_steps: 32, n_columns: 1 }
    }

    #[test]
    fn the_header_is_deterministic_and_aligned() {
        let songs = ["é".to_owned(), "\"b\"".to_owned()];

        let bytes = header(&songs).bytes().unwrap();

        assert_eq!(bytes.len() % 8, 0);
        assert_eq!(bytes, header(&songs).bytes().unwrap());
    }

    #[test]
    fn a_window_is_written_step_by_step() {
        let mut bytes = Vec::new();
        encode(&vec![vec![1, 2], vec![3, 0x102]], &mut bytes);
        assert_eq!(bytes, [1, 0, 3, 0, 2, 0, 2, 1]);
    }

    #[test]
    fn a_failed_write_keeps_the_existing_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.dataset");
        fs::write(&path, b"before").unwrap();
        let numbers = std::iter::once(Err(Error::Busy(path.clone())));
        let written = write(&path, &header(&[]), numbers, io::empty());

        assert!(matches!(written, Err(Error::Busy(_))));
        assert_eq!(fs::read(&path).unwrap(), b"before");
    }
}
