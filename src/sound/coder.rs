//! Blocks to whatever a mount's sound is coded as.

use std::sync::Arc;

use crate::{
    sound::{Error, encode::Encoder, frame::Block, ogg_opus::OggOpus},
    stream::{coding::Coding, ogg::Chain},
};

/// The encoder of a mount.
pub enum Coder {
    /// Frames.
    Mp3(Box<Encoder>),
    /// Pages.
    Opus(Box<OggOpus>),
}

impl Coder {
    /// One that goes on after the `recent` blocks, oldest first: MP3 frames then overlap with those of
    /// the encoder before as if they were its own. Ogg begins anew.
    ///
    /// # Errors
    /// The encoder can't be set up.
    pub fn after<'a>(
        recent: impl IntoIterator<Item = &'a Block>,
        coding: Coding,
    ) -> Result<Self, Error> {
        Ok(match coding {
            Coding::Mp3(kbps) => {
                let mut encoder = Encoder::new(kbps)?;
                for block in recent {
                    encoder.encode(block)?;
                }
                Self::Mp3(Box::new(encoder))
            }
            Coding::Opus { kbps } => Self::Opus(Box::new(OggOpus::new(kbps).map_err(opus)?)),
        })
    }

    /// Encodes a block and appends what is whole to `audio`.
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

    /// The stream that its pages belong to, if it makes pages.
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
