//! Recorded sound: a file that has been heard to its end once, and can be played.
//!
//! Files are never held in memory: opening one decodes it from beginning to end and keeps what was
//! measured; playing decodes it again, a block at a time. What can't be decoded whole is refused
//! when it is opened, so that nobody hears half of it. All work is bounded by the file's size and by
//! [`MOST_SECONDS`].

mod blocks;
mod downmix;
mod error;
mod measure;
mod source;
mod tags;

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

pub use self::{blocks::Blocks, error::ClipError};
use crate::{
    sound::{
        clip::{measure::Measure, source::Source},
        resample::Resampler,
    },
    units::{Decibels, Lufs, SAMPLE_RATE},
};

/// Longer files are refused.
pub const MOST_SECONDS: f64 = 3.0 * 3600.0;

/// A file's sound as it will be played: stereo, 44.1 kHz, without the silence at its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Where it is.
    pub path: PathBuf,
    /// Artist and title from its tags, or its name.
    pub title: String,
    /// Integrated loudness.
    pub loudness: Lufs,
    /// The highest point of its wave, in decibels of full scale.
    pub true_peak: Decibels,
    /// What is heard of it, in frames of 44.1 kHz from the file's beginning; never empty.
    heard: Range<u64>,
}

impl Clip {
    /// Hears the file at `path` (mp3, flac, ogg vorbis, wav, aiff, aac or alac in m4a, aac) to its
    /// end.
    ///
    /// # Errors
    /// It can't be read, holds no sound that we know, breaks off, is silent or too long.
    pub fn open(path: &Path) -> Result<Self, ClipError> {
        let mut source = Source::open(path)?;
        let title = source.title();
        let mut measure = Measure::new();
        let mut resampler = Resampler::new(source.rate(), SAMPLE_RATE);
        let (mut decoded, mut planes) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        while source.read(&mut decoded)? {
            resampler.push(&mut decoded, &mut planes);
            measure.add(&planes);
            planes.iter_mut().for_each(Vec::clear);
        }
        resampler.finish(&mut planes);
        measure.add(&planes);
        let (loudness, true_peak, heard) =
            measure.finish().ok_or_else(|| ClipError::Silent { file: path.to_owned() })?;
        Ok(Self { path: path.to_owned(), title, loudness, true_peak, heard })
    }

    /// How many frames of 44.1 kHz are heard.
    pub fn n_frames(&self) -> u64 {
        self.heard.end - self.heard.start
    }

    /// How long it is heard.
    pub fn seconds(&self) -> f64 {
        self.n_frames() as f64 / f64::from(SAMPLE_RATE)
    }

    /// Its sound from the beginning, at its own level.
    ///
    /// # Errors
    /// The file can't be opened any more.
    pub fn play(&self) -> Result<Blocks, ClipError> {
        Ok(Blocks::new(Source::open(&self.path)?, self.heard.clone()))
    }
}

#[cfg(test)]
mod tests;
