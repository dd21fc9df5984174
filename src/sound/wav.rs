//! Writes WAV: 32-bit float, stereo, 44.1 kHz. Float stems never clip.
//!
//! Source: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" and its
//! revision of 1994 (`fact` chunk, `WAVE_FORMAT_IEEE_FLOAT`).

use std::io::{self, Seek, SeekFrom, Write};

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

const IEEE_FLOAT: u16 = 3;
const N_CHANNELS: u16 = 2;
const BYTES_PER_FRAME: u32 = 8;

/// Size of the header in bytes.
const HEAD: u32 = 58;

/// Writes a WAV file. Without [`Wav::finish`] the header says that it is empty.
pub struct Wav<W> {
    to: W,
    n_frames: u32,
}

impl<W: Write + Seek> Wav<W> {
    /// Starts a file at the beginning of `to`.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn new(mut to: W) -> io::Result<Self> {
        to.write_all(&head(0))?;
        Ok(Self { to, n_frames: 0 })
    }

    /// Appends a block.
    ///
    /// # Errors
    /// `to` can't be written, or the file would exceed WAV's 4 GiB, about 3 hours.
    pub fn push(&mut self, block: &Block) -> io::Result<()> {
        let n_frames = self.n_frames + FRAMES_PER_MP3_FRAME as u32;
        if (u32::MAX - HEAD) / BYTES_PER_FRAME < n_frames {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let frames = block.left.iter().zip(&block.right);
        let bytes: Vec<u8> =
            frames.flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()]).flatten().collect();
        self.to.write_all(&bytes)?;
        self.n_frames = n_frames;
        Ok(())
    }

    /// Writes the length into the header and returns the file.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.seek(SeekFrom::Start(0))?;
        self.to.write_all(&head(self.n_frames))?;
        self.to.seek(SeekFrom::End(0))?;
        self.to.flush()?;
        Ok(self.to)
    }
}

fn head(n_frames: u32) -> Vec<u8> {
    let n_bytes = n_frames * BYTES_PER_FRAME;
    let mut head = Vec::with_capacity(HEAD as usize);
    head.extend(b"RIFF");
    head.extend((HEAD - 8 + n_bytes).to_le_bytes());
    head.extend(b"WAVEfmt ");
    head.extend(18u32.to_le_bytes());
    head.extend(IEEE_FLOAT.to_le_bytes());
    head.extend(N_CHANNELS.to_le_bytes());
    head.extend(SAMPLE_RATE.to_le_bytes());
    head.extend((SAMPLE_RATE * BYTES_PER_FRAME).to_le_bytes());
    head.extend((BYTES_PER_FRAME as u16).to_le_bytes());
    head.extend(32u16.to_le_bytes());
    head.extend(0u16.to_le_bytes());
    head.extend(b"fact");
    head.extend(4u32.to_le_bytes());
    head.extend(n_frames.to_le_bytes());
    head.extend(b"data");
    head.extend(n_bytes.to_le_bytes());
    head
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn lengths_and_samples_are_at_their_offsets() {
        let mut wav = Wav::new(Cursor::new(Vec::new())).unwrap();
        let mut block = Block::SILENCE;
        (block.left[0], block.right[0]) = (0.25, -1.5);
        wav.push(&Block::SILENCE).unwrap();
        wav.push(&block).unwrap();

        let bytes = wav.finish().unwrap().into_inner();

        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!(number(4) as usize, bytes.len() - 8);
        assert_eq!(number(46), 2 * 1152);
        assert_eq!(number(54) as usize, bytes.len() - HEAD as usize);
        let second = HEAD as usize + 1152 * 8;
        assert_eq!(f32::from_bits(number(second)), 0.25);
        assert_eq!(f32::from_bits(number(second + 4)), -1.5);
    }
}
