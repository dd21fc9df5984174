//! The pieces that takes are made from, split by title.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    lab::{
        dataset::{Error, archive, title::Titles},
        train::transcription::piece::Piece,
    },
    music::midi,
    rng,
};

/// One of this many titles is held out.
const HELD_OUT: u64 = 10;

/// The shortest piece that is used, in seconds.
const LEAST_S: f64 = 4.0;

/// Pieces by title.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    /// The versions of each title.
    pub titles: Vec<Vec<Piece>>,
}

/// The pieces read.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// Pieces to train on.
    pub train: Pieces,
    /// Pieces to evaluate on: one title in ten, independent of the others.
    pub held_out: Pieces,
    /// Files that are not MIDI, have no pitched notes or are too short.
    pub n_skipped: usize,
}

impl Pieces {
    /// Number of pieces.
    pub fn n_pieces(&self) -> usize {
        self.titles.iter().map(Vec::len).sum()
    }
}

/// Whether the pieces of `title` are held out.
pub fn is_held_out(title: &str) -> bool {
    rng::fnv1a(title).is_multiple_of(HELD_OUT)
}

/// Reads the MIDI files in `sources`: folders, archives and single files.
///
/// # Errors
/// A source can't be opened or is of unknown kind. Files that can't be read are skipped.
pub fn read(sources: &[PathBuf]) -> Result<Read, Error> {
    let (mut titles, mut files) = (Titles::default(), Vec::new());
    for source in sources {
        let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        archive::visit(source, &mut |path, contents| {
            let within = path.strip_prefix(source).unwrap_or(Path::new(&path));
            let file = within.to_string_lossy().into_owned();
            // A source that is a file has no name within itself.
            let file = if file.is_empty() { name.clone() } else { file };
            titles.add(&name, &file);
            files.push((name.clone(), file, contents().ok()));
            Ok(())
        })?;
    }
    let mut found = Read::default();
    let mut by_title: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
    for (source, file, bytes) in files {
        let title = titles.title(&source, &file);
        let song = bytes.and_then(|bytes| midi::read_song(&bytes).ok());
        let piece = song.map(|song| Piece::new(title.clone(), song));
        match piece.filter(|piece| piece.is_pitched() && LEAST_S <= piece.seconds()) {
            Some(piece) => by_title.entry(title).or_default().push(piece),
            None => found.n_skipped += 1,
        }
    }
    for (title, pieces) in by_title {
        let side = if is_held_out(&title) { &mut found.held_out } else { &mut found.train };
        side.titles.push(pieces);
    }
    Ok(found)
}
