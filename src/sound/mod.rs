//! Bars to air pressure to MP3 or Opus.
//!
//! [`timeline`] lays bars end to end in frames, [`events`] turns hits into note messages, one
//! synthesizer a part plays them ([`band`]), each through its [`sweep`] and [`duck`]; the parts' sends
//! feed one [`chorus`], one [`echo`] and one [`reverb`]; [`master`] glues and levels the mix and keeps
//! its true peaks down; a [`coder`] makes MP3 frames that each stand alone ([`encode`]), or pages of
//! Ogg. Everything moves in
//! [`frame::Block`]s of one MP3 frame; nothing allocates for each block after the start. A [`clip`] is
//! recorded sound that joins the mix.

use std::{io, path::PathBuf};

use rustysynth::{SoundFontError, SynthesizerError};

pub mod frame;

pub mod timeline;

pub mod events;

pub mod font_file;

pub mod preset;

mod player;

pub mod chorus;

pub mod echo;

pub mod reverb;

pub mod sweep;

pub mod duck;

pub mod band;

mod true_peak;

pub mod glue;

pub mod leveller;

pub mod limiter;

pub mod master;

pub mod piece;

mod lame;

pub mod encode;

pub mod wav;

pub mod flac;

mod resample;

pub mod ogg_opus;

pub mod coder;

pub mod mp3_file;

pub mod sink;

pub mod clip;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tiny_font;

/// What can go wrong between a bar and its MP3 frames.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file can't be opened or read.
    #[error("can't read the SoundFont {}", path.display())]
    FontUnreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The samples are Ogg Vorbis, as in `.sf3` files.
    #[error(
        "{name} is compressed (SF3): expected SF2, whose samples are plain 16-bit; the free editor \
         Polyphone opens it and exports it as SF2"
    )]
    FontCompressed {
        /// The file or asset.
        name: String,
    },
    /// It is no SoundFont, or a damaged one.
    #[error("{name} is not a sound SF2 file: {reason}")]
    FontBroken {
        /// The file or asset.
        name: String,
        /// What was found.
        reason: String,
    },
    /// The synthesizer refused its settings.
    #[error("the synthesizer can't start")]
    Synthesizer(#[from] SynthesizerError),
    /// The loudness meter can't start.
    #[error("the loudness meter can't start: {reason}")]
    Meter {
        /// What it answered.
        reason: String,
    },
    /// LAME refused a setting.
    #[error("LAME can't be set up: {setting}: {reason}")]
    EncoderSetting {
        /// Which one.
        setting: &'static str,
        /// What it answered.
        reason: String,
    },
    /// An encoder failed at a block, or can't start.
    #[error("{encoder} can't encode: {reason}")]
    Encode {
        /// Which one.
        encoder: &'static str,
        /// What it answered.
        reason: String,
    },
}

impl Error {
    fn from_font(name: &str, error: SoundFontError) -> Self {
        let name = name.to_owned();
        match error {
            SoundFontError::UnsupportedSampleFormat => Self::FontCompressed { name },
            other => Self::FontBroken { name, reason: other.to_string() },
        }
    }
}
