//! A data set written piece by piece, so that it may be larger than memory: the safetensors file
//! that [`crate::lab::dataset::packed`] reads.
//!
//! The safetensors library writes what it has in memory, so the header is written here; it needs no
//! more than counts.

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

/// What stands at the head of a set.
#[derive(Debug, Clone)]
pub struct Head<'a> {
    /// Which networks learn from it.
    pub family: Family,
    /// Titles, sorted.
    pub songs: &'a [String],
    /// Windows.
    pub n_windows: usize,
    /// Steps of a window.
    pub n_steps: usize,
    /// Columns of a step.
    pub n_columns: usize,
}

impl Head<'_> {
    /// The header of the file, always the same for the same set: a length and JSON, padded to a
    /// multiple of 8 bytes as the format asks.
    fn bytes(&self) -> io::Result<Vec<u8>> {
        let (n, family) = (self.n_windows, self.family);
        let (n_song, n_tokens) = (4 * n, 2 * n * self.n_steps * self.n_columns);
        let header = json!({
            "__metadata__": { "family": family.name(), "songs": serde_json::to_string(self.songs)? },
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

/// Writes a set to `path`, whole or not at all: `numbers` give the song of each window, `tokens` the
/// windows as [`encode`] makes them.
///
/// # Errors
/// The file can't be written; the errors of `numbers`; `tokens` can't be read.
pub fn write(
    path: &Path,
    head: &Head,
    numbers: impl Iterator<Item = Result<u32, Error>>,
    mut tokens: impl Read,
) -> Result<(), Error> {
    let failed = Error::not_written(path);
    let (pending, file) = Pending::create(path).map_err(&failed)?;
    let mut out = BufWriter::new(file);
    out.write_all(&head.bytes().map_err(&failed)?).map_err(&failed)?;
    for number in numbers {
        out.write_all(&number?.to_le_bytes()).map_err(&failed)?;
    }
    let copied = io::copy(&mut tokens, &mut out).and_then(|_| out.flush());
    copied.and_then(|()| pending.commit()).map_err(&failed)
}

/// Appends a window to `bytes`: step by step, a value of each column, u16 from the low byte up.
pub fn encode(window: &Window, bytes: &mut Vec<u8>) {
    for step in 0..window.first().map_or(0, Vec::len) {
        for line in window {
            bytes.extend(line[step].to_le_bytes());
        }
    }
}

/// `path` with `ending` after its whole name.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn head(songs: &[String]) -> Head<'_> {
        Head { family: Family::Drums2Bar, songs, n_windows: 3, n_steps: 32, n_columns: 1 }
    }

    #[test]
    fn a_header_is_always_the_same_and_aligned() {
        let songs = ["é".to_owned(), "\"b\"".to_owned()];

        let bytes = head(&songs).bytes().unwrap();

        assert_eq!(bytes.len() % 8, 0);
        assert_eq!(bytes, head(&songs).bytes().unwrap());
    }

    #[test]
    fn a_window_is_written_step_by_step() {
        let mut bytes = Vec::new();
        encode(&vec![vec![1, 2], vec![3, 0x102]], &mut bytes);
        assert_eq!(bytes, [1, 0, 3, 0, 2, 0, 2, 1]);
    }

    #[test]
    fn a_set_that_can_t_be_written_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.dataset");
        fs::write(&path, b"before").unwrap();
        let numbers = std::iter::once(Err(Error::NoWindows("x")));
        let written = write(&path, &head(&[]), numbers, io::empty());

        assert!(matches!(written, Err(Error::NoWindows(_))));
        assert_eq!(fs::read(&path).unwrap(), b"before");
    }
}
