//! A model's lines moved into key and register.

use crate::{
    compose::{lines::rhythm, phrase::PHRASE_STEPS},
    config::PartLimits,
    music::{
        arrange::{self, LineNote},
        scale::Key,
        trio::Line,
    },
};

/// A model's line as notes in `key` and in the part's register, thinned to its most notes per bar.
pub(super) fn to_key(line: &Line, semitones: i8, key: Key, limits: PartLimits) -> Vec<LineNote> {
    let mut notes = arrange::notes(line);
    arrange::fit_register(&mut notes, key, semitones, limits.register.span());
    rhythm::thin(&mut notes, limits);
    notes
}

/// A phrase cut from lines that may be longer: each motif takes a different part.
pub(in crate::compose) fn excerpt(lines: Vec<Line>, motif: usize) -> Vec<Line> {
    let cut = |line: Line| {
        let part = motif % (line.len() / PHRASE_STEPS).max(1);
        line[part * PHRASE_STEPS..].iter().take(PHRASE_STEPS).copied().collect()
    };
    lines.into_iter().map(cut).collect()
}
