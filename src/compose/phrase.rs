//! Four bars of the form, and what their section asks of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    compose::piece::Piece,
    config::Shape,
    music::{
        bar::{N_PARTS, Part},
        section::Section,
    },
    units::Bpm,
};

/// Bars in a phrase.
pub const PHRASE_BARS: u64 = 4;

/// How a phrase says its theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Take {
    /// As it is.
    Statement,
    /// The statement again.
    Repeat,
    /// A little astray.
    Astray,
    /// Leading on to what comes next.
    Departure,
}

/// Four bars of the form.
#[derive(Debug, Clone)]
pub struct Phrase {
    /// Which piece it belongs to.
    pub piece: Arc<Piece>,
    /// Which section.
    pub section: Section,
    /// Which of the piece's themes: 0 to 2.
    pub idea: usize,
    /// How often sections of this theme came before in the piece.
    pub visit: u64,
    /// How the theme is said.
    pub take: Take,
    /// Counts phrases of the section, from 0.
    pub of_section: u64,
    /// Whether it is the section's last.
    pub is_last: bool,
    /// How tense it is at its beginning and at its end, 0 to 1.
    pub tension: [f64; 2],
    /// Who plays, by `Part as usize`.
    pub plays: [bool; N_PARTS],
    /// The tempo at its beginning and at its end.
    pub tempo: [Bpm; 2],
    /// Another piece that the drums come from or go to, and how far they are from this one's.
    pub blend: Option<(Arc<Piece>, f64)>,
}

/// How phrase `of_section` of `n_phrases` says its theme: A A A' B.
pub(super) fn take(of_section: u64, n_phrases: u64) -> Take {
    match of_section {
        0 => Take::Statement,
        last if last + 1 == n_phrases && 2 < n_phrases => Take::Departure,
        1 => Take::Repeat,
        _ => Take::Astray,
    }
}

/// Tension at the beginning and at the end of a section.
pub(super) fn section_tension(section: Section) -> (f64, f64) {
    match section {
        Section::Intro => (0.3, 0.5),
        Section::Build => (0.35, 0.95),
        Section::Drop => (0.9, 0.95),
        Section::Main => (0.65, 0.75),
        Section::Break => (0.3, 0.25),
        Section::Outro => (0.55, 0.25),
    }
}

/// Who plays in a phrase; `rests` is a piece's own choice of who may rest.
pub(super) fn who_plays(
    section: Section,
    shape: Shape,
    of: u64,
    n: u64,
    rests: f64,
) -> [bool; N_PARTS] {
    let mut plays = [true; N_PARTS];
    let mut silent = |parts: &[Part]| parts.iter().for_each(|&part| plays[part as usize] = false);
    match (section, shape) {
        (Section::Intro, Shape::Club) if of == 0 => silent(&[Part::Bass, Part::Lead, Part::Chords]),
        (Section::Intro, Shape::Flow) if of == 0 => silent(&[Part::Bass, Part::Lead]),
        (Section::Intro, Shape::Song) if of == 0 => silent(&[Part::Lead]),
        (Section::Intro, _) if rests < 0.5 => silent(&[Part::Lead, Part::Chords]),
        (Section::Intro, _) => silent(&[Part::Lead, Part::Bass]),
        (Section::Build, _) => silent(&[if rests < 0.5 { Part::Bass } else { Part::Lead }]),
        (Section::Break, _) => silent(&[if rests < 0.6 { Part::Bass } else { Part::Lead }]),
        (Section::Main, _) if of == 0 && rests < 0.3 => silent(&[Part::Chords]),
        (Section::Main, _) if of == 0 && rests > 0.8 => silent(&[Part::Lead]),
        (Section::Outro, _) if of + 1 == n => silent(&[Part::Bass, Part::Lead, Part::Chords]),
        (Section::Outro, _) if of + 2 == n => silent(&[Part::Lead, Part::Chords]),
        (Section::Outro, _) => silent(&[Part::Lead]),
        (Section::Main | Section::Drop, _) => {}
    }
    // A flow has no bare drums: they may be nearly nothing.
    if shape == Shape::Flow {
        plays[Part::Chords as usize] = true;
    }
    plays
}
