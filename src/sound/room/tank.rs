//! A separate spring tank for throws of drums: it costs nothing while it is silent.

use crate::{
    sound::{
        frame::{Block, FRAMES_PER_MP3_FRAME},
        room::{line::CHUNK, low_cut::LowCut, spring::Springs},
    },
    units::SAMPLE_RATE,
};

/// Time in which the springs fall by 60 dB.
const T60_SECONDS: f64 = 2.0;

/// Blocks until they are silent, at -100 dB.
const N_BLOCKS: usize =
    (1.7 * T60_SECONDS * SAMPLE_RATE as f64 / FRAMES_PER_MP3_FRAME as f64) as usize;

/// Adds the response only; the dry signal is already in the mix.
pub struct Tank {
    low_cut: LowCut,
    springs: Springs,
    n_blocks_left: usize,
}

impl Tank {
    /// A silent tank.
    pub fn new() -> Self {
        let mut springs = Springs::new();
        springs.set(T60_SECONDS);
        Self { low_cut: LowCut::default(), springs, n_blocks_left: 0 }
    }

    /// Adds the response to `dry` to `wet`.
    pub fn process(&mut self, dry: &Block, wet: &mut Block) {
        if dry.peak() != 0.0 {
            self.n_blocks_left = N_BLOCKS;
        }
        if self.n_blocks_left == 0 {
            return;
        }
        self.n_blocks_left -= 1;
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(CHUNK) {
            let [left, right] = self.springs.step(&self.low_cut.cut(dry, at));
            for n in 0..CHUNK {
                wet.left[at + n] += left[n];
                wet.right[at + n] += right[n];
            }
        }
    }
}

impl Default for Tank {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::testing::energy;

    #[test]
    fn a_hit_returns_again_and_again_and_ends() {
        let mut tank = Tank::new();
        let mut dry = Block::SILENCE;
        dry.left[0] = 1.0;
        let energies: Vec<f64> = (0..200)
            .map(|_| {
                let mut wet = Block::SILENCE;
                tank.process(&dry, &mut wet);
                dry = Block::SILENCE;
                energy(&wet)
            })
            .collect();

        assert_eq!(energies[0], 0.0, "the springs are 34 ms long");
        let fall_db = 10.0
            * (energies[3..10].iter().sum::<f64>() / energies[41..48].iter().sum::<f64>()).log10();
        assert!((20.0..40.0).contains(&fall_db), "{fall_db}");
        assert_eq!(energies[N_BLOCKS + 1], 0.0);
    }
}
