//! What answers a musician's MIDI file: a drummer's touch on its drums ([`groove`]), bars that follow
//! it ([`continuation`]), drums for its rhythm ([`drumify`]).
//!
//! Each takes the [`input`] and gives a [`MidiFile`](crate::music::midi::edit::MidiFile) or notes for a new
//! one. No file is read or written here.

pub mod continuation;
pub mod drumify;
pub mod drumming;
pub mod dynamics;
pub mod groove;
pub mod input;
mod manner;
mod playing;
pub mod rhythm_search;
mod source;
pub mod tap;
#[cfg(test)]
mod testing;
pub mod timing;
pub mod variation;
