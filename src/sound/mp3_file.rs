//! Sound as an MP3 file: the frames that listeners get.

use std::io::{self, Write};

use crate::{
    sound::{Error, encode::Encoder, frame::Block},
    units::Kbps,
};

/// An MP3 file in the making; without [`Mp3File::finish`] it lacks its last frames.
pub struct Mp3File<W> {
    to: W,
    encoder: Encoder,
}

impl<W: Write> Mp3File<W> {
    /// Begins where `to` stands.
    ///
    /// # Errors
    /// LAME has no memory or refuses a setting.
    pub fn new(to: W, kbps: Kbps) -> Result<Self, Error> {
        Ok(Self { to, encoder: Encoder::new(kbps)? })
    }

    /// Appends a block.
    ///
    /// # Errors
    /// LAME fails, or `to` can't be written.
    pub fn push(&mut self, block: &Block) -> io::Result<()> {
        let frames = self.encoder.encode(block).map_err(io::Error::other)?;
        self.to.write_all(frames)
    }

    /// Writes what the encoder holds back and gives the file back.
    ///
    /// # Errors
    /// LAME fails, or `to` can't be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.write_all(&self.encoder.finish().map_err(io::Error::other)?)?;
        self.to.flush()?;
        Ok(self.to)
    }
}
