//! The encoder of a mount, for each codec.

use std::sync::Arc;

use crate::{
    sound::{Error, frame::Block, mp3::Mp3Encoder, ogg_opus::OggOpusEncoder},
    stream::{coding::Coding, ogg::Chain},
};

/// The encoder of a mount.
pub enum Encoder {
    /// MP3 frames.
    Mp3(Box<Mp3Encoder>),
    /// Ogg Opus pages.
    Opus(Box<OggOpusEncoder>),
}

impl Encoder {
    /// Creates an encoder that continues after the `recent` blocks, oldest first. MP3 frames then
    /// overlap seamlessly with those of the previous encoder; Ogg starts a new stream.
    ///
    /// # Errors
    /// The encoder can't be set up.
    pub fn after<'a>(
        recent: impl IntoIterator<Item = &'a Block>,
        coding: Coding,
    ) -> Result<Self, Error> {
        Ok(match coding {
            Coding::Mp3(kbps) => {
                let mut encoder = Mp3Encoder::new(kbps)?;
                for block in recent {
                    encoder.encode(block)?;
                }
                Self::Mp3(Box::new(encoder))
            }
            Coding::Opus { kbps } => Self::Opus(Box::new(OggOpusEncoder::new(kbps).map_err(opus)?)),
        })
    }

    /// Encodes a block and appends complete frames or pages to `audio`.
    ///
    /// # Errors
    /// The encoder fails.
    pub fn encode(&mut self, block: &Block, audio: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Self::Mp3(encoder) => audio.extend_from_slice(encoder.encode(block)?),
            Self::Opus(encoder) => audio.extend(encoder.encode(block).map_err(opus)?),
        }
        Ok(())
    }

    /// The Ogg stream of the pages; none for MP3.
    pub fn chain(&self) -> Option<&Arc<Chain>> {
        match self {
            Self::Mp3(_) => None,
            Self::Opus(encoder) => Some(encoder.chain()),
        }
    }
}

fn opus(error: impl ToString) -> Error {
    Error::Encode { encoder: "Opus", reason: error.to_string() }
}
