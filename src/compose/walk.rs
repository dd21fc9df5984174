//! The path of bass and lead through the trio's latent space: from anchor to anchor, one leg per piece.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use crate::{
    compose::liked::Liked,
    musicvae::net::{
        latent::{self, Latent},
        personal::PersonalDraws,
    },
    rng::{self, Rng},
};

/// Largest share of noise mixed into an anchor at each visit, so that a later visit is not a copy.
const REVISIT: f64 = 0.2;

/// The path of one piece, from one point to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    from: Latent,
    to: Latent,
}

impl Leg {
    /// Whether both ends have `n_latent` dimensions.
    pub fn is_within(&self, n_latent: usize) -> bool {
        self.from.len() == n_latent && self.to.len() == n_latent
    }

    /// The point that represents the leg: halfway between its ends.
    pub fn middle(&self) -> Latent {
        self.along(0.5)
    }

    /// The point at `t` of the leg, 0 to 1, by spherical interpolation.
    pub fn along(&self, t: f64) -> Latent {
        latent::slerp(&self.from, &self.to, t)
    }
}

/// The points that the walk visits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Anchors {
    /// At least one.
    pub points: Vec<Latent>,
    /// Whether the walk visits them in their order instead of at random.
    pub in_turn: bool,
    /// The personal prior that each leg's end is drawn from instead of `points`, which then are draws for the
    /// start and for the map; none without a personal prior.
    #[serde(skip)]
    pub drawn: Option<PersonalDraws>,
}

/// The progress of the walk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WalkProgress {
    /// Position in the random stream, in 32-bit words.
    n_words_drawn: u64,
    /// Index of the last visited anchor; the number of anchors before the first visit of new ones.
    anchor: usize,
    /// End of the last leg.
    at: Latent,
}

impl WalkProgress {
    /// The start of a walk, at the first anchor.
    pub fn start(anchors: &Anchors) -> Self {
        Self { n_words_drawn: 0, anchor: 0, at: anchors.points[0].clone() }
    }

    /// The leg to a point of `liked`, as often as its share says, or to the next anchor, a different one if
    /// there are several. Noise keeps the leg's end a little off that point. With a personal prior, legs to
    /// anchors end at new draws instead.
    pub fn next_leg(&mut self, anchors: &Anchors, liked: &Liked, seed: u64) -> Leg {
        let mut rng = rng::stream(seed, "walk");
        rng.set_word_pos(u128::from(self.n_words_drawn));
        let to = match (liked.draw(&self.at, &mut rng), &anchors.drawn) {
            (Some(point), _) => revisited(point, &mut rng),
            (None, Some(drawn)) => drawn.draw(&mut rng),
            (None, None) => {
                self.anchor = self.next_anchor(anchors, &mut rng);
                revisited(&anchors.points[self.anchor], &mut rng)
            }
        };
        self.n_words_drawn = rng.get_word_pos() as u64;
        let from = std::mem::replace(&mut self.at, to.clone());
        Leg { from, to }
    }

    /// Index of the anchor to visit after the last one.
    fn next_anchor(&self, anchors: &Anchors, rng: &mut Rng) -> usize {
        let n = anchors.points.len();
        match n {
            1 => 0,
            _ if anchors.in_turn && self.anchor < n => (self.anchor + 1) % n,
            _ if anchors.in_turn => 0,
            _ if self.anchor == n => rng.random_range(0..n),
            _ => (self.anchor + rng.random_range(1..n)) % n,
        }
    }

    /// Moves back to the start of `leg`. The random stream does not rewind.
    pub fn return_to_start_of(&mut self, leg: &Leg) {
        self.at.clone_from(&leg.from);
    }

    /// Prepares for new anchors: the next leg starts at the current point, or at the first of `anchors` if
    /// their dimensions differ, and may end at any of them.
    pub fn head_for(&mut self, anchors: &Anchors) {
        if self.at.len() != anchors.points[0].len() {
            self.at.clone_from(&anchors.points[0]);
        }
        self.anchor = anchors.points.len();
    }
}

