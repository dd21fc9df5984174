//! Writes MP3 files: the frames that listeners get.

use std::io::{self, Write};

use crate::{
    sound::{Error, frame::Block, mp3::Mp3Encoder},
    units::Kbps,
};

/// Writes an MP3 file. Without [`Mp3File::finish`] the last frames are missing.
pub struct Mp3File<W> {
    to: W,
    encoder: Mp3Encoder,
}

impl<W: Write> Mp3File<W> {
    /// Starts a file at the current position of `to`.
    ///
    /// # Errors
    /// LAME is out of memory or rejects a setting.
    pub fn new(to: W, kbps: Kbps) -> Result<Self, Error> {
        Ok(Self { to, encoder: Mp3Encoder::new(kbps)? })
    }

    /// Appends a block.
    ///
    /// # Errors
    /// LAME fails, or `to` can't be written.
    pub fn push(&mut self, block: &Block) -> io::Result<()> {
        let frames = self.encoder.encode(block).map_err(io::Error::other)?;
        self.to.write_all(frames)
    }

    /// Writes the encoder's last frames and returns the file.
    ///
    /// # Errors
    /// LAME fails, or `to` can't be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.write_all(&self.encoder.finish().map_err(io::Error::other)?)?;
        self.to.flush()?;
        Ok(self.to)
    }
}
