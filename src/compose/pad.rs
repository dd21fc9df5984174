//! The drum pad, after Beat Blender: four beats in the corners of a square, all mixtures between.

use crate::musicvae::net::latent::{self, Latent};

/// Where a round leads: along the top, through the middle, along the bottom, and through the middle
/// again. All corners, and all mixtures on the way.
const ROUND: [(f64, f64); 4] = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];

/// A puck on the pad.
#[derive(Debug, Clone)]
pub struct Pad {
    corners: [Latent; 4],
    bars_per_round: usize,
}

impl Pad {
    /// A pad with these `corners`: top left, top right, bottom left, bottom right.
    pub fn new(corners: [Latent; 4], bars_per_round: usize) -> Self {
        Self { corners, bars_per_round }
    }

    /// The beat under the puck at `bar`.
    pub fn at(&self, bar: u64) -> Latent {
        let (x, y) = self.place(bar);
        let corners = self.corners.each_ref().map(Vec::as_slice);
        latent::mix(&corners, &latent::bilinear(x, y))
    }

    /// Where the puck is, 0 to 1 each way.
    fn place(&self, bar: u64) -> (f64, f64) {
        let of_round = bar % self.bars_per_round as u64;
        let way = of_round as f64 / self.bars_per_round as f64 * ROUND.len() as f64;
        let from = ROUND[way as usize % ROUND.len()];
        let to = ROUND[(way as usize + 1) % ROUND.len()];
        let t = linger(way.fract());
        (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1))
    }
}

/// Slow at the ends, where a beat is what its corner says, fast between.
fn linger(t: f64) -> f64 {
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_puck_comes_by_every_corner() {
        let corners = [vec![0.0], vec![1.0], vec![2.0], vec![3.0]];
        let pad = Pad::new(corners, 64);

        let at_corners = [0, 16, 32, 48].map(|bar| pad.at(bar)[0]);

        assert_eq!(at_corners, [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(pad.at(5), pad.at(64 + 5));
    }

    #[test]
    fn it_moves_little_from_bar_to_bar() {
        let pad = Pad::new([vec![0.0], vec![1.0], vec![2.0], vec![3.0]], 64);
        for bar in 0..128 {
            assert!((pad.at(bar)[0] - pad.at(bar + 1)[0]).abs() < 0.3);
        }
    }
}
