//! Analysis of a performance by its notes, without sound.
//!
//! Unlike lines of tokens, these notes have velocities and timing off the grid. A [`score::Score`]
//! comes from a station's bars or from a MIDI file:
//!
//! - [`presence`]: which parts play, and empty bars.
//! - [`pitch`]: notes in the key and in the chord, number of pitches.
//! - [`rhythm`]: syncopation, steadiness of the groove, fills.
//! - [`drum_hits`]: spread of velocity and timing of drums, compared with drummers.
//! - [`melody`], [`drum_machine`], [`comping`]: how melodious the lead, machine-like the drums and
//!   varied the chords are.
//! - [`lines`]: a part as lines of tokens, for comparison with those of songs.
//! - [`repetition`], [`similarity`]: exact repeats, and self-similarity by lag.
//! - [`figures`]: all of them together.

pub mod comping;
pub mod drum_hits;
pub mod drum_machine;
pub mod figures;
pub mod lines;
pub mod melody;
pub mod pitch;
pub mod presence;
pub mod repetition;
pub mod rhythm;
pub mod score;
mod sequence;
pub mod similarity;
mod timed;

#[cfg(test)]
pub(crate) mod testing;
