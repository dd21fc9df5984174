//! Writes WAV: 32-bit float, stereo, 44.1 kHz. Float stems never clip. Beyond 4 GiB the file becomes
//! RF64, which has lengths of 64 bits.
//!
//! Sources: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" and its
//! revision of 1994 (`fact` chunk, `WAVE_FORMAT_IEEE_FLOAT`); EBU Tech 3306 (RF64: a `JUNK` chunk at the
//! start reserves the place of `ds64`).

use std::io::{self, Seek, SeekFrom, Write};

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

const IEEE_FLOAT: u16 = 3;
const N_CHANNELS: u16 = 2;
const BYTES_PER_FRAME: u32 = 8;

/// Size of the header in bytes.
pub const HEAD: u32 = 94;

/// Bytes of the chunk `JUNK` or `ds64` without its name and size.
const LONG_LENGTHS: u32 = 28;

/// Placeholder of 32-bit lengths in RF64 and where the length is unknown.
const UNKNOWN: u32 = u32::MAX;

/// Writes a WAV file. Without [`Wav::finish`] the header says that it is empty.
pub struct Wav<W> {
    to: W,
    n_frames: u64,
}

impl<W: Write> Wav<W> {
    /// Starts a file at the beginning of `to`.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn new(mut to: W) -> io::Result<Self> {
        to.write_all(&head(0))?;
        Ok(Self { to, n_frames: 0 })
    }

    /// Starts a file whose header says that its length is unknown, for a pipe.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn endless(mut to: W) -> io::Result<Self> {
        to.write_all(&head_of(*b"RIFF", [UNKNOWN; 3], &[0; LONG_LENGTHS as usize]))?;
        Ok(Self { to, n_frames: 0 })
    }

    /// Appends a block.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn push(&mut self, block: &Block) -> io::Result<()> {
        let frames = block.left.iter().zip(&block.right);
        let bytes: Vec<u8> =
            frames.flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()]).flatten().collect();
        self.to.write_all(&bytes)?;
        self.n_frames += FRAMES_PER_MP3_FRAME as u64;
        Ok(())
    }

    /// Writes out what is buffered.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl<W: Write + Seek> Wav<W> {
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

/// The header of a file of `n_frames`.
fn head(n_frames: u64) -> Vec<u8> {
    let n_bytes = n_frames * u64::from(BYTES_PER_FRAME);
    let riff = u64::from(HEAD - 8) + n_bytes;
    let short = (u32::try_from(riff), u32::try_from(n_frames), u32::try_from(n_bytes));
    if let (Ok(riff), Ok(n_frames), Ok(n_bytes)) = short {
        return head_of(*b"RIFF", [riff, n_frames, n_bytes], &[0; LONG_LENGTHS as usize]);
    }
    // No table of other long chunks follows.
    let lengths = [riff, n_bytes, n_frames].map(u64::to_le_bytes).concat();
    head_of(*b"RF64", [UNKNOWN; 3], &[&lengths[..], &[0; 4]].concat())
}

/// A header of this form with the lengths of file, frames and data, and the content of `ds64`.
fn head_of(form: [u8; 4], [riff, n_frames, n_bytes]: [u32; 3], long_lengths: &[u8]) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD as usize);
    head.extend(form);
    head.extend(riff.to_le_bytes());
    head.extend(b"WAVE");
    head.extend(if form == *b"RF64" { b"ds64" } else { b"JUNK" });
    head.extend(LONG_LENGTHS.to_le_bytes());
    head.extend(long_lengths);
    head.extend(b"fmt ");
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
        assert_eq!(number(82), 2 * 1152);
        assert_eq!(number(90) as usize, bytes.len() - HEAD as usize);
        let second = HEAD as usize + 1152 * 8;
        assert_eq!(f32::from_bits(number(second)), 0.25);
        assert_eq!(f32::from_bits(number(second + 4)), -1.5);
    }

    #[test]
    fn a_file_beyond_4_gib_is_rf64() {
        let long =
            |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        let most = (u64::from(u32::MAX) - u64::from(HEAD - 8)) / 8;

        let short = head(most);
        let rf64 = head(most + 1);

        assert_eq!((&short[..4], &short[12..16]), (&b"RIFF"[..], &b"JUNK"[..]));
        assert_eq!((&rf64[..8], &rf64[12..16]), (&b"RF64\xff\xff\xff\xff"[..], &b"ds64"[..]));
        assert_eq!(long(&rf64, 20), 8 * (most + 1) + u64::from(HEAD) - 8);
        assert_eq!((long(&rf64, 28), long(&rf64, 36)), (8 * (most + 1), most + 1));
        assert_eq!((short.len(), rf64.len()), (HEAD as usize, HEAD as usize));
        assert_eq!(&rf64[90..], b"\xff\xff\xff\xff");
    }

    #[test]
    fn a_file_for_a_pipe_has_no_length() {
        let mut wav = Wav::endless(Vec::new()).unwrap();
        wav.push(&Block::SILENCE).unwrap();
        assert_eq!((&wav.to[4..8], wav.to.len()), (&[0xff; 4][..], HEAD as usize + 8 * 1152));
    }
}
