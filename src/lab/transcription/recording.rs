//! A recording in memory, mono at one rate.

use std::path::{Path, PathBuf};

use crate::sound::clip::{self, ClipError};

/// The longest recording that is accepted, in seconds: 318 MB at 44.1 kHz.
pub const MOST_SECONDS: f64 = 1800.0;

/// A recording: the mean of its channels.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Sample rate in Hz.
    pub rate: u32,
    /// Full scale at ±1.
    pub samples: Vec<f32>,
}

/// Why a file is refused as a recording. Each message is one sentence that starts with the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file can't be read or decoded.
    #[error(transparent)]
    Clip(#[from] ClipError),
    /// The audio file has no samples.
    #[error("{}: expected a recording, found an audio file without samples", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The recording is longer than [`MOST_SECONDS`].
    #[error(
        "{}: expected at most {} minutes of sound, found more",
        file.display(),
        MOST_SECONDS / 60.0
    )]
    TooLong {
        /// The file.
        file: PathBuf,
    },
}

impl Recording {
    /// Reads the file at `path` (wav, mp3, flac and the radio's other formats) at `rate` Hz, not 0.
    ///
    /// # Errors
    /// The file can't be read, is not audio, is mostly damaged, cut short, empty or too long.
    pub fn read(path: &Path, rate: u32) -> Result<Self, RecordingError> {
        let most = (MOST_SECONDS * f64::from(rate)) as usize;
        let mut samples = Vec::new();
        clip::visit(path, rate, |[left, right]| {
            samples
                .extend(left.iter().zip(right).map(|(left, right)| f32::midpoint(*left, *right)));
            match samples.len() <= most {
                true => Ok(()),
                false => Err(RecordingError::TooLong { file: path.to_owned() }),
            }
        })?;
        if samples.is_empty() {
            return Err(RecordingError::Empty { file: path.to_owned() });
        }
        Ok(Self { rate, samples })
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::{
        sound::{
            audio_file::{AudioFileWriter, Format},
            frame::{Block, FRAMES_PER_MP3_FRAME},
        },
        units::Kbps,
    };

    /// A file of `n` blocks: a tone of 441 Hz, of amplitude .5 on the left and .1 on the right.
    fn tone(folder: &Path, name: &str, n: usize) -> PathBuf {
        let path = folder.join(name);
        let format = Format::of(&path, Kbps::DEFAULT).unwrap();
        let mut file = AudioFileWriter::create(&path, format).unwrap();
        for number in 0..n {
            let mut block = Block::SILENCE;
            for k in 0..FRAMES_PER_MP3_FRAME {
                let x = (TAU * (number * FRAMES_PER_MP3_FRAME + k) as f64 / 100.0).sin() as f32;
                (block.left[k], block.right[k]) = (0.5 * x, 0.1 * x);
            }
            file.push(&block).unwrap();
        }
        file.finish().unwrap();
        path
    }

    #[test]
    fn channels_are_averaged_at_the_wanted_rate() {
        let folder = tempfile::tempdir().unwrap();
        for (name, error) in [("a.wav", 1e-4), ("a.flac", 2e-4), ("a.mp3", 0.05)] {
            let found = Recording::read(&tone(folder.path(), name, 40), 22_050).unwrap();

            assert!((found.seconds() - 40.0 * 1152.0 / 44_100.0).abs() < 0.03, "{name}");
            let middle = &found.samples[6000..12_000];
            let rms = middle.iter().map(|x| x * x).sum::<f32>() / middle.len() as f32;
            assert!((rms.sqrt() - 0.3 / 2f32.sqrt()).abs() < error, "{name}: {}", rms.sqrt());
        }
    }

    #[test]
    fn what_is_no_recording_is_refused_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("song.mid"), b"MThd\0\0\0\x06").unwrap();
        std::fs::write(path("none.wav"), b"").unwrap();

        for (path, found) in [
            (path("song.mid"), "unknown format"),
            (path("none.wav"), "an empty file"),
            (tone(folder.path(), "short.wav", 0), "without samples"),
            (path("missing.wav"), "missing.wav"),
        ] {
            let error = Recording::read(&path, 22_050).unwrap_err().to_string();
            assert!(error.contains(found) && !error.contains('\n'), "{error}");
        }
    }
}
