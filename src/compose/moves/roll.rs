//! Snare rolls over whole phrases: quarters, eighths, sixteenths, with rising velocity.

use crate::{
    compose::phrase::{PHRASE_STEPS, Phrase},
    music::drums::Drum,
};

/// Steps between strokes in each third of the roll.
const APART: [usize; 3] = [4, 2, 1];

/// MIDI velocity of the first and of the last stroke.
const VELOCITY: [f64; 2] = [48.0, 116.0];

/// Steps at the end of a build that the roll leaves free.
const GAP: usize = 4;

/// A stroke of a roll.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Step of the phrase.
    pub step: usize,
    /// General MIDI percussion key.
    pub key: u8,
    /// MIDI velocity.
    pub velocity: u8,
}

/// The strokes of the roll in `phrase`, if it has one.
pub fn strokes(phrase: &Phrase) -> Vec<Stroke> {
    let Some([from, to]) = phrase.roll else { return vec![] };
    let end = if phrase.is_last { PHRASE_STEPS - GAP } else { PHRASE_STEPS };
    let stroke = |step: usize| {
        let way = from + (to - from) * step as f64 / PHRASE_STEPS as f64;
        let third = ((way * APART.len() as f64) as usize).min(APART.len() - 1);
        let velocity = VELOCITY[0] + way * (VELOCITY[1] - VELOCITY[0]);
        // Odd sixteenths are softer.
        let accent = if step.is_multiple_of(2) { 1.0 } else { 0.85 };
        let velocity = (accent * velocity).round() as u8;
        let is_struck = step.is_multiple_of(APART[third]);
        is_struck.then_some(Stroke { step, key: Drum::Snare.pitch(), velocity })
    };
    (0..end).filter_map(stroke).collect()
}
