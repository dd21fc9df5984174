//! MIDI files, from bytes to lines of tokens.

#![no_main]

use electropunk::{
    music::{midi, segments::segments},
    musicvae::convert::extract::Lines,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(sequence) = midi::read(bytes) {
        for segment in segments(&sequence) {
            let _ = Lines::extract(&segment.sequence);
        }
    }
});
