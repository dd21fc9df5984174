//! Hits and notes on the grid of beats, as parts of a song in bars of 4/4.
//!
//! Reading order: [`parts`] (which notes are bass, lead and chords), [`place`] (seconds to steps),
//! [`confidence`] (which bars to trust), [`piece`] (the song as a MIDI file).

pub mod confidence;
pub mod parts;
pub mod piece;
pub mod place;

use crate::{
    lab::transcription::{
        HeardNote, Hit,
        beats::Beats,
        score::place::{Grid, PlacedHit, PlacedNote},
    },
    music::meter::STEPS_PER_BAR,
};

/// What was found in a recording, on the grid. Steps are sixteenths from the start of the first bar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Score {
    /// Bars.
    pub bars: Vec<ScoredBar>,
    /// Drum hits, sorted by step.
    pub hits: Vec<PlacedHit>,
    /// The bass: one note at a time.
    pub bass: Vec<PlacedNote>,
    /// The melody: one note at a time.
    pub lead: Vec<PlacedNote>,
    /// All other notes.
    pub chords: Vec<PlacedNote>,
}

/// A bar of a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredBar {
    /// Beats a minute.
    pub tempo: f64,
    /// Start in the recording, in seconds; negative if the recording begins within the bar.
    pub start_s: f64,
    /// How well its onsets fit the grid, 0 to 1.
    pub confidence: f64,
}

impl Score {
    /// Puts `hits`, `notes` and the `lowest` notes, the bass, on the grid of `beats`; empty without whole
    /// bars.
    pub fn new(beats: &Beats, hits: &[Hit], notes: &[HeardNote], lowest: &[HeardNote]) -> Self {
        let Some(grid) = Grid::new(beats, hits, notes) else { return Self::default() };
        let parts = parts::tell(notes, lowest);
        let bars = grid.bars();
        let confidence = confidence::by_bar(&grid, bars.len(), hits, notes);
        let scored = |((start_s, tempo), confidence)| ScoredBar { tempo, start_s, confidence };
        let last = (bars.len() * STEPS_PER_BAR) as u32;
        let mut score = Self {
            bars: bars.into_iter().zip(confidence).map(scored).collect(),
            hits: place::hits(&grid, hits),
            bass: place::line(&grid, &parts.bass),
            lead: place::line(&grid, &parts.lead),
            chords: place::chords(&grid, &parts.chords),
        };
        score.hits.retain(|hit| hit.step < last);
        for part in [&mut score.bass, &mut score.lead, &mut score.chords] {
            part.retain(|note| note.step < last);
        }
        score
    }

    /// The median tempo in beats a minute; none without bars.
    pub fn tempo(&self) -> Option<f64> {
        let mut tempos: Vec<f64> = self.bars.iter().map(|bar| bar.tempo).collect();
        tempos.sort_by(f64::total_cmp);
        tempos.get(tempos.len() / 2).copied()
    }
}
