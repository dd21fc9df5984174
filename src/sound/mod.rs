//! Bars to PCM to MP3 or Opus.
//!
//! ```text
//! Bar -> timeline        start and end of the bar in frames
//!     -> events          hits as timed note-on and note-off messages, per part
//!     -> part_synth      one synthesizer (rustysynth) per part, with its filter sweep
//!     -> bus             the part's effects: amplifier, saturation, tape and others
//!     -> strip           the part's level, filter and sends on the desk
//!     -> duck            side-chain ducking under the kick
//!     -> transition      synthesized risers, impacts and the like
//!     -> band            stems summed; sends to one chorus, one echo, one room and one tank
//!     -> master          bus_compressor -> leveller -> (+ inserts) -> limiter (true_peak)
//!     -> encoder         mp3: MP3 frames that decode on their own; ogg_opus: Ogg pages
//! ```
//!
//! Audio moves in [`frame::Block`]s of one MP3 frame. The path from synthesizer to MP3 frame reuses
//! its buffers; [`ogg_opus`] and the file writers ([`audio_file`]: WAV, FLAC, MP3) allocate for each
//! block.
//!
//! - [`clip`]: recorded audio that is mixed into the music.
//! - [`midi_player`]: plays a MIDI file.
//! - [`font_file`], [`preset`]: SoundFonts and their presets.

use crate::files::NotRead;

use rustysynth::{SoundFontError, SynthesizerError};

pub mod audio_file;
pub mod band;
mod bus;
pub mod bus_compressor;
pub mod chorus;
pub mod clip;
pub mod desk;
pub mod duck;
pub mod echo;
pub mod encoder;
pub mod events;
pub mod flac;
mod font_chunks;
pub mod font_file;
mod font_mending;
pub mod frame;
mod legato;
pub mod leveller;
pub mod limiter;
pub mod master;
pub mod midi_player;
pub mod mp3;
pub mod mp3_file;
pub mod ogg_opus;
pub mod part_fonts;
mod part_synth;
pub mod preset;
mod preset_level;
pub mod resample;
pub mod room;
pub mod sound_check;
mod strip;
pub mod sweep;
pub mod throws;
pub mod timeline;
pub mod transition;
mod true_peak;
pub mod wav;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tiny_font;

/// Errors of the audio path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file can't be read.
    #[error("cannot read the SoundFont {0}")]
    FontUnreadable(NotRead),
    /// The samples are Ogg Vorbis, as in `.sf3` files.
    #[error(
        "{name}: expected an SF2 SoundFont, found compressed samples (SF3); the free editor \
         Polyphone converts SF3 to SF2"
    )]
    FontCompressed {
        /// Path or asset name.
        name: String,
    },
    /// The file isn't an SF2 SoundFont, or is damaged.
    #[error("{name}: not a valid SF2 SoundFont: {reason}")]
    FontBroken {
        /// Path or asset name.
        name: String,
        /// The first defect.
        reason: String,
    },
    /// The synthesizer rejected its settings.
    #[error("failed to start the synthesizer")]
    Synthesizer(#[from] SynthesizerError),
    /// The loudness meter could not be created.
    #[error("failed to create the loudness meter: {reason}")]
    Meter {
        /// The meter's error.
        reason: String,
    },
    /// LAME rejected a setting.
    #[error("failed to configure LAME ({setting}): {reason}")]
    EncoderSetting {
        /// The setting.
        setting: &'static str,
        /// LAME's error.
        reason: String,
    },
    /// An encoder failed to start or to encode a block.
    #[error("{encoder} failed to encode: {reason}")]
    Encode {
        /// Name of the encoder.
        encoder: &'static str,
        /// The encoder's error.
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
