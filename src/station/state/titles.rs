//! A station's titles on disk: a line of JSON each.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::{
    files,
    station::history::{MAX_TITLES, PastTitle},
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
    let mut file = File::options().create(true).append(true).open(path)?;
    let mut line = serde_json::to_string(&Line { at: at.to_string(), title: (**title).into() })?;
    line.push('\n');
    file.write_all(line.as_bytes())
}

/// The titles in the file at `path`, oldest first. Invalid lines are skipped with a warning, and a file
/// that holds them or has grown long is cut to the last [`MAX_TITLES`] titles.
pub(super) fn read(path: &Path) -> Vec<PastTitle> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            warn!("{}: ignoring saved titles: {error}", path.display());
            return Vec::new();
        }
    };
    let lines: Vec<Vec<u8>> = BufReader::new(file).split(b'\n').map_while(Result::ok).collect();
    let valid: Vec<(&[u8], PastTitle)> =
        lines.iter().filter_map(|line| Some((&line[..], parse(line)?))).collect();
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
