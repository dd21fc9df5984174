//! A station's titles on disk: a line of JSON each.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::{
    files,
    station::{
        history::{MAX_TITLES, PastTitle},
        state::file::MOST_BYTES,
    },
};

/// The file's line.
#[derive(Serialize, Deserialize)]
struct Line {
    at: String,
    title: String,
}

/// The file of the titles of `station`.
pub(super) fn path(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("{station}.history.jsonl"))
}

/// Adds a title to the file at `path`.
pub(super) fn append(path: &Path, PastTitle { at, title }: &PastTitle) -> io::Result<()> {
    let mut line = serde_json::to_string(&Line { at: at.to_string(), title: (**title).into() })?;
    line.push('\n');
    files::append(path, line.as_bytes())
}

/// The titles in the file at `path`, oldest first. Invalid lines are skipped with a warning, and a file
/// that holds them or has grown long is cut to the last [`MAX_TITLES`] titles.
pub(super) fn read(path: &Path) -> Vec<PastTitle> {
    let bytes = match files::read_small(path, MOST_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => return Vec::new(),
        Err(error) => {
            warn!("{}: ignoring saved titles: {}", path.display(), error.reason);
            return Vec::new();
        }
    };
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let valid: Vec<(&[u8], PastTitle)> =
        lines.iter().filter_map(|line| Some((line.trim_ascii(), parse(line)?))).collect();
    let n_invalid = lines.len() - valid.len();
    if 0 < n_invalid {
        warn!("{}: ignoring {n_invalid} invalid lines", path.display());
    }
    let last = &valid[valid.len().saturating_sub(MAX_TITLES)..];
    if 0 < n_invalid || 2 * MAX_TITLES < lines.len() {
        let text: Vec<u8> = last.iter().flat_map(|(line, _)| [line, &b"\n"[..]].concat()).collect();
        if let Err(error) = files::write(path, &text) {
            warn!("{error}");
        }
    }
    last.iter().map(|(_, heard)| heard.clone()).collect()
}

fn parse(line: &[u8]) -> Option<PastTitle> {
    let Line { at, title } = serde_json::from_slice(line).ok()?;
    Some(PastTitle { at: at.parse().ok()?, title: title.into() })
}
