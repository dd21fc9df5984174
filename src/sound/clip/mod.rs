//! Recorded audio: a file that has been decoded once to its end and can be played.
//!
//! Files are never held in memory. Opening one decodes it completely and keeps the measurements;
//! playing decodes it again, block by block. A file that ends before its stated length is rejected
//! when opened, so that no listener hears half of it. Damaged parts are played as gaps ([`Damage`]).
//! All work is bounded by the file's size and by [`MAX_SECONDS`].

mod blocks;
mod damage;
mod decoder;
mod downmix;
mod error;
mod link;
mod measure;
mod opus;
mod source;
mod tags;

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

pub use self::{
    blocks::Blocks,
    damage::Damage,
    error::{ClipError, MAX_SECONDS},
};
use crate::{
    sound::clip::{decoder::Decoder, measure::Measure},
    units::{Decibels, Lufs, SAMPLE_RATE},
};

/// A recording as it is played: stereo, 44.1 kHz, without silence at its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Path of the file.
    pub path: PathBuf,
    /// Artist and title from the tags, or the file name.
    pub title: String,
    /// Integrated loudness.
    pub loudness: Lufs,
    /// True peak in decibels of full scale.
    pub true_peak: Decibels,
    /// What could not be decoded.
    pub damage: Damage,
    /// The audible range in frames of 44.1 kHz from the start of the file; never empty.
    audible: Range<u64>,
}

impl Clip {
    /// Opens and measures the file at `path` (mp3, mp2, flac, vorbis or opus in ogg, wav, aiff, aac or alac
    /// in m4a, aac).
    ///
    /// # Errors
    /// The file can't be read, has no known audio format, is mostly damaged, cut short, silent or too long.
    pub fn open(path: &Path) -> Result<Self, ClipError> {
        let mut decoder = Decoder::open(path, SAMPLE_RATE)?;
        let title = decoder.title();
        let mut measure = Measure::new();
        let mut planes = [Vec::new(), Vec::new()];
        while decoder.read(&mut planes)? {
            measure.add(&planes);
        }
        let (loudness, true_peak, audible) =
            measure.finish().ok_or_else(|| ClipError::Silent { file: path.to_owned() })?;
        let (path, damage) = (path.to_owned(), decoder.damage());
        Ok(Self { path, title, loudness, true_peak, damage, audible })
    }

    /// Length in frames of 44.1 kHz.
    pub fn n_frames(&self) -> u64 {
        self.audible.end - self.audible.start
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.n_frames() as f64 / f64::from(SAMPLE_RATE)
    }

    /// Plays from the start, at the file's own level.
    ///
    /// # Errors
    /// The file can no longer be opened.
    pub fn play(&self) -> Result<Blocks, ClipError> {
        Ok(Blocks::new(Decoder::open(&self.path, SAMPLE_RATE)?, self.audible.clone()))
    }
}

/// Decodes the file at `path` at `rate` in Hz, which is not 0, with the silence at its ends. `visit` gets
/// consecutive pieces, left and right, full scale at ±1.
///
/// # Errors
/// The file can't be read, has no known audio format, is mostly damaged, cut short or too long; or `visit`
/// fails.
pub fn visit<E: From<ClipError>>(
    path: &Path,
    rate: u32,
    mut visit: impl FnMut(&[Vec<f32>; 2]) -> Result<(), E>,
) -> Result<(), E> {
    let mut decoder = Decoder::open(path, rate)?;
    let mut planes = [Vec::new(), Vec::new()];
    while decoder.read(&mut planes)? {
        visit(&planes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
