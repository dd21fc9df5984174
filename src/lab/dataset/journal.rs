//! What an unfinished build has written down: its settings, then what became of each file.

use std::{
    fmt,
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::lab::dataset::Error;

/// What is built, and out of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Version of the program, as another may find other windows.
    pub version: String,
    /// Name of the family.
    pub family: String,
    /// Steps of a window.
    pub n_steps: usize,
    /// Also windows that lack some parts.
    pub with_absent: bool,
    /// Folders, archives and files, as they were given.
    pub sources: Vec<PathBuf>,
    /// Bytes of a window.
    pub window_bytes: usize,
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources: Vec<_> = self.sources.iter().map(|path| path.to_string_lossy()).collect();
        let Self { version, family, n_steps, with_absent, .. } = self;
        let partial = if *with_absent { ", partial ones too" } else { "" };
        write!(f, "windows of {n_steps} steps{partial} for {family} by version {version}")?;
        write!(f, " out of {}", sources.join(" "))
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Where it lies.
    pub file: String,
    /// What it gave.
    pub fate: Fate,
}

impl Outcome {
    /// Windows that were kept of it.
    pub fn n_new(&self) -> usize {
        match self.fate {
            Fate::Kept { new, .. } => new,
            Fate::LeftOut(_) => 0,
        }
    }
}

/// What a file gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Windows, among them some that stood in an earlier file.
    Kept {
        /// Those that did not.
        new: usize,
        /// Those that did.
        duplicates: usize,
    },
    /// Nothing, for this reason.
    LeftOut(String),
}

/// The whole lines of a journal, one after the other.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    /// Where the last whole line ended, in bytes.
    pub end: u64,
}

impl Lines {
    /// The lines of the file `path`.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn of(path: &Path) -> Result<Self, Error> {
        let reader = File::open(path).map(BufReader::new).map_err(Error::file(path))?;
        Ok(Self { path: path.to_owned(), reader, end: 0 })
    }

    /// The next line; none at the end, or where a line was torn.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn next_as<T: for<'de> Deserialize<'de>>(&mut self) -> Result<Option<T>, Error> {
        let mut line = Vec::new();
        self.reader.read_until(b'\n', &mut line).map_err(Error::file(&self.path))?;
        let value = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok());
        if value.is_some() {
            self.end += line.len() as u64;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        std::fs::write(&path, "1\n22\n33").unwrap();
        let mut lines = Lines::of(&path).unwrap();

        let numbers: Vec<u32> = std::iter::from_fn(|| lines.next_as().unwrap()).collect();

        assert_eq!(numbers, [1, 22]);
        assert_eq!(lines.end, 5);
    }

    #[test]
    fn what_became_of_a_file_is_read_as_it_was_written() {
        for fate in [Fate::Kept { new: 2, duplicates: 1 }, Fate::LeftOut("no\nnotes".into())] {
            let outcome = Outcome { file: "a \"b\".mid".into(), fate };
            let line = serde_json::to_string(&outcome).unwrap();
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<Outcome>(&line).unwrap(), outcome);
        }
    }
}
