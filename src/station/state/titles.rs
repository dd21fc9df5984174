//! A station's titles on disk: a line of JSON each.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::{
    files,
    music::cover::Cover,
    station::{
        history::{Heard, MAX_TITLES, PastTitle},
        state::file::MOST_BYTES,
    },
};

/// The file's line.
#[derive(Serialize, Deserialize)]
struct Line {
    at: String,
    title: String,
    /// None in lines of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bar: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    piece: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cover: Option<Cover>,
}

/// The file of the titles of `station`.
pub(super) fn path(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("{station}.history.jsonl"))
}

/// Adds a title to the file at `path`.
pub(super) fn append(path: &Path, past: &PastTitle) -> io::Result<()> {
    let heard = past.heard.as_ref();
    let mut line = serde_json::to_string(&Line {
        at: past.at.to_string(),
        title: (*past.title).into(),
        bar: heard.map(|heard| heard.bar),
        piece: heard.map(|heard| heard.piece),
        cover: heard.map(|heard| heard.cover),
    })?;
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
    let Line { at, title, bar, piece, cover } = serde_json::from_slice(line).ok()?;
    let heard = match (bar, piece, cover) {
        (Some(bar), Some(piece), Some(cover)) => {
            Some(Heard { bar, piece, cover, place: Arc::default() })
        }
        _ => None,
    };
    Some(PastTitle { at: at.parse().ok()?, title: title.into(), heard })
}
