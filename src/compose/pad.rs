//! The drum pad, after Beat Blender: a square with a beat in each corner and all mixtures between.

use crate::musicvae::net::latent::{self, Latent};

/// Corners in the order of a round: along the top, through the middle, along the bottom, and through
/// the middle again.
const ROUND: [(f64, f64); 4] = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];

/// The pad and the length of a round over it.
#[derive(Debug, Clone)]
pub struct Pad {
    corners: [Latent; 4],
    bars_per_round: usize,
}

impl Pad {
    /// A pad with `corners` top left, top right, bottom left and bottom right.
    pub fn new(corners: [Latent; 4], bars_per_round: usize) -> Self {
        Self { corners, bars_per_round }
    }

    /// The point in latent space at `bar` of the station's life.
    pub fn at(&self, bar: u64) -> Latent {
        let (x, y) = self.place(bar);
        let corners = self.corners.each_ref().map(Vec::as_slice);
        latent::mix(&corners, &latent::bilinear(x, y))
    }

    /// Position on the square at `bar`, 0 to 1 each way.
    fn place(&self, bar: u64) -> (f64, f64) {
        let of_round = bar % self.bars_per_round as u64;
        let way = of_round as f64 / self.bars_per_round as f64 * ROUND.len() as f64;
        let from = ROUND[way as usize % ROUND.len()];
        let to = ROUND[(way as usize + 1) % ROUND.len()];
        let t = ease(way.fract());
        (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1))
    }
}

/// Eases in and out (smoothstep): slow near the corners, fast between them.
fn ease(t: f64) -> f64 {
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_visits_every_corner() {
        let corners = [vec![0.0], vec![1.0], vec![2.0], vec![3.0]];
        let pad = Pad::new(corners, 64);

        let at_corners = [0, 16, 32, 48].map(|bar| pad.at(bar)[0]);

        assert_eq!(at_corners, [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(pad.at(5), pad.at(64 + 5));
    }

    #[test]
    fn the_beat_moves_little_from_bar_to_bar() {
        let pad = Pad::new([vec![0.0], vec![1.0], vec![2.0], vec![3.0]], 64);
        for bar in 0..128 {
            assert!((pad.at(bar)[0] - pad.at(bar + 1)[0]).abs() < 0.3);
        }
    }
}
