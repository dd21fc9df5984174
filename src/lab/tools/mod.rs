//! Tools that answer a MIDI file: they humanise its drums ([`groove`]), continue it ([`continuation`]), or
//! add drums to its rhythm ([`drumify`]).
//!
//! Each takes the [`input`] and makes a [`MidiFile`](crate::music::midi::edit::MidiFile) or notes for a new
//! one. No file is read or written here.

pub mod continuation;
pub mod drumify;
pub mod drumming;
pub mod dynamics;
pub mod groove;
pub mod input;
mod manner;
mod on_taps;
mod playing;
pub mod rhythm_search;
mod source;
pub mod tap;
#[cfg(test)]
mod testing;
pub mod timing;
pub mod variation;
