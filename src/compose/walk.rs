//! The walk of bass and lead: from anchor to anchor, a leg for each piece.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use crate::{
    musicvae::net::latent::{self, Latent},
    rng::{self, Rng},
};

/// How far, at most, an anchor is left at each visit, so that coming back is not a copy.
const REVISIT: f64 = 0.2;

/// The way from one anchor to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    from: Latent,
    to: Latent,
}

impl Leg {
    /// Whether it lies in a space of `n_latent` dimensions.
    pub fn is_within(&self, n_latent: usize) -> bool {
        self.from.len() == n_latent && self.to.len() == n_latent
    }

    /// The point at `t`, 0 to 1 of the way.
    pub fn along(&self, t: f64) -> Latent {
        latent::slerp(&self.from, &self.to, t)
    }
}

/// What a walk goes between.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchors {
    /// One at least.
    pub points: Vec<Latent>,
    /// Whether they are visited in their order instead of by chance.
    pub in_turn: bool,
}

/// How far a walk has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// 32-bit words that were drawn from its stream.
    drawn: u64,
    here: usize,
    at: Latent,
}

/// An endless walk between anchors.
pub struct Walk {
    anchors: Anchors,
    rng: Rng,
    here: usize,
    at: Latent,
}

impl Walk {
    /// A walk that begins at the first of `anchors`.
    pub fn new(anchors: Anchors, seed: u64) -> Self {
        Self { at: anchors.points[0].clone(), anchors, rng: rng::stream(seed, "walk"), here: 0 }
    }

    /// The walk that is at `place` of one between `anchors`.
    pub fn resume(anchors: Anchors, seed: u64, place: Place) -> Self {
        let Place { drawn, here, at } = place;
        let mut rng = rng::stream(seed, "walk");
        rng.set_word_pos(u128::from(drawn));
        Self { anchors, rng, here, at }
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        let drawn = self.rng.get_word_pos() as u64;
        Place { drawn, here: self.here, at: self.at.clone() }
    }

    /// What it goes between.
    pub fn anchors(&self) -> &Anchors {
        &self.anchors
    }

    /// Goes back to where `leg` began, as if it had never been.
    pub fn take_back(&mut self, leg: &Leg) {
        self.at.clone_from(&leg.from);
    }

    /// From here on between other anchors: the walk goes on from where it is, or, where they lie in
    /// a space of another width, from the first of them.
    pub fn set_anchors(&mut self, anchors: Anchors) {
        if self.at.len() != anchors.points[0].len() {
            self.at.clone_from(&anchors.points[0]);
        }
        // The first may be next, or any of them.
        self.here = anchors.points.len();
        self.anchors = anchors;
    }
}

impl Iterator for Walk {
    type Item = Leg;

    /// The next leg; there is always one. It ends at another anchor than it began at, and not quite
    /// at the place where that was last time.
    fn next(&mut self) -> Option<Leg> {
        let n = self.anchors.points.len();
        self.here = match n {
            1 => 0,
            _ if self.anchors.in_turn && self.here < n => (self.here + 1) % n,
            _ if self.anchors.in_turn => 0,
            _ if self.here == n => self.rng.random_range(0..n),
            _ => (self.here + self.rng.random_range(1..n)) % n,
        };
        let anchor = &self.anchors.points[self.here];
        let noise = latent::prior(anchor.len(), &mut self.rng);
        let amount = REVISIT * self.rng.random::<f64>();
        let to = latent::perturb(anchor, &noise, amount);
        let from = std::mem::replace(&mut self.at, to.clone());
        Some(Leg { from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchors(n: usize) -> Anchors {
        let point = |at| latent::prior(64, &mut rng::stream(at as u64, "anchor"));
        Anchors { points: (0..n).map(point).collect(), in_turn: false }
    }

    fn distance(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f32>().sqrt()
    }

    #[test]
    fn a_leg_begins_where_the_last_one_ended_and_ends_elsewhere() {
        let legs: Vec<Leg> = Walk::new(anchors(3), 1).take(50).collect();

        assert!(legs.windows(2).all(|pair| pair[0].along(1.0) == pair[1].along(0.0)));
        assert!(legs.iter().all(|leg| 4.0 < distance(&leg.along(0.0), &leg.along(1.0))));
    }

    #[test]
    fn anchors_in_another_space_are_reached_from_the_first_of_them() {
        let mut walk = Walk::new(anchors(2), 1);
        walk.next().unwrap();
        let wide = latent::prior(96, &mut rng::stream(9, "anchor"));
        walk.set_anchors(Anchors { points: vec![wide.clone()], in_turn: false });
        let leg = walk.next().unwrap();

        assert_eq!(leg.along(0.0), wide);
        assert_eq!(leg.along(0.5).len(), 96);
    }

    #[test]
    fn waypoints_are_visited_in_their_order() {
        let anchors = Anchors { in_turn: true, ..anchors(3) };
        let legs = Walk::new(anchors.clone(), 1).take(7);
        let nearest = |leg: Leg| {
            let to = leg.along(1.0);
            let near = |a: &&usize, b: &&usize| {
                let d = |&&at: &&usize| distance(&to, &anchors.points[at]);
                d(a).total_cmp(&d(b))
            };
            [0, 1, 2].iter().min_by(near).copied()
        };
        let visited: Vec<Option<usize>> = legs.map(nearest).collect();

        assert_eq!(visited, [1, 2, 0, 1, 2, 0, 1].map(Some));
    }

    #[test]
    fn other_anchors_are_reached_from_where_the_walk_is() {
        let mut walk = Walk::new(anchors(2), 1);
        let before = walk.next().unwrap();
        let other = latent::prior(64, &mut rng::stream(9, "anchor"));
        walk.set_anchors(Anchors { points: vec![other.clone()], in_turn: false });
        let leg = walk.next().unwrap();

        assert_eq!(leg.along(0.0), before.along(1.0));
        assert!(distance(&leg.along(1.0), &other) < 4.0);
    }
}
