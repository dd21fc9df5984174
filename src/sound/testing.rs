//! Fixtures shared by the tests of this module.

use std::sync::Arc;

use rustysynth::SoundFont;
use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};

use crate::{
    music::bar::{Bar, Hit, Mix, N_PARTS, Voice},
    sound::{font_file, frame::Block, tiny_font},
    units::{Bpm, Decibels},
};

pub fn tiny_font() -> Arc<SoundFont> {
    font_file::parse(&tiny_font::build(), "tiny").unwrap()
}

pub fn mix() -> Mix {
    let voice = |bank, program| Voice {
        reverb: 0.2,
        chorus: 0.1,
        echo: 0.1,
        ..Voice::plain(bank, program)
    };
    let voices = [voice(128, 0), voice(0, 0), voice(0, 5), voice(0, 5)];
    Mix { echo_feedback: 0.4, ..Mix::of(voices) }
}

pub fn bar(number: u64, bpm: f64, parts: [Vec<Hit>; N_PARTS]) -> Bar {
    Bar { number, parts, ..Bar::plain(Bpm::try_from(bpm).unwrap(), Arc::new(mix())) }
}

pub fn energy(block: &Block) -> f64 {
    block.left.iter().chain(&block.right).map(|x| f64::from(*x).powi(2)).sum()
}

/// Frames at which sound starts after at least `gap` quiet frames.
pub fn onsets(sound: &[f32], gap: usize) -> Vec<usize> {
    let loud = (0..sound.len()).filter(|n| sound[*n].abs() > 1e-3);
    let mut last: Option<usize> = None;
    loud.filter(|n| last.replace(*n).is_none_or(|last| gap <= *n - last)).collect()
}

/// Decodes `mp3` as a listener's player does.
pub fn decode(mp3: &[u8]) -> Vec<Block> {
    decode_as("mp3", mp3)
}

/// Decodes a file with the extension `ending` to whole blocks.
pub fn decode_as(ending: &str, file: &[u8]) -> Vec<Block> {
    let source = Box::new(std::io::Cursor::new(file.to_vec()));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    hint.with_extension(ending);
    let mut format = symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .unwrap();
    let track = format.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap().clone();
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
        .unwrap();
    let mut sound = [Vec::new(), Vec::new()];
    while let Some(packet) = format.next_packet().unwrap() {
        let mut planes: Vec<Vec<f32>> = Vec::new();
        decoder.decode(&packet).unwrap().copy_to_vecs_planar(&mut planes);
        sound.iter_mut().zip(planes).for_each(|(sound, plane)| sound.extend(plane));
    }
    let blocks = sound[0].chunks_exact(1152).zip(sound[1].chunks_exact(1152));
    blocks
        .map(|(l, r)| Block { left: l.try_into().unwrap(), right: r.try_into().unwrap() })
        .collect()
}

/// Amplitude of the left channel at `frequency`.
pub fn tone_at(blocks: &[Block], frequency: f64) -> f64 {
    let left: Vec<f32> = blocks.iter().flat_map(|block| block.left).collect();
    let radians = std::f64::consts::TAU * frequency / 44_100.0;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in left.iter().enumerate() {
        let (sin, cos) = (radians * n as f64).sin_cos();
        // A Hann window suppresses other tones.
        let window = 1.0 - (std::f64::consts::TAU * n as f64 / left.len() as f64).cos();
        re += f64::from(*x) * window * cos;
        im += f64::from(*x) * window * sin;
    }
    2.0 * re.hypot(im) / left.len() as f64
}

/// The true peak in dBTP, by an independent meter.
pub fn true_peak_db(blocks: &[Block]) -> f64 {
    let mut meter = ebur128::EbuR128::new(2, 44_100, ebur128::Mode::TRUE_PEAK).unwrap();
    for block in blocks {
        meter.add_frames_planar_f32(&[&block.left, &block.right]).unwrap();
    }
    let peak = meter.true_peak(0).unwrap().max(meter.true_peak(1).unwrap());
    Decibels::from_ratio(peak).0
}
