//! Measures a station's sound: loudness, and how long it has been silent or stuck.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hasher as _},
};

use ebur128::{EbuR128, Mode};

use crate::{
    sound::{
        Error,
        frame::{Block, FRAMES_PER_MP3_FRAME},
    },
    units::SAMPLE_RATE,
};

/// Readings averaged for the displayed loudness: ten seconds.
const N_SECONDS: usize = 10;

/// Window of the meter in ms, short since the meter stores the sound of its window.
const WINDOW_MS: u32 = 1000;

/// Blocks between two readings: about a second.
const STRIDE: u32 = 38;

/// A second below this loudness is silent, in LUFS. Fades are louder; a recording's noise may not be.
const SILENCE: f64 = -60.0;

/// Levels are measured over this many blocks, 0.1 s: several periods of the lowest bass.
const BLOCKS_PER_LEVEL: u32 = 4;

/// A sound whose levels stay within this many decibels is stuck: a tone or noise without any event.
const STUCK_SPREAD_DB: f64 = 1.0;

/// Blocks searched for a repeated one: ten seconds.
const N_REMEMBERED: usize = 383;

/// Loudness, silence and stuck time of a station's sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Loudness of the last 10 s in LUFS; minus infinity for silence.
    pub loudness: f64,
    /// Seconds of silence so far.
    pub silent_seconds: f64,
    /// Seconds of the same sound so far: a tone without events, or repeated blocks.
    pub stuck_seconds: f64,
}

impl Default for Reading {
    fn default() -> Self {
        Self { loudness: f64::NEG_INFINITY, silent_seconds: 0.0, stuck_seconds: 0.0 }
    }
}

/// Measures the blocks of a station after the master.
pub struct SoundCheck {
    meter: EbuR128,
    n_blocks: u32,
    /// The power of each of the last seconds, relative to 0 LUFS.
    powers: VecDeque<f64>,
    reading: Reading,
    levels: Levels,
    repeats: Repeats,
}

impl SoundCheck {
    /// A check without measurements.
    ///
    /// # Errors
    /// The loudness meter can't be created.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            meter: meter()?,
            n_blocks: 0,
            powers: VecDeque::new(),
            reading: Reading::default(),
            levels: Levels::default(),
            repeats: Repeats::default(),
        })
    }

    /// The measurements so far; they change about once a second.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Measures `block`. One with NaN or infinite samples counts as silence.
    pub fn add(&mut self, block: &Block) {
        let is_sound = block.left.iter().chain(&block.right).all(|sample| sample.is_finite());
        let block = if is_sound { block } else { &Block::SILENCE };
        // Fails only for another number of channels.
        let _ = self.meter.add_frames_planar_f32(&[&block.left, &block.right]);
        self.levels.add(block);
        self.repeats.add(block);
        self.n_blocks += 1;
        if self.n_blocks.is_multiple_of(STRIDE) {
            self.read();
        }
    }

    fn read(&mut self) {
        let loudness = self.meter.loudness_window(WINDOW_MS).unwrap_or(f64::NEG_INFINITY);
        if self.powers.len() == N_SECONDS {
            self.powers.pop_front();
        }
        self.powers.push_back(10f64.powf(loudness / 10.0));
        let mean = self.powers.iter().sum::<f64>() / self.powers.len() as f64;
        self.reading.loudness = 10.0 * mean.log10();
        let is_silent = loudness < SILENCE;
        let second = seconds(STRIDE);
        if is_silent {
            self.reading.silent_seconds += second;
            self.reading.stuck_seconds = 0.0;
            (self.levels, self.repeats) = (Levels::default(), Repeats::default());
        } else {
            self.reading.silent_seconds = 0.0;
            self.reading.stuck_seconds = self.levels.seconds().max(self.repeats.seconds());
        }
    }
}

fn meter() -> Result<EbuR128, Error> {
    let failed = |error: ebur128::Error| Error::Meter { reason: error.to_string() };
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::M).map_err(failed)?;
    meter.set_max_window(WINDOW_MS).map_err(failed)?;
    Ok(meter)
}

fn seconds(n_blocks: u32) -> f64 {
    f64::from(n_blocks) * FRAMES_PER_MP3_FRAME as f64 / f64::from(SAMPLE_RATE)
}

