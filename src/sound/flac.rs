//! Writes FLAC: 16-bit, stereo, 44.1 kHz.
//!
//! Source: RFC 9639.

use std::{
    fmt::Display,
    io::{self, Seek, SeekFrom, Write},
};

use flacenc::{
    bitsink::ByteSink,
    component::{BitRepr, StreamInfo},
    config,
    error::{Verified, Verify as _},
    source::{Context, Fill as _, FrameBuf},
};

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

const N_CHANNELS: usize = 2;
const BITS: usize = 16;

/// Samples per channel in a FLAC frame, one of the lengths with a code of its own in frame headers.
const FRAME: usize = 4 * FRAMES_PER_MP3_FRAME;

/// Block type 0 (STREAMINFO), last metadata block, 34 bytes.
const STREAM_INFO_HEAD: [u8; 4] = [0x80, 0, 0, 34];

/// Writes a FLAC file frame by frame. Without [`Flac::finish`] the header has no length.
pub struct Flac<W> {
    to: W,
    config: Verified<config::Encoder>,
    info: StreamInfo,
    checksum: Context,
    samples: Vec<i32>, // interleaved, of the frame that is not yet full
    n_frames: usize,   // of FLAC
}

impl<W: Write + Seek> Flac<W> {
    /// Starts a file at the beginning of `to`.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn new(mut to: W) -> io::Result<Self> {
        let config = config::Encoder::default().into_verified();
        let config = config.map_err(|(_, error)| refused(error))?;
        let info = StreamInfo::new(SAMPLE_RATE as usize, N_CHANNELS, BITS);
        let info = info.map_err(refused)?;
        to.write_all(&head(&info)?)?;
        let checksum = Context::new(BITS, N_CHANNELS);
        let samples = Vec::with_capacity(FRAME * N_CHANNELS);
        Ok(Self { to, config, info, checksum, samples, n_frames: 0 })
    }

    /// Appends a block, rounded to 16 bits and clipped at full scale.
    ///
    /// # Errors
    /// `to` can't be written, or the file would exceed the 55 days that FLAC can count.
    pub fn push(&mut self, block: &Block) -> io::Result<()> {
        let frames = block.left.iter().zip(&block.right);
        self.samples.extend(frames.flat_map(|(left, right)| [rounded(*left), rounded(*right)]));
        if self.samples.len() == FRAME * N_CHANNELS { self.write_frame() } else { Ok(()) }
    }

    /// Writes length and checksum into the header and returns the file.
    ///
    /// # Errors
    /// `to` can't be written.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.samples.is_empty() {
            self.write_frame()?;
        }
        // The last, shorter frame doesn't count as a block size (RFC 9639, 8.2).
        self.info.set_block_sizes(FRAME, FRAME).map_err(refused)?;
        self.info.set_md5_digest(&self.checksum.md5_digest());
        self.to.seek(SeekFrom::Start(0))?;
        self.to.write_all(&head(&self.info)?)?;
        self.to.seek(SeekFrom::End(0))?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn write_frame(&mut self) -> io::Result<()> {
        let n = self.samples.len() / N_CHANNELS;
        let mut buffer = FrameBuf::with_size(N_CHANNELS, n).map_err(refused)?;
        buffer.fill_interleaved(&self.samples).map_err(refused)?;
        self.checksum.fill_interleaved(&self.samples).map_err(refused)?;
        let frame =
            flacenc::encode_fixed_size_frame(&self.config, &buffer, self.n_frames, &self.info);
        let frame = frame.map_err(refused)?;
        self.info.update_frame_info(&frame);
        self.to.write_all(&bytes(&frame)?)?;
        self.samples.clear();
        self.n_frames += 1;
        Ok(())
    }
}

fn refused(error: impl Display) -> io::Error {
    io::Error::other(error.to_string())
}

fn head(info: &StreamInfo) -> io::Result<Vec<u8>> {
    Ok([&b"fLaC"[..], &STREAM_INFO_HEAD, &bytes(info)?].concat())
}

fn bytes(part: &impl BitRepr) -> io::Result<Vec<u8>> {
    let mut sink = ByteSink::with_capacity(part.count_bits());
    part.write(&mut sink).map_err(refused)?;
    Ok(sink.into_inner())
}

/// NaN becomes silence.
fn rounded(x: f32) -> i32 {
    let full = f32::from(i16::MAX) + 1.0;
    (x * full).round().clamp(-full, full - 1.0) as i32
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use rand::RngExt as _;

    use super::*;
    use crate::{rng, sound::testing::decode_as};

    #[test]
    fn a_file_decodes_to_its_blocks_within_half_a_step() {
        let mut rng = rng::stream(1, "noise");
        for n_blocks in [1, 4, 9] {
            let mut noise = || Block {
                left: std::array::from_fn(|_| rng.random_range(-1.0..1.0)),
                right: std::array::from_fn(|n| (n as f32 / 20.0).sin() * 0.7),
            };
            let blocks: Vec<Block> = (0..n_blocks).map(|_| noise()).collect();
            let mut flac = Flac::new(Cursor::new(Vec::new())).unwrap();
            for block in &blocks {
                flac.push(block).unwrap();
            }
            let file = flac.finish().unwrap().into_inner();

            let decoded = decode_as("flac", &file);

            assert_eq!(decoded.len(), blocks.len());
            for (block, decoded) in blocks.iter().zip(&decoded) {
                let pairs = block.left.iter().chain(&block.right);
                let decoded = decoded.left.iter().chain(&decoded.right);
                assert!(pairs.zip(decoded).all(|(a, b)| (a - b).abs() < 0.6 / 32_768.0));
            }
        }
    }

    #[test]
    fn the_header_has_length_and_checksum() {
        let mut flac = Flac::new(Cursor::new(Vec::new())).unwrap();
        let loud = Block { left: [2.0; 1152], right: [f32::NAN; 1152] };
        (0..5).for_each(|_| flac.push(&loud).unwrap());

        let file = flac.finish().unwrap().into_inner();

        assert_eq!(file[8..12], [0x12, 0x00, 0x12, 0x00], "blocks of 4608");
        assert_eq!(file[22..26], [0x00, 0x00, 0x16, 0x80], "5760 frames");
        assert!(file[26..42].iter().any(|byte| *byte != 0), "checksum");
        let first = &decode_as("flac", &file)[0];
        assert_eq!((first.left[0], first.right[0]), (32_767.0 / 32_768.0, 0.0));
    }
}
