//! The drum pad, after Beat Blender: a square with a beat in each corner and all mixtures between.

use crate::{
    music::trio::Line,
    musicvae::net::latent::{self, Latent},
};

/// Corners in the order of a round: along the top, through the middle, along the bottom, and through
/// the middle again.
const ROUND: [(f64, f64); 4] = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];

/// Distance from a corner, in sides of the square, below which its original beat plays.
const AT_CORNER: f64 = 0.02;

/// The pad and the length of a round over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pad {
    corners: [Latent; 4],
    originals: [Option<Line>; 4],
    bars_per_round: usize,
}

impl Pad {
    /// A pad with `corners` top left, top right, bottom left and bottom right.
    pub fn new(corners: [Latent; 4], bars_per_round: usize) -> Self {
        Self { corners, originals: Default::default(), bars_per_round }
    }

    /// The same pad, with the beats that corners were encoded from. A corner that was drawn from the
    /// prior has none.
    #[must_use]
    pub fn with_originals(self, originals: [Option<Line>; 4]) -> Self {
        Self { originals, ..self }
    }

    /// The beat that the corner at `x`, `y` was encoded from, if the place is nearer to a corner than 0.02. A
    /// model's reconstruction of a beat may lack some hits, so corners play the beat itself, as in Beat
    /// Blender.
    pub fn original_near(&self, x: f64, y: f64) -> Option<&Line> {
        let is_near = |&(corner_x, corner_y): &(f64, f64)| {
            (x - corner_x).powi(2) + (y - corner_y).powi(2) < AT_CORNER * AT_CORNER
        };
        let corner = ROUND.iter().position(is_near)?;
        self.originals[corner].as_ref()
    }

    /// The point in latent space at `bar` of the station's life.
    pub fn at(&self, bar: u64) -> Latent {
        let (x, y) = self.place(bar);
        self.mixture(x, y)
    }

    /// The point in latent space at `x`, `y` of the square, 0 to 1 each.
    pub fn mixture(&self, x: f64, y: f64) -> Latent {
        let corners = self.corners.each_ref().map(Vec::as_slice);
        latent::mix(&corners, &latent::bilinear(x, y))
    }

    /// Position of the round at `bar` of the station's life, 0 to 1 per axis.
    pub fn place(&self, bar: u64) -> (f64, f64) {
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
    fn the_original_plays_in_its_corner_alone() {
        let pad = Pad::new([vec![0.0], vec![1.0], vec![2.0], vec![3.0]], 64);
        let line = |token: u16| Some(vec![token; 32]);
        let pad = pad.with_originals([line(1), None, line(3), line(4)]);
        let found = |x: f64, y: f64| pad.original_near(x, y).map(|line| line[0]);

        assert_eq!([found(0.0, 0.0), found(0.01, 0.99), found(1.0, 0.985)], [1, 3, 4].map(Some));
        assert_eq!([found(1.0, 0.0), found(0.02, 0.0), found(0.5, 0.5)], [None; 3]);
    }

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
