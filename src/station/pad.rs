//! The drum pad, after Beat Blender: four beats in the corners of a square, all mixtures between.

use crate::model::latent::{self, Latent};

/// A puck on the pad, on a path that comes by all corners and through the middle.
#[derive(Debug, Clone)]
pub struct Pad {
    corners: [Latent; 4],
    /// Bars in which the puck goes from left to right and back.
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
    ///
    /// Three rounds from left to right take as long as two from top to bottom: the path closes after
    /// three rounds and has been in every quarter of the square from several sides by then.
    fn place(&self, bar: u64) -> (f64, f64) {
        let round = bar as f64 / self.bars_per_round as f64;
        (linger(triangle(round)), linger(triangle(round * 2.0 / 3.0)))
    }
}

/// From 0 to 1 and back while `round` grows by 1.
fn triangle(round: f64) -> f64 {
    1.0 - (2.0 * round.fract() - 1.0).abs()
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
        let near = |corner: f32| (0..192).any(|bar| (pad.at(bar)[0] - corner).abs() < 0.2);

        assert!((0..4).all(|corner| near(corner as f32)));
        assert_eq!(pad.at(0), pad.at(192));
    }

    #[test]
    fn it_moves_little_from_bar_to_bar() {
        let pad = Pad::new([vec![0.0], vec![1.0], vec![2.0], vec![3.0]], 64);
        for bar in 0..192 {
            assert!((pad.at(bar)[0] - pad.at(bar + 1)[0]).abs() < 0.25);
        }
    }
}
