//! MP3 compression of a sound.

use std::io::Cursor;

use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    errors::Error as DecodeError,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};

use crate::{
    sound::{
        Error,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        mp3::Mp3Encoder,
    },
    units::Kbps,
};

/// `samples`, mono at 44.1 kHz, encoded and decoded, with the same length and timing.
///
/// # Errors
/// LAME fails, or its frames can't be decoded.
pub fn through_mp3(samples: &[f32], kbps: Kbps) -> Result<Vec<f32>, Error> {
    let mut encoder = Mp3Encoder::new(kbps)?;
    let mut bytes = Vec::new();
    let n_wanted = samples.len() + Mp3Encoder::LATENCY;
    for start in (0..n_wanted).step_by(FRAMES_PER_MP3_FRAME) {
        let mut block = Block::SILENCE;
        let piece = samples.get(start..).unwrap_or_default();
        let piece = &piece[..piece.len().min(FRAMES_PER_MP3_FRAME)];
        block.left[..piece.len()].copy_from_slice(piece);
        block.right[..piece.len()].copy_from_slice(piece);
        bytes.extend_from_slice(encoder.encode(&block)?);
    }
    bytes.extend(encoder.finish()?);
    let mut sound = decode(bytes).map_err(|error| Error::Encode {
        encoder: "LAME",
        reason: format!("its frames can't be decoded: {error}"),
    })?;
    sound.drain(..Mp3Encoder::LATENCY.min(sound.len()));
    sound.resize(samples.len(), 0.0);
    Ok(sound)
}

/// The left channel of an MP3 file.
fn decode(file: Vec<u8>) -> Result<Vec<f32>, DecodeError> {
    let source = Box::new(Cursor::new(file));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    hint.with_extension("mp3");
    let options = (FormatOptions::default(), MetadataOptions::default());
    let mut format = symphonia::default::get_probe().probe(&hint, stream, options.0, options.1)?;
    let track = format.default_track(TrackType::Audio);
    let parameters = track.and_then(|track| track.codec_params.as_ref()?.audio());
    let parameters = parameters.ok_or(DecodeError::Unsupported("no audio track"))?;
    let options = AudioDecoderOptions::default();
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options)?;
    let (mut sound, mut planes) = (Vec::new(), Vec::<Vec<f32>>::new());
    while let Some(packet) = format.next_packet()? {
        decoder.decode(&packet)?.copy_to_vecs_planar(&mut planes);
        sound.extend(planes.first().into_iter().flatten());
    }
    Ok(sound)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    #[test]
    fn length_and_timing_stay() {
        let tone = |n: usize| 0.3 * (TAU * 440.0 * n as f64 / 44_100.0).sin() as f32;
        let mut samples: Vec<f32> = (0..30_000).map(tone).collect();
        samples[..15_000].fill(0.0);

        let sound = through_mp3(&samples, Kbps::DEFAULT).unwrap();

        assert_eq!(sound.len(), samples.len());
        let error = samples.iter().zip(&sound).skip(17_000).take(12_000);
        let error = error.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(error < 0.02, "{error}");
        let first = sound.iter().position(|x| x.abs() > 0.05).unwrap();
        assert!(first.abs_diff(15_000) < 300, "{first}");
    }
}
