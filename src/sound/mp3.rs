//! Blocks to MP3 frames that decode on their own.

use std::num::NonZeroU32;

use mp3lame_encoder::{
    Bitrate, BuildError, Builder, DualPcm, FlushGap, Mode, Quality, VbrMode,
    max_required_buffer_size,
};

use crate::{
    ffi,
    sound::{
        Error,
        frame::{Block, FRAMES_PER_MP3_FRAME},
    },
    units::{Kbps, SAMPLE_RATE},
};

/// LAME's quality, from 0 (best) to 9. At 128 kbit/s without reservoir, settings 0 to 5 have a Zimtohrli
/// distance of .00063 to .00071, and 3 costs 15 % more time than 5.
const QUALITY: Quality = Quality::Good;

/// MPEG-1 Layer III at a constant bitrate, joint stereo, 44.1 kHz, without bit reservoir and
/// without Xing frame, so a listener can join at any frame.
pub struct Mp3Encoder {
    lame: mp3lame_encoder::Encoder,
    bytes: Vec<u8>,
}

impl Mp3Encoder {
    /// Delay of the decoded sound in frames: 576 from LAME, 529 from any decoder.
    pub const LATENCY: usize = 576 + 529;

    /// An encoder at the start of a stream.
    ///
    /// # Errors
    /// LAME is out of memory or rejects a setting.
    pub fn new(kbps: Kbps) -> Result<Self, Error> {
        let mut builder =
            Builder::new().ok_or_else(|| refused("initialisation", "out of memory"))?;
        set("channel count", builder.set_num_channels(2))?;
        set("sample rate", builder.set_sample_rate(SAMPLE_RATE))?;
        // By default LAME resamples to 32 kHz at 96 kbit/s.
        set("output rate", builder.set_output_sample_rate(NonZeroU32::new(SAMPLE_RATE)))?;
        set("constant bitrate", builder.set_vbr_mode(VbrMode::Off))?;
        set("bitrate", builder.set_brate(bitrate(kbps)?))?;
        set("joint stereo", builder.set_mode(Mode::JointStereo))?;
        set("quality", builder.set_quality(QUALITY))?;
        set("no Xing frame", builder.set_to_write_vbr_tag(false))?;
        if !ffi::disable_reservoir(&mut builder) {
            return Err(refused("no bit reservoir", "not supported"));
        }
        let lame = builder.build().map_err(|error| refused("all settings", error))?;
        let bytes = Vec::with_capacity(max_required_buffer_size(FRAMES_PER_MP3_FRAME));
        Ok(Self { lame, bytes })
    }

    /// Encodes a block and returns whole MP3 frames: none for the first block, then one each.
    ///
    /// # Errors
    /// LAME is out of memory.
    pub fn encode(&mut self, block: &Block) -> Result<&[u8], Error> {
        self.bytes.clear();
        let input = DualPcm { left: &block.left[..], right: &block.right[..] };
        self.lame
            .encode_to_vec(input, &mut self.bytes)
            .map_err(|error| Error::Encode { encoder: "LAME", reason: error.to_string() })?;
        Ok(&self.bytes)
    }

    /// Flushes the last frames.
    ///
    /// # Errors
    /// LAME is out of memory.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.bytes.clear();
        self.lame
            .flush_to_vec::<FlushGap>(&mut self.bytes)
            .map_err(|error| Error::Encode { encoder: "LAME", reason: error.to_string() })?;
        Ok(self.bytes)
    }
}

fn set(setting: &'static str, answer: Result<(), BuildError>) -> Result<(), Error> {
    answer.map_err(|error| refused(setting, error))
}

fn refused(setting: &'static str, reason: impl ToString) -> Error {
    Error::EncoderSetting { setting, reason: reason.to_string() }
}

