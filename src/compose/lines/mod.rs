//! Bass and lead of a phrase.
//!
//! Each motif has a place on the piece's leg ([`place`]). From points near it the trio model draws
//! candidates, which are moved into key, register and chords ([`fit`]); the best bass and the best
//! lead are kept ([`search`]) and played again whenever the motif is repeated.

mod fit;
mod place;
mod search;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use self::search::Found;
use crate::{
    compose::{
        phrase::{Phrase, Take},
        sections::N_MOTIFS,
        setting::Setting,
    },
    music::{arrange::LineNote, chord::Chord},
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
struct LineKey {
    motif: usize,
    visit: u64,
    take: Take,
    of_section: u64,
}

/// The lines written for the present piece, and the leads heard lately.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LineMemory {
    piece: u64,
    /// Not yet moved to their chords, which differ between the phrases that use them.
    lines: Vec<(LineKey, Lines)>,
    /// Semitones by which all phrases of a motif are transposed.
    transpositions: [Option<i8>; N_MOTIFS],
    /// As played, oldest first.
    heard: VecDeque<Vec<LineNote>>,
}

/// The lines of `phrase` over `chords`, one a bar.
pub fn write(
    setting: &Setting,
    memory: &mut LineMemory,
    phrase: &Phrase,
    chords: &[Chord],
) -> Lines {
    if memory.piece != phrase.piece.number {
        memory.forget_piece();
        memory.piece = phrase.piece.number;
    }
    let key = LineKey::of(phrase);
    if let Some((_, lines)) = memory.lines.iter().find(|(known, _)| *known == key) {
        return fit::to_chords(lines.clone(), phrase.piece.key, setting.theme(), chords);
    }
    let Found { in_key, over_chords } = search::best(setting, memory, phrase, key, chords);
    memory.keep(key, in_key, over_chords.lead.clone());
    over_chords
}

impl LineKey {
    fn of(phrase: &Phrase) -> Self {
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

    fn keep(&mut self, key: LineKey, in_key: Lines, lead: Vec<LineNote>) {
        self.lines.push((key, in_key));
        self.heard.push_back(lead);
        if N_HEARD < self.heard.len() {
            self.heard.pop_front();
        }
    }
}
