//! MIDI files, from bytes to lines of tokens.

#![no_main]

use electropunk::{music::midi, musicvae::convert::extract::Lines};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(sequence) = midi::read(bytes) {
        let _ = Lines::extract(&sequence);
    }
});