/// `point` with a little noise.
fn revisited(point: &Latent, rng: &mut Rng) -> Latent {
    let noise = latent::prior(point.len(), rng);
    let amount = REVISIT * rng.random::<f64>();
    latent::perturb(point, &noise, amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::liked::LikedPoint;

    const SEED: u64 = 1;

    fn anchors(n: usize) -> Anchors {
        let point = |at| latent::prior(64, &mut rng::stream(at as u64, "anchor"));
        Anchors { points: (0..n).map(point).collect(), in_turn: false, drawn: None }
    }

    fn legs(anchors: &Anchors, n: usize) -> Vec<Leg> {
        let mut walk = WalkProgress::start(anchors);
        (0..n).map(|_| walk.next_leg(anchors, &Liked::default(), SEED)).collect()
    }

    fn distance(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f32>().sqrt()
    }

    #[test]
    fn a_leg_starts_where_the_last_one_ended_and_ends_elsewhere() {
        let legs = legs(&anchors(3), 50);

        assert!(legs.windows(2).all(|pair| pair[0].along(1.0) == pair[1].along(0.0)));
        assert!(legs.iter().all(|leg| 4.0 < distance(&leg.along(0.0), &leg.along(1.0))));
    }

    #[test]
    fn anchors_of_another_space_are_entered_at_the_first_of_them() {
        let mut walk = WalkProgress::start(&anchors(2));
        walk.next_leg(&anchors(2), &Liked::default(), SEED);
        let wide = latent::prior(96, &mut rng::stream(9, "anchor"));
        let new = Anchors { points: vec![wide.clone()], in_turn: false, drawn: None };
        walk.head_for(&new);
        let leg = walk.next_leg(&new, &Liked::default(), SEED);

        assert_eq!(leg.along(0.0), wide);
        assert_eq!(leg.along(0.5).len(), 96);
    }

    #[test]
    fn waypoints_are_visited_in_their_order() {
        let anchors = Anchors { in_turn: true, ..anchors(3) };
        let nearest = |leg: Leg| {
            let to = leg.along(1.0);
            let near = |a: &&usize, b: &&usize| {
                let d = |&&at: &&usize| distance(&to, &anchors.points[at]);
                d(a).total_cmp(&d(b))
            };
            [0, 1, 2].iter().min_by(near).copied()
        };
        let visited: Vec<Option<usize>> = legs(&anchors, 7).into_iter().map(nearest).collect();

        assert_eq!(visited, [1, 2, 0, 1, 2, 0, 1].map(Some));
    }

    #[test]
    fn new_anchors_are_reached_from_the_present_point() {
        let mut walk = WalkProgress::start(&anchors(2));
        let before = walk.next_leg(&anchors(2), &Liked::default(), SEED);
        let other = latent::prior(64, &mut rng::stream(9, "anchor"));
        let new = Anchors { points: vec![other.clone()], in_turn: false, drawn: None };
        walk.head_for(&new);
        let leg = walk.next_leg(&new, &Liked::default(), SEED);

        assert_eq!(leg.along(0.0), before.along(1.0));
        assert!(distance(&leg.along(1.0), &other) < 4.0);
    }

    #[test]
    fn liked_points_are_visited_again() {
        let anchors = anchors(3);
        let z = latent::prior(64, &mut rng::stream(5, "liked"));
        let points = [LikedPoint { z: z.clone(), n: 1 }];
        let liked = Liked { share: 0.5, points: &points };
        let mut walk = WalkProgress::start(&anchors);
        let legs: Vec<Leg> = (0..60).map(|_| walk.next_leg(&anchors, &liked, SEED)).collect();

        let n = legs.iter().filter(|leg| distance(&leg.along(1.0), &z) < 3.0).count();
        // Every second leg, except that a leg never leads from the point to itself.
        assert!((12..=30).contains(&n), "{n} of 60 legs");
        assert!(legs.windows(2).all(|pair| pair[0].along(1.0) == pair[1].along(0.0)));
    }
}
