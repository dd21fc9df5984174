//! A log of moves to render: read as a whole, or rejected with the place of its first error.
//!
//! A station on air skips lines that a crash has cut off. A rendering must match what was on air.

use std::path::{Path, PathBuf};

use crate::{
    files::{self, NotRead},
    station::{
        state::moves::{EVERY_BARS, MOST_READ, PastMoment, before},
        studio::log::Line,
    },
};

/// The lines of a log, and those of the log before it first.
pub struct LogFile {
    path: PathBuf,
    /// Each with its file and its number there, from 1.
    lines: Vec<(PathBuf, usize, Line)>,
}

/// Why a log is not rendered.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file can't be read.
    #[error(transparent)]
    NotRead(#[from] NotRead),
    /// The file is empty.
    #[error("{}: expected a line of a log of moves, found none", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A line is not JSON, or not of a log.
    #[error("{}:{line}: expected a line of a log of moves in JSON, found {found}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
        /// What is wrong, and where in the line.
        found: String,
    },
    /// The music was composed from another seed, or for another station.
    #[error(
        "{}:{line}: expected music of station {station} with seed {seed}, found other music",
        path.display()
    )]
    Seed {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
        /// The requested station.
        station: String,
        /// The radio's seed.
        seed: u64,
    },
    /// The log does not cover the requested first bar.
    #[error(
        "{}:{line}: expected a first bar from {} to {}, where the log ends, found {found}",
        path.display(),
        known[0],
        known[1]
    )]
    Bar {
        /// The file.
        path: PathBuf,
        /// The number of the last line.
        line: usize,
        /// The first and the last bar of the log.
        known: [u64; 2],
        /// The bar.
        found: u64,
    },
}

impl LogFile {
    /// Reads the log at `path`, and the one before it, if there is one. A line that is being written at the
    /// end is left out.
    ///
    /// # Errors
    /// The file can't be read, it has no line, or a line is not that of a log.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        let older = before(path);
        let mut lines = if older.exists() { read(&older)? } else { Vec::new() };
        lines.extend(read(path)?);
        Ok(Self { path: path.to_owned(), lines })
    }

    /// Checks that the log is of `station` in a radio whose seed is `seed`.
    ///
    /// # Errors
    /// The log has a line from a run with another seed.
    pub fn check_seed(&self, station: &str, seed: u64) -> Result<(), LogError> {
        let is_other = |line: &Line| {
            line.progress().is_some_and(|progress| !progress.is_of_seed(seed, station))
        };
        match self.lines.iter().find(|(_, _, line)| is_other(line)) {
            None => Ok(()),
            Some((path, line, _)) => {
                let (path, station) = (path.clone(), station.to_owned());
                Err(LogError::Seed { path, line: *line, station, seed })
            }
        }
    }

    /// Checks that the log, with the `moments` saved beside it, covers `bar`. Moments are saved at least
    /// every [`EVERY_BARS`].
    ///
    /// # Errors
    /// It does not.
    pub fn check_bar(&self, bar: u64, moments: &[PastMoment]) -> Result<(), LogError> {
        let of_lines = self.lines.iter().map(|(_, _, line)| line.bar());
        let first = of_lines.clone().min().unwrap_or_default();
        let last = of_lines.chain(moments.iter().map(|past| past.bar)).max().unwrap_or_default();
        let known = [first, last + EVERY_BARS];
        if (known[0]..=known[1]).contains(&bar) {
            return Ok(());
        }
        let line = self.lines.last().map_or(1, |(_, line, _)| *line);
        Err(LogError::Bar { path: self.path.clone(), line, known, found: bar })
    }

    /// The lines.
    pub fn into_lines(self) -> Vec<Line> {
        self.lines.into_iter().map(|(_, _, line)| line).collect()
    }
}

fn read(path: &Path) -> Result<Vec<(PathBuf, usize, Line)>, LogError> {
    let bytes = files::read_small(path, MOST_READ)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let lines = bytes[..whole].split(|byte| *byte == b'\n').zip(1..);
    let lines: Result<Vec<_>, LogError> = lines
        .filter(|(line, _)| !line.is_empty())
        .map(|(text, line)| match serde_json::from_slice(text) {
            Ok(read) => Ok((path.to_owned(), line, read)),
            Err(error) => {
                let text = error.to_string();
                let reason = text.split(" at line ").next().unwrap_or_default();
                let found = format!("{reason:?} in column {}", error.column());
                Err(LogError::Line { path: path.to_owned(), line, found })
            }
        })
        .collect();
    let lines = lines?;
    if lines.is_empty() {
        return Err(LogError::Empty { path: path.to_owned() });
    }
    Ok(lines)
}
