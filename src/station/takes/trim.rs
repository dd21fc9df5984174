//! Cuts blocks so that they begin at a frame.

use crate::sound::frame::{Block, FRAMES_PER_MP3_FRAME};

/// Drops the frames before a first one and gives the rest in whole blocks.
pub struct Trim {
    /// Blocks that are dropped.
    n_before: u64,
    /// Frames of the next block that are dropped.
    offset: usize,
    last: Option<Block>,
}

impl Trim {
    /// Cuts before frame `first`.
    pub fn new(first: u64) -> Self {
        let length = FRAMES_PER_MP3_FRAME as u64;
        Self { n_before: first / length, offset: (first % length) as usize, last: None }
    }

    /// Takes the next block and gives the next one from the first frame on, if there is one.
    pub fn push(&mut self, block: &Block) -> Option<Block> {
        if 0 < self.n_before {
            self.n_before -= 1;
            return None;
        }
        if self.offset == 0 {
            return Some(block.clone());
        }
        let last = self.last.replace(block.clone())?;
        let join = |last: &[f32], next: &[f32]| {
            let frames = last[self.offset..].iter().chain(next);
            let mut joined = [0.0; FRAMES_PER_MP3_FRAME];
            joined.iter_mut().zip(frames).for_each(|(to, x)| *to = *x);
            joined
        };
        Some(Block { left: join(&last.left, &block.left), right: join(&last.right, &block.right) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_is_the_one_that_was_asked_for() {
        for first in [0, 1, 1151, 1152, 3000] {
            let mut trim = Trim::new(first);
            let blocks = (0..6).filter_map(|number| {
                let count = std::array::from_fn(|n| (number * 1152 + n) as f32);
                trim.push(&Block { left: count, right: [0.0; 1152] })
            });
            let left: Vec<f32> = blocks.flat_map(|block| block.left).collect();
            assert!(2 * 1152 <= left.len());
            let expected = (first..).map(|n| n as f32);
            assert!(left.iter().zip(expected).all(|(x, n)| *x == n), "{first}");
        }
    }
}
