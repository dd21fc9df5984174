//! A recording block by block.

use std::ops::Range;

use crate::{
    sound::{
        clip::{ClipError, source::Source},
        frame::{Block, FRAMES_PER_MP3_FRAME},
        resample::Resampler,
    },
    units::SAMPLE_RATE,
};

/// What is heard of a file, in blocks; the last one ends in silence. Ends after an error.
pub struct Blocks {
    source: Source,
    resampler: Resampler,
    /// Where the ready frames begin, in frames from the file's beginning.
    at: u64,
    heard: Range<u64>,
    decoded: [Vec<f32>; 2],
    ready: [Vec<f32>; 2],
    is_over: bool,
}

impl Blocks {
    pub(super) fn new(source: Source, heard: Range<u64>) -> Self {
        let resampler = Resampler::new(source.rate(), SAMPLE_RATE);
        let (decoded, ready) = Default::default();
        Self { source, resampler, at: 0, heard, decoded, ready, is_over: false }
    }

    /// Decodes until a block is ready or the file is over.
    fn fill(&mut self) -> Result<(), ClipError> {
        while self.ready[0].len() < FRAMES_PER_MP3_FRAME && !self.is_over {
            if self.source.read(&mut self.decoded)? {
                self.resampler.push(&mut self.decoded, &mut self.ready);
            } else {
                self.resampler.finish(&mut self.ready);
                self.is_over = true;
            }
            let before = self.heard.start.saturating_sub(self.at);
            self.leave_out(before.min(self.ready[0].len() as u64) as usize);
        }
        Ok(())
    }

    fn leave_out(&mut self, n_frames: usize) {
        self.ready.iter_mut().for_each(|plane| drop(plane.drain(..n_frames)));
        self.at += n_frames as u64;
    }
}

impl Iterator for Blocks {
    type Item = Result<Block, ClipError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.fill() {
            (self.heard.end, self.is_over) = (self.at, true);
            return Some(Err(error));
        }
        let left = self.heard.end.saturating_sub(self.at);
        let n_frames = FRAMES_PER_MP3_FRAME.min(self.ready[0].len()).min(left as usize);
        if n_frames == 0 {
            return None;
        }
        let mut block = Block::SILENCE;
        block.left[..n_frames].copy_from_slice(&self.ready[0][..n_frames]);
        block.right[..n_frames].copy_from_slice(&self.ready[1][..n_frames]);
        self.leave_out(n_frames);
        Some(Ok(block))
    }
}
