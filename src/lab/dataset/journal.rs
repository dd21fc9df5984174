//! The journal of an unfinished build: its settings, then the result of each file.

use std::{
    fmt,
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    lab::dataset::{Error, reason::Reason, recordings::OfRecording},
    music::part_map::Rule,
};

/// Settings of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Version of this program; another version may extract other windows.
    pub version: String,
    /// Name of the family.
    pub family: String,
    /// Steps of a window.
    pub n_steps: usize,
    /// Whether windows with missing parts are included.
    pub with_absent: bool,
    /// Folders, archives and files, as given on the command line.
    pub sources: Vec<PathBuf>,
    /// Bytes of a window.
    pub window_bytes: usize,
    /// Most windows of a file.
    pub max_per_file: usize,
    /// Whether songs are split at changes of the time signature.
    pub presplit: bool,
    /// Which instruments play which part.
    pub rules: Vec<Rule>,
    /// How recordings are read; none if they are not.
    #[serde(default)]
    pub recordings: Option<String>,
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources: Vec<_> = self.sources.iter().map(|path| path.to_string_lossy()).collect();
        let Self { version, family, n_steps, with_absent, .. } = self;
        let partial = if *with_absent { ", including partial ones," } else { "" };
        write!(f, "windows of {n_steps} steps{partial} for {family} by version {version}")?;
        write!(f, " from {}", sources.join(" "))?;
        if self.max_per_file != usize::MAX {
            write!(f, ", at most {} a file", self.max_per_file)?;
        }
        f.write_str(if self.presplit { "" } else { ", not split at changes of meter" })?;
        self.rules.iter().try_for_each(|rule| write!(f, ", {rule}"))?;
        self.recordings.iter().try_for_each(|recordings| write!(f, ", {recordings}"))
    }
}

/// A file and its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its path.
    pub file: String,
    /// Index of its source on the command line.
    pub source: usize,
    /// Faults of a MIDI file.
    pub faults: Vec<String>,
    /// Figures of a recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<OfRecording>,
    /// Its result; the JSON key is `fate`.
    #[serde(rename = "fate")]
    pub result: FileResult,
}

impl Outcome {
    /// Number of windows kept.
    pub fn n_new(&self) -> usize {
        match self.result {
            FileResult::Kept { new, .. } => new,
            FileResult::LeftOut(_) => 0,
        }
    }
}

/// Result of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileResult {
    /// The file has windows.
    Kept {
        /// Windows that no earlier file has.
        new: usize,
        /// New windows that lack a part.
        partial: usize,
        /// Windows that an earlier file has.
        duplicates: usize,
    },
    /// The file has no windows, for this reason.
    LeftOut(Reason),
}

/// Reads the complete lines of a journal.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    /// End of the last complete line, in bytes.
    pub end: u64,
}

impl Lines {
    /// Opens the journal `path`.
    ///
    /// # Errors
    /// The file can't be opened.
    pub fn of(path: &Path) -> Result<Self, Error> {
        let reader = File::open(path).map(BufReader::new).map_err(Error::file(path))?;
        Ok(Self { path: path.to_owned(), reader, end: 0 })
    }

    /// Parses the next line; none at the end, or if the line is incomplete.
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
    fn an_incomplete_line_is_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        std::fs::write(&path, "1\n22\n33").unwrap();
        let mut lines = Lines::of(&path).unwrap();

        let numbers: Vec<u32> = std::iter::from_fn(|| lines.next_as().unwrap()).collect();

        assert_eq!(numbers, [1, 22]);
        assert_eq!(lines.end, 5);
    }

    #[test]
    fn results_round_trip_through_json() {
        for result in [
            FileResult::Kept { new: 2, partial: 1, duplicates: 1 },
            FileResult::LeftOut(Reason::plain("no\nnotes")),
        ] {
            let (source, faults) = (1, vec!["a fault".to_owned()]);
            let outcome =
                Outcome { file: "a \"b\".mid".into(), source, faults, recording: None, result };
            let line = serde_json::to_string(&outcome).unwrap();
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<Outcome>(&line).unwrap(), outcome);
        }
    }
}
