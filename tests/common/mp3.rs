//! Checks of MP3 streams.

use std::io::Cursor;

use electropunk::stream::mp3::{FrameHeader, frames};
use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};

use super::levels::{Levels, peak};

/// The length of the longest frame, 320 kbit/s at 44.1 kHz.
const MAX_FRAME: usize = 1045;

/// Splits `audio` into frames; it must begin with one, and only the last may be cut off.
pub fn whole_frames(audio: &[u8]) -> Vec<&[u8]> {
    let found: Vec<&[u8]> = frames(audio).collect();
    let n_whole: usize = found.iter().map(|frame| frame.len()).sum();
    let rest = &audio[n_whole..];
    assert!(rest.len() < MAX_FRAME, "no frame at byte {n_whole}: {:x?}", &rest[..4]);
    assert!(rest.len() < 4 || FrameHeader::parse(rest).is_some(), "no frame at byte {n_whole}");
    found
}

/// `audio` from the first of three frames in a row, for streams that begin within a frame.
pub fn frames_from_the_first(audio: &[u8]) -> &[u8] {
    let begins_here = |at: &usize| frames(&audio[*at..]).take(3).count() == 3;
    let first = (0..audio.len()).find(begins_here).expect("there are frames");
    &audio[first..]
}

/// Decodes `audio`, every frame of which must decode; returns the loudest sample.
pub fn decode(audio: &[u8]) -> f32 {
    let mut loudest = 0.0_f32;
    decode_to(audio, |samples| loudest = loudest.max(peak(samples)));
    loudest
}

/// Decodes `audio` as [`decode`]; returns the level of each 20 ms.
pub fn levels(audio: &[u8]) -> Vec<f32> {
    let mut levels = Levels::of(44_100);
    decode_to(audio, |samples| levels.push(samples));
    levels.done
}

/// Decodes `audio`, every frame of which must decode, and passes the interleaved samples of each.
fn decode_to(audio: &[u8], mut take: impl FnMut(&[f32])) {
    let whole = whole_frames(audio).concat();
    let n_frames = frames(&whole).count();
    let source = Box::new(Cursor::new(whole));
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
    let (mut n_decoded, mut samples) = (0, Vec::new());
    while let Some(packet) = format.next_packet().unwrap() {
        decoder.decode(&packet).unwrap().copy_to_vec_interleaved(&mut samples);
        take(&samples);
        n_decoded += 1;
    }
    assert_eq!(n_decoded, n_frames, "the decoder skips no frame");
}
