//! ONNX files, from bytes to a model of notes.

#![no_main]

use electropunk::lab::transcription::basic_pitch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = basic_pitch::read(bytes);
});