/// How long the level has not changed.
#[derive(Default)]
struct Levels {
    sum: f64,
    n_blocks: u32,
    /// The least and the greatest level since it last moved, in dB, and the number of levels.
    range: Option<(f64, f64)>,
    n_alike: u32,
}

impl Levels {
    fn add(&mut self, block: &Block) {
        let samples = block.left.iter().chain(&block.right);
        self.sum += samples.map(|&sample| f64::from(sample).powi(2)).sum::<f64>();
        self.n_blocks += 1;
        if self.n_blocks < BLOCKS_PER_LEVEL {
            return;
        }
        let level = 10.0 * self.sum.max(f64::MIN_POSITIVE).log10();
        (self.sum, self.n_blocks) = (0.0, 0);
        let (least, most) = self.range.unwrap_or((level, level));
        let range = (least.min(level), most.max(level));
        if range.1 - range.0 <= STUCK_SPREAD_DB {
            (self.range, self.n_alike) = (Some(range), self.n_alike + 1);
        } else {
            (self.range, self.n_alike) = (Some((level, level)), 0);
        }
    }

    fn seconds(&self) -> f64 {
        seconds(self.n_alike * BLOCKS_PER_LEVEL)
    }
}

/// How long each block has repeated a recent one.
#[derive(Default)]
struct Repeats {
    recent: VecDeque<u64>,
    n_repeated: u32,
}

impl Repeats {
    fn add(&mut self, block: &Block) {
        let mut hasher = DefaultHasher::new();
        for sample in block.left.iter().chain(&block.right) {
            hasher.write_u32(sample.to_bits());
        }
        let hash = hasher.finish();
        self.n_repeated = if self.recent.contains(&hash) { self.n_repeated + 1 } else { 0 };
        if N_REMEMBERED <= self.recent.len() {
            self.recent.pop_front();
        }
        self.recent.push_back(hash);
    }

    fn seconds(&self) -> f64 {
        seconds(self.n_repeated)
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// The reading after `seconds` of `sample(second)`.
    fn reading_of(length: f64, sample: impl Fn(f64) -> f64) -> Reading {
        let mut check = SoundCheck::new().unwrap();
        let n_blocks = (length / seconds(1)) as usize;
        for n in 0..n_blocks {
            let mut block = Block::SILENCE;
            for i in 0..FRAMES_PER_MP3_FRAME {
                let at = (n * FRAMES_PER_MP3_FRAME + i) as f64 / f64::from(SAMPLE_RATE);
                block.left[i] = sample(at) as f32;
                block.right[i] = block.left[i];
            }
            check.add(&block);
        }
        check.reading()
    }

    #[test]
    fn silence_is_counted_and_broken_samples_are_silence() {
        for quiet in [0.0, 1e-4, f64::NAN] {
            let reading = reading_of(20.0, |at| quiet * (440.0 * TAU * at).sin());

            assert!((19.0..=20.0).contains(&reading.silent_seconds), "{reading:?}");
            assert!(reading.stuck_seconds == 0.0 && reading.loudness < SILENCE, "{reading:?}");
        }
    }

    #[test]
    fn a_tone_and_a_loop_are_stuck() {
        let tone = reading_of(20.0, |at| 0.1 * (41.2 * TAU * at).sin());
        assert!(tone.stuck_seconds > 18.0 && tone.silent_seconds == 0.0, "{tone:?}");
        assert!((-30.0..-15.0).contains(&tone.loudness), "{tone:?}");

        // A loop of 40 blocks, about a second, with a beat.
        let period = seconds(40);
        let looped = reading_of(20.0, |at| {
            // Whole samples, so that each round is the same to the bit.
            let at = (((at + 1e-9) % period) * 44_100.0).round() / 44_100.0;
            0.3 * (-8.0 * at).exp() * (200.0 * TAU * at).sin()
        });
        assert!(looped.stuck_seconds > 15.0, "{looped:?}");
    }

    #[test]
    fn a_rhythm_is_neither_silent_nor_stuck() {
        let reading = reading_of(30.0, |at| {
            let beat = at % 0.5;
            0.3 * (-6.0 * beat).exp() * ((220.0 + at) * TAU * at).sin()
        });

        assert!(reading.silent_seconds == 0.0 && reading.stuck_seconds < 1.0, "{reading:?}");
    }
}
