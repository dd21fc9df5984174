//! A station's log of moves on disk, and the moments from which its music can be composed again.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tracing::warn;

use crate::{
    files,
    station::studio::log::{Line, Moment},
};

/// Length in bytes at which the log is restarted; the one before it is kept.
const MOST_LOG: u64 = 16 << 20;

/// The longest log that is read: two of them, the last line of each longer than the limit.
pub const MOST_READ: u64 = 64 << 20;

/// Moments that are kept, the starts of pieces, and how many more may gather before the file is cut.
const N_MOMENTS: usize = 64;
const N_GATHERED: usize = 32;

/// Bars after which a moment is kept even if no piece starts.
pub const EVERY_BARS: u64 = 256;

/// A moment that was on air, as a line of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastMoment {
    /// The first bar, the composer's number.
    pub bar: u64,
    /// The inputs of the music there.
    pub moment: Moment,
}

/// The log and the moments of a station, as written.
pub(super) struct MovesLog {
    log: PathBuf,
    moments: PathBuf,
    /// Lines for bars that were not on air when they were written.
    ahead: VecDeque<(u64, Vec<u8>)>,
    /// First bar of the moment written last.
    last: Option<u64>,
    /// Whether a moment was due at a phrase that was split.
    is_overdue: bool,
    n_moments: usize,
}

impl MovesLog {
    pub fn new(folder: &Path, station: &str) -> Self {
        let moments = moments_path(folder, station);
        let n_moments = read_lines::<PastMoment>(&moments).len();
        let (ahead, last) = (VecDeque::new(), None);
        Self { log: path(folder, station), moments, ahead, last, is_overdue: false, n_moments }
    }

    /// Adds a line.
    pub fn append(&mut self, line: &Line) -> io::Result<()> {
        let bytes = bytes(line)?;
        if matches!(line, Line::Start { .. }) {
            self.ahead.clear();
            (self.last, self.is_overdue) = (None, false);
        }
        files::append(&self.log, &bytes)?;
        self.ahead.push_back((line.bar(), bytes));
        Ok(())
    }

    /// Keeps the moment before the phrase on air if a piece starts with it, or none was kept for long. A
    /// phrase that `is_split` has a change in its middle: its first bars do not follow from its moment, so
    /// the next phrase's is kept instead.
    pub fn note(&mut self, moment: &Moment, is_split: bool) -> io::Result<()> {
        let bar = moment.progress.bar;
        self.ahead.retain(|(other, _)| bar <= *other);
        let is_due = |last: u64| moment.progress.starts_piece() || last + EVERY_BARS <= bar;
        let is_due = self.is_overdue || self.last.is_none_or(is_due);
        if is_split {
            self.is_overdue = is_due;
            return Ok(());
        }
        if fs::metadata(&self.log).is_ok_and(|log| MOST_LOG <= log.len()) {
            self.begin_anew(moment)?;
        }
        if !is_due || self.last.is_some_and(|last| bar <= last) {
            return Ok(());
        }
        (self.last, self.is_overdue) = (Some(bar), false);
        files::append(&self.moments, &bytes(&PastMoment { bar, moment: moment.clone() })?)?;
        self.n_moments += 1;
        if N_MOMENTS + N_GATHERED < self.n_moments {
            self.cut_moments()?;
        }
        Ok(())
    }

    /// Restarts the log with the phrase on air and with the lines for later ones.
    fn begin_anew(&mut self, moment: &Moment) -> io::Result<()> {
        let bar = moment.progress.bar;
        let (at, moment) = (Timestamp::now(), Box::new(moment.clone()));
        let mut text = bytes(&Line::Start { at, bar, moment })?;
        let later = self.ahead.iter().filter(|(other, _)| bar < *other);
        later.for_each(|(_, line)| text.extend_from_slice(line));
        fs::rename(&self.log, before(&self.log))?;
        Ok(files::write(&self.log, &text)?)
    }

    fn cut_moments(&mut self) -> io::Result<()> {
        let all = read_lines::<PastMoment>(&self.moments);
        let kept = &all[all.len().saturating_sub(N_MOMENTS)..];
        let lines: io::Result<Vec<Vec<u8>>> = kept.iter().map(bytes).collect();
        self.n_moments = kept.len();
        Ok(files::write(&self.moments, &lines?.concat())?)
    }
}

/// The file of the log of `station`.
pub fn path(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("{station}.moves.jsonl"))
}

fn moments_path(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("{station}.moments.jsonl"))
}

/// The file of the log before the one at `path`.
pub fn before(path: &Path) -> PathBuf {
    path.with_extension("1.jsonl")
}

/// The lines of the log at `path`, those of the log before it first.
pub fn read_log(path: &Path) -> Vec<Line> {
    read_lines(&before(path)).into_iter().chain(read_lines(path)).collect()
}

/// The moments of `station`, oldest first.
pub fn read_moments(folder: &Path, station: &str) -> Vec<PastMoment> {
    read_lines(&moments_path(folder, station))
}

fn bytes(line: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The lines of the file at `path`; invalid ones, such as one cut off by a crash, are skipped with a
/// warning.
fn read_lines<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let bytes = match files::read_small(path, MOST_READ) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => return Vec::new(),
        Err(error) => {
            warn!("{}: ignoring saved moves: {}", path.display(), error.reason);
            return Vec::new();
        }
    };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let read: Vec<Result<T, _>> = lines.map(serde_json::from_slice).collect();
    let n_invalid = read.iter().filter(|line| line.is_err()).count();
    if 0 < n_invalid {
        warn!("{}: ignoring {n_invalid} invalid lines", path.display());
    }
    read.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