fn bitrate(kbps: Kbps) -> Result<Bitrate, Error> {
    match kbps.get() {
        96 => Ok(Bitrate::Kbps96),
        112 => Ok(Bitrate::Kbps112),
        128 => Ok(Bitrate::Kbps128),
        160 => Ok(Bitrate::Kbps160),
        192 => Ok(Bitrate::Kbps192),
        224 => Ok(Bitrate::Kbps224),
        256 => Ok(Bitrate::Kbps256),
        320 => Ok(Bitrate::Kbps320),
        other => Err(refused("bitrate", format!("no MP3 bitrate: {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;
    use crate::{
        rng,
        sound::{
            limiter::{CEILING, Limiter},
            testing::{decode, tone_at, true_peak_db},
        },
        units::Decibels,
    };

    /// Lengths of the frames in `mp3`; checks that each is complete and decodes on its own.
    ///
    /// Source: ISO/IEC 11172-3, 2.4.1.3 and 2.4.1.7.
    fn frame_lengths(mp3: &[u8]) -> Vec<usize> {
        let rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        let mut lengths = Vec::new();
        let mut rest = mp3;
        while !rest.is_empty() {
            assert_eq!(rest[..2], [0xff, 0xfb], "sync, MPEG-1, Layer III, no CRC");
            assert_eq!(rest[2] >> 2 & 3, 0, "44.1 kHz");
            assert_eq!(rest[3] >> 6, 1, "joint stereo");
            let padding = usize::from(rest[2] >> 1 & 1);
            let length = 144_000 * rates[usize::from(rest[2] >> 4)] / 44_100 + padding;
            let main_data_begin = u16::from(rest[4]) << 1 | u16::from(rest[5] >> 7);
            assert_eq!(main_data_begin, 0, "bit reservoir");
            lengths.push(length);
            rest = &rest[length..];
        }
        lengths
    }

    fn noise() -> impl FnMut() -> Block {
        let mut rng = rng::stream(1, "noise");
        move || Block {
            left: std::array::from_fn(|_| rng.random_range(-0.5..0.5)),
            right: std::array::from_fn(|_| rng.random_range(-0.5..0.5)),
        }
    }

    fn sine(frequency: f32, level: f32, start: usize) -> Block {
        let radians = std::f32::consts::TAU * frequency / SAMPLE_RATE as f32;
        let wave = std::array::from_fn(|n| level * (radians * (start + n) as f32).sin());
        Block { left: wave, right: wave }
    }

    #[test]
    fn each_of_a_thousand_blocks_becomes_one_whole_frame() {
        for kbps in [96, 128, 320] {
            let mut encoder = Mp3Encoder::new(Kbps::try_from(kbps).unwrap()).unwrap();
            let mut noise = noise();
            assert!(encoder.encode(&noise()).unwrap().is_empty());
            for _ in 0..1000 {
                assert_eq!(frame_lengths(encoder.encode(&noise()).unwrap()).len(), 1);
            }
            assert!(!frame_lengths(&encoder.finish().unwrap()).is_empty());
        }
    }

    #[test]
    fn the_bitrate_is_exact_on_average() {
        let mut encoder = Mp3Encoder::new(Kbps::DEFAULT).unwrap();
        let mut n_bytes = 0;
        for _ in 0..491 {
            n_bytes += encoder.encode(&Block::SILENCE).unwrap().len();
        }
        let seconds = 490.0 * 1152.0 / 44_100.0;
        assert!((n_bytes as f64 / seconds - 16_000.0).abs() < 2.0, "{n_bytes}");
    }

    #[test]
    fn a_tone_survives_encoding() {
        let mut encoder = Mp3Encoder::new(Kbps::DEFAULT).unwrap();
        let mut mp3 = Vec::new();
        for block in 0..100 {
            let block = sine(1000.0, 0.5, block * FRAMES_PER_MP3_FRAME);
            mp3.extend_from_slice(encoder.encode(&block).unwrap());
        }
        mp3.extend(encoder.finish().unwrap());

        let blocks = decode(&mp3);

        let level = tone_at(&blocks[10..90], 1000.0);
        assert!(Decibels::from_ratio(level / 0.5).0.abs() < 0.5, "{level}");
        assert!(tone_at(&blocks[10..90], 1500.0) < 1e-3);
    }

    #[test]
    fn a_decoder_can_start_at_any_frame() {
        let mut encoder = Mp3Encoder::new(Kbps::DEFAULT).unwrap();
        let mut frames: Vec<Vec<u8>> = Vec::new();
        let mut noise = noise();
        for _ in 0..60 {
            frames.push(encoder.encode(&noise()).unwrap().to_vec());
        }
        let whole = decode(&frames.concat());
        let late = decode(&frames[31..].concat());

        // The first frames lack the overlap with those before.
        let same = late[2..].iter().zip(&whole[32..]).all(|(late, whole)| {
            late.left.iter().zip(&whole.left).all(|(a, b)| (a - b).abs() < 1e-6)
        });
        assert!(same);
    }

    #[test]
    fn decoded_peaks_stay_below_minus_1_dbtp() {
        let mut limiter = Limiter::new(CEILING);
        let mut encoder = Mp3Encoder::new(Kbps::DEFAULT).unwrap();
        let mut mp3 = Vec::new();
        for n in 0..400 {
            let mut block = loud(n);
            limiter.process(&mut block);
            mp3.extend_from_slice(encoder.encode(&block).unwrap());
        }
        let peak = true_peak_db(&decode(&mp3));
        assert!(peak < -1.0, "{peak} dBTP");
    }

    /// A saw, a bass and a beat of noise, 6 dB too loud.
    fn loud(block: usize) -> Block {
        let start = block * FRAMES_PER_MP3_FRAME;
        let mut rng = rng::stream(block as u64, "beat");
        let mut wave = |detune: f64| {
            std::array::from_fn(|n| {
                let t = (start + n) as f64 / 44_100.0;
                let saw = (t * 220.0 * detune).fract() * 2.0 - 1.0;
                let bass = (std::f64::consts::TAU * 55.0 * t).sin();
                let beat = rng.random_range(-1.0..1.0) * (-(t * 4.0).fract() * 8.0).exp();
                (0.5 * saw + 0.8 * bass + 0.7 * beat) as f32
            })
        };
        Block { left: wave(1.0), right: wave(1.003) }
    }
}
