//! Analysis of rendered or recorded sound, without knowledge of the notes.
//!
//! [`analyser::AudioAnalyser`] takes stereo sound block by block and runs one meter for each of:
//!
//! - [`loudness`]: EBU R128 loudness, also over ten-minute windows, and true peak.
//! - [`level`]: clipping, silence, stereo width.
//! - [`spectrum`]: spectrogram, mean spectrum and its bands.
//! - [`flux`], [`tempo`]: onset strength, and the tempo found in it.
//! - [`clicks`]: discontinuities of the waveform.
//!
//! The results of an hour take about 30 MB.

pub mod analyser;
pub mod clicks;
pub mod flux;
pub mod level;
pub mod loudness;
pub mod spectrum;
pub mod tempo;
mod windows;

#[cfg(test)]
pub(crate) mod testing;
