//! A model's lines moved into key, register and chords.

use crate::{
    compose::{lines::memory::Lines, phrase::PHRASE_STEPS, taste},
    config::{PartLimits, Strictness, Theme},
    music::{
        arrange::{self, LineNote},
        chord::Chord,
        harmony,
        scale::Key,
        trio::Line,
    },
};

/// A model's line as notes in `key` and in the part's register, thinned to its most notes a bar.
pub(super) fn to_key(line: &Line, semitones: i8, key: Key, limits: PartLimits) -> Vec<LineNote> {
    let mut notes = arrange::notes(line);
    arrange::fit_register(&mut notes, key, semitones, limits.register.span());
    taste::thin(&mut notes, limits);
    notes
}

/// Lines moved to `chords`, one a bar, where the theme's harmony asks for it.
pub(super) fn to_chords(mut lines: Lines, key: Key, theme: &Theme, chords: &[Chord]) -> Lines {
    if theme.harmony == Strictness::Chords {
        harmony::follow_chords(&mut lines.bass, key, chords, theme.bass.register.span());
        harmony::resolve_strong_beats(&mut lines.bass, chords, theme.bass.register.span());
        harmony::resolve_strong_beats(&mut lines.lead, chords, theme.lead.register.span());
    }
    lines
}

/// A phrase out of lines that may be longer: each motif takes another part of them.
pub(in crate::compose) fn excerpt(lines: Vec<Line>, motif: usize) -> Vec<Line> {
    let cut = |line: Line| {
        let part = motif % (line.len() / PHRASE_STEPS).max(1);
        line[part * PHRASE_STEPS..].iter().take(PHRASE_STEPS).copied().collect()
    };
    lines.into_iter().map(cut).collect()
}
