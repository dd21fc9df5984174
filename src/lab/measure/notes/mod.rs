//! Analysis of a performance by its notes, without sound.
//!
//! Unlike lines of tokens, these notes have velocities and timing off the grid. A [`score::Score`]
//! comes from a station's bars or from a MIDI file:
//!
//! - [`presence`]: which parts play, and empty bars.
//! - [`pitch`]: notes in the key and in the chord, number of pitches.
//! - [`rhythm`]: syncopation, steadiness of the groove, fills.
//! - [`drum_hits`]: spread of velocity and timing of drums, compared with drummers.
//! - [`repetition`], [`similarity`]: exact repeats, and self-similarity by lag.
//! - [`figures`]: all of them together.

pub mod drum_hits;
pub mod figures;
pub mod pitch;
pub mod presence;
pub mod repetition;
pub mod rhythm;
pub mod score;
mod sequence;
pub mod similarity;

#[cfg(test)]
pub(crate) mod testing;
