//! What the tests of this module share.

use std::sync::Arc;

use rustysynth::SoundFont;
use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};

use super::{font_file, frame::Block, tiny_font};
use crate::{
    music::{
        bar::{Bar, Hit, Voice},
        scale::{Key, Mode},
    },
    units::{Bpm, Decibels},
};

const KEY: Key = Key { root: 9, mode: Mode::Minor };

pub fn tiny_font() -> Arc<SoundFont> {
    font_file::parse(&tiny_font::build(), "tiny").unwrap()
}

pub fn voices() -> [Voice; 3] {
    let voice = |bank, program| Voice {
        bank,
        program,
        gain: Decibels(0.0),
        pan: 0.0,
        reverb: 0.2,
        chorus: 0.1,
    };
    [voice(128, 0), voice(0, 0), voice(0, 5)]
}

pub fn bar(number: u64, bpm: f64, parts: [Vec<Hit>; 3]) -> Bar {
    let tempo = Bpm::try_from(bpm).unwrap();
    Bar { number, tempo, key: KEY, title: "test".into(), parts }
}

pub fn energy(block: &Block) -> f64 {
    block.left.iter().chain(&block.right).map(|x| f64::from(*x).powi(2)).sum()
}

/// Frames at which sound begins after `gap` quiet ones or none.
pub fn onsets(sound: &[f32], gap: usize) -> Vec<usize> {
    let loud = (0..sound.len()).filter(|n| sound[*n].abs() > 1e-3);
    let mut last: Option<usize> = None;
    loud.filter(|n| last.replace(*n).is_none_or(|last| gap <= *n - last)).collect()
}

/// What a listener's player makes of `mp3`.
pub fn decode(mp3: &[u8]) -> Vec<Block> {
    let source = Box::new(std::io::Cursor::new(mp3.to_vec()));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    hint.with_extension("mp3");
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

/// Amplitude of the left channel's part at `frequency`.
pub fn tone_at(blocks: &[Block], frequency: f64) -> f64 {
    let left: Vec<f32> = blocks.iter().flat_map(|block| block.left).collect();
    let radians = std::f64::consts::TAU * frequency / 44_100.0;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in left.iter().enumerate() {
        let (sin, cos) = (radians * n as f64).sin_cos();
        // Hann window, so that other tones don't leak in.
        let window = 1.0 - (std::f64::consts::TAU * n as f64 / left.len() as f64).cos();
        re += f64::from(*x) * window * cos;
        im += f64::from(*x) * window * sin;
    }
    2.0 * re.hypot(im) / left.len() as f64
}

/// The true peak as an independent meter reads it, in dBTP.
pub fn true_peak_db(blocks: &[Block]) -> f64 {
    let mut meter = ebur128::EbuR128::new(2, 44_100, ebur128::Mode::TRUE_PEAK).unwrap();
    for block in blocks {
        meter.add_frames_planar_f32(&[&block.left, &block.right]).unwrap();
    }
    let peak = meter.true_peak(0).unwrap().max(meter.true_peak(1).unwrap());
    Decibels::from_ratio(peak).0
}
