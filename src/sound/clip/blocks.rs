//! A recording, decoded block by block.

use std::ops::Range;

use crate::sound::{
    clip::{decoder::Decoder, error::ClipError},
    frame::{Block, FRAMES_PER_MP3_FRAME},
};

/// The audible part of a file in blocks; the last one is padded with silence. Ends after an error.
pub struct Blocks {
    decoder: Decoder,
    /// Position of the first ready frame, in frames from the start of the file.
    at: u64,
    audible: Range<u64>,
    decoded: [Vec<f32>; 2],
    ready: [Vec<f32>; 2],
    is_over: bool,
}

impl Blocks {
    pub(super) fn new(decoder: Decoder, audible: Range<u64>) -> Self {
        Self {
            decoder,
            at: 0,
            audible,
            decoded: Default::default(),
            ready: Default::default(),
            is_over: false,
        }
    }

    /// Decodes until a block is ready or the file ends.
    fn fill(&mut self) -> Result<(), ClipError> {
        while self.ready[0].len() < FRAMES_PER_MP3_FRAME && !self.is_over {
            self.is_over = !self.decoder.read(&mut self.decoded)?;
            let planes = self.ready.iter_mut().zip(&mut self.decoded);
            planes.for_each(|(ready, decoded)| ready.append(decoded));
            let before = self.audible.start.saturating_sub(self.at);
            self.skip(before.min(self.ready[0].len() as u64) as usize);
        }
        Ok(())
    }

    fn skip(&mut self, n_frames: usize) {
        self.ready.iter_mut().for_each(|plane| drop(plane.drain(..n_frames)));
        self.at += n_frames as u64;
    }
}

impl Iterator for Blocks {
    type Item = Result<Block, ClipError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.fill() {
            (self.audible.end, self.is_over) = (self.at, true);
            return Some(Err(error));
        }
        let left = self.audible.end.saturating_sub(self.at);
        let n_frames = FRAMES_PER_MP3_FRAME.min(self.ready[0].len()).min(left as usize);
        if n_frames == 0 {
            return None;
        }
        let mut block = Block::SILENCE;
        block.left[..n_frames].copy_from_slice(&self.ready[0][..n_frames]);
        block.right[..n_frames].copy_from_slice(&self.ready[1][..n_frames]);
        self.skip(n_frames);
        Some(Ok(block))
    }
}
