//! Lines, and what is remembered of them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{
    compose::{
        phrase::{Phrase, Take},
        sections::N_MOTIFS,
    },
    music::arrange::LineNote,
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

/// What the lines of a phrase depend on within its piece: equal keys have equal lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LineKey {
    pub motif: usize,
    pub visit: u64,
    pub take: Take,
    pub of_section: u64,
}

/// The lines written for the present piece, and the leads heard lately.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LineMemory {
    pub(super) piece: u64,
    /// Not yet moved to their chords, which differ between the phrases that use them.
    pub(super) lines: Vec<(LineKey, Lines)>,
    /// Semitones by which all phrases of a motif are transposed.
    pub(super) transpositions: [Option<i8>; N_MOTIFS],
    /// As played, oldest first.
    pub(super) heard: VecDeque<Vec<LineNote>>,
}

impl LineKey {
    pub fn of(phrase: &Phrase) -> Self {
        let (take, of_section) = match phrase.take {
            // A repeat is its statement.
            Take::Statement | Take::Repeat => (Take::Statement, 0),
            Take::Variation => (Take::Variation, phrase.of_section),
            Take::Departure => (Take::Departure, 0),
        };
        Self { motif: phrase.motif, visit: phrase.visit, take, of_section }
    }
}

impl LineMemory {
    /// Forgets the lines of the piece; the leads heard stay.
    pub fn forget_piece(&mut self) {
        self.lines.clear();
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
