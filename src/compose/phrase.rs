//! Four bars of the form: their section, motif, tension and cast.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    compose::{books::Cast, piece::Piece},
    music::{bar::N_PARTS, meter::STEPS_PER_BAR, section::Section},
    units::Bpm,
};

/// Bars in a phrase.
pub const PHRASE_BARS: u64 = 4;

/// Steps in a phrase.
pub(super) const PHRASE_STEPS: usize = PHRASE_BARS as usize * STEPS_PER_BAR;

/// How a phrase states its motif.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Take {
    /// The motif itself.
    Statement,
    /// The statement again, note for note.
    Repeat,
    /// The motif developed, with bars drawn near it.
    Variation,
    /// Bars from a point further along the piece's leg, which lead to the next section.
    Departure,
}

impl Take {
    /// The take's name in random streams. Another name changes the music of a seed.
    pub(super) fn stream_name(self) -> &'static str {
        match self {
            Self::Statement => "Statement",
            Self::Repeat => "Repeat",
            Self::Variation => "Astray",
            Self::Departure => "Departure",
        }
    }
}

/// Four bars of the form.
#[derive(Debug, Clone)]
pub struct Phrase {
    /// Its piece.
    pub piece: Arc<Piece>,
    /// Kind of its section.
    pub section: Section,
    /// Which of the piece's motifs it plays: 0 (A) to 2 (C).
    pub motif: usize,
    /// Number of earlier sections of the piece with this motif.
    pub visit: u64,
    /// How the motif is stated.
    pub take: Take,
    /// Index of the phrase in its section.
    pub of_section: u64,
    /// Phrases in its section.
    pub n_phrases: u64,
    /// Whether it is the section's last phrase.
    pub is_last: bool,
    /// Whether it is a section's first phrase after a build or a bar without drums.
    pub lands: bool,
    /// The next section, if the phrase is the last of its own.
    pub leads_to: Option<Section>,
    /// Tension at the start and at the end, 0 to 1.
    pub tension: [f64; 2],
    /// The parts that play, and moves.
    pub cast: Cast,
    /// Progress of a roll over several phrases at the start and at the end, 0 to 1.
    pub roll: Option<[f64; 2]>,
    /// Gain in dB of each part at the start and at the end, added to that of the mix.
    pub faders: [[f64; 2]; N_PARTS],
    /// Tempo at the start and at the end.
    pub tempo: [Bpm; 2],
    /// In a transition: the neighbouring piece, and how far the drums have moved to it, 0 to 1.
    pub blend: Option<(Arc<Piece>, f64)>,
}

/// The take of phrase `of_section` of `n_phrases`: A A A' B.
pub(super) fn take(of_section: u64, n_phrases: u64) -> Take {
    match of_section {
        0 => Take::Statement,
        last if last + 1 == n_phrases && 2 < n_phrases => Take::Departure,
        1 => Take::Repeat,
        _ => Take::Variation,
    }
}

/// Tension at the start and at the end of a section, 0 to 1.
pub(super) fn section_tension(section: Section) -> (f64, f64) {
    match section {
        Section::Intro => (0.45, 0.6),
        Section::Build => (0.35, 0.95),
        Section::Drop => (0.9, 0.95),
        Section::Main => (0.65, 0.75),
        Section::Break => (0.3, 0.25),
        Section::Outro => (0.55, 0.25),
    }
}
