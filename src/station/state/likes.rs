//! A station's likes on disk: a line of JSON each.

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::{
    files,
    station::{
        likes::{LikedPiece, merge},
        state::file::MOST_BYTES,
    },
};

/// Lines after which the file is compacted to one per piece.
pub(super) const MOST_LINES: usize = 1000;

/// The file's line: a piece and how many liked it.
#[derive(Serialize, Deserialize)]
struct Line {
    at: String,
    seed: u64,
    piece: u64,
    title: String,
    bar: u64,
    n: u32,
    model: String,
    place: Vec<f32>,
}

/// The file of the likes of `station`.
pub(super) fn path(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("{station}.likes.jsonl"))
}

/// Adds likes to the file at `path`.
pub(super) fn append(path: &Path, liked: &LikedPiece) -> io::Result<()> {
    files::append(path, &line(liked))
}

/// The likes in the file at `path`, the piece liked last at the end, and the number of lines. Invalid lines
/// are skipped with a warning.
pub(super) fn read(path: &Path) -> (VecDeque<LikedPiece>, usize) {
    let bytes = match files::read_small(path, MOST_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => return Default::default(),
        Err(error) => {
            warn!("{}: ignoring saved likes: {}", path.display(), error.reason);
            return Default::default();
        }
    };
    let (mut pieces, mut n_lines, mut n_invalid) = (VecDeque::new(), 0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        n_lines += 1;
        match parse(line) {
            Some(liked) => merge(&mut pieces, liked),
            None => n_invalid += 1,
        }
    }
    if 0 < n_invalid {
        warn!("{}: ignoring {n_invalid} invalid lines", path.display());
    }
    (pieces, n_lines)
}

/// Rewrites the file at `path` with a line for each piece. Returns their number.
pub(super) fn compact(path: &Path) -> io::Result<usize> {
    let (pieces, _) = read(path);
    let text: Vec<u8> = pieces.iter().flat_map(line).collect();
    files::write(path, &text)?;
    Ok(pieces.len())
}

fn line(liked: &LikedPiece) -> Vec<u8> {
    let LikedPiece { seed, model, piece, title, bar, at, n, place } = liked;
    // Thousandths are below the noise at a leg's end.
    let place = place.iter().map(|z| (z * 1000.0).round() / 1000.0).collect();
    let line = Line {
        at: at.to_string(),
        seed: *seed,
        piece: *piece,
        title: title.to_string(),
        bar: *bar,
        n: *n,
        model: model.to_string(),
        place,
    };
    let mut bytes = serde_json::to_vec(&line).expect("numbers and texts can be JSON");
    bytes.push(b'\n');
    bytes
}

fn parse(line: &[u8]) -> Option<LikedPiece> {
    let Line { at, seed, piece, title, bar, n, model, place } =
        serde_json::from_slice(line).ok()?;
    if place.iter().any(|z| !z.is_finite()) {
        return None;
    }
    Some(LikedPiece {
        seed,
        model: model.into(),
        piece,
        title: title.into(),
        bar,
        at: at.parse().ok()?,
        n,
        place: place.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn liked(piece: u64) -> LikedPiece {
        LikedPiece {
            seed: u64::MAX,
            model: "trio".into(),
            piece,
            title: "\"one\"\n".into(),
            bar: 16 * piece,
            at: "2026-03-29T01:00:00Z".parse().unwrap(),
            n: 1,
            place: [0.125, -2.0].into(),
        }
    }

    #[test]
    fn likes_are_read_as_they_were_written_and_compacted_by_piece() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(folder.path(), "a");
        assert_eq!(read(&path), (VecDeque::new(), 0));
        for piece in [1, 2, 1, 1] {
            append(&path, &liked(piece)).unwrap();
        }
        files::append(&path, b"{\"at\":\"cut o").unwrap();

        let expected = [liked(2), LikedPiece { n: 3, ..liked(1) }];
        assert_eq!(read(&path), (expected.clone().into(), 5));
        assert_eq!(compact(&path).unwrap(), 2);
        assert_eq!(read(&path), (expected.into(), 2));
    }
}
