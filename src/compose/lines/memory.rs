//! Lines, and the memory of them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{
    compose::{
        phrase::{Phrase, Take},
        sections::N_MOTIFS,
    },
    music::arrange::LineNote,
    musicvae::net::latent::Latent,
};

/// Earlier leads that a new one must not copy.
const N_HEARD: usize = 12;

/// Bass and lead.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lines {
    /// In the bass's register.
    pub bass: Vec<LineNote>,
    /// In the lead's register.
    pub lead: Vec<LineNote>,
}

/// Identifies the lines of a phrase in its piece: equal keys have equal lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LineKey {
    pub motif: usize,
    pub visit: u64,
    pub take: Take,
    pub of_section: u64,
}

/// The draw that a line comes from, and the part of it that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spot {
    /// Number of the draw around the motif's place.
    pub draw: usize,
    /// Number of the refinement of that draw; `None` for the draw itself.
    pub refinement: Option<usize>,
    /// The first bar that is used.
    pub first_bar: usize,
}

/// A motif: chosen once per piece, and developed by all of its phrases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Motif {
    /// In key and register, from step 0: two bars of lead; two bars of bass, or four.
    pub lines: Lines,
    pub bass: Spot,
    pub lead: Spot,
}

/// The lines written for the current piece, and recent leads.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LineMemory {
    pub(super) piece: u64,
    /// Before they are fitted to the chords, which differ between phrases.
    pub(super) lines: Vec<(LineKey, Lines)>,
    #[serde(default)]
    pub(super) motifs: [Option<Motif>; N_MOTIFS],
    /// Semitones by which all phrases of a motif are transposed.
    pub(super) transpositions: [Option<i8>; N_MOTIFS],
    /// The steered point of the lines; none on the piece's own leg.
    #[serde(default)]
    pub(super) steered: Option<Latent>,
    /// Recent leads as played, oldest first.
    pub(super) heard: VecDeque<Vec<LineNote>>,
}

impl Spot {
    /// Whether both are parts of one draw.
    pub fn is_same_draw(self, other: Self) -> bool {
        (self.draw, self.refinement) == (other.draw, other.refinement)
    }
}

impl LineKey {
    pub fn of(phrase: &Phrase) -> Self {
        let (take, of_section) = match phrase.take {
            // A repeat equals its statement.
            Take::Statement | Take::Repeat => (Take::Statement, 0),
            Take::Variation => (Take::Variation, phrase.of_section),
            Take::Departure => (Take::Departure, 0),
        };
        Self { motif: phrase.motif, visit: phrase.visit, take, of_section }
    }

    /// The first statement of a motif, for which the motif is chosen.
    pub fn first_statement(motif: usize) -> Self {
        Self { motif, visit: 0, take: Take::Statement, of_section: 0 }
    }
}

impl LineMemory {
    /// Forgets the lines of the piece; the leads heard stay.
    pub fn forget_piece(&mut self) {
        self.lines.clear();
        self.motifs = Default::default();
        self.transpositions = Default::default();
    }

    pub(super) fn keep(&mut self, key: LineKey, in_key: Lines, lead: Vec<LineNote>) {
        self.lines.push((key, in_key));
        self.heard.push_back(lead);
        if N_HEARD < self.heard.len() {
            self.heard.pop_front();
        }
    }
}
