//! The walk of bass and lead: along arcs from anchor to anchor, holding on the way.
//!
//! A leg is cut into sections of up to four phrases, A A A' B: the same point, the same point a
//! little astray, further astray, and the point ahead. A listener hears a loop that comes back, then
//! changes, then goes somewhere: what plain slerp at every phrase never gives.

use rand::RngExt as _;

use crate::{
    model::latent::{self, Drift, Latent},
    rng::{self, Rng},
};

/// Bars in a phrase.
pub const PHRASE_BARS: u64 = 4;

/// Phrases in a section, at most.
const SECTION_PHRASES: u64 = 4;

/// How much of the drift stays from phrase to phrase.
const DRIFT_KEPT: f32 = 0.7;

/// How far, at most, an anchor is left at each visit, so that coming back is not a copy.
const REVISIT: f64 = 0.2;

/// One phrase's place on the walk.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// Where it is.
    pub z: Latent,
    /// Counts the sections: phrases of one section are drawn alike, so that A A is A twice.
    pub section: u64,
    /// Which leg it is on: as long as a title lasts.
    pub leg: u64,
    /// Whether it repeats the phrase before, astray or not.
    pub is_repeat: bool,
}

/// An endless walk between anchors.
pub struct Walk {
    anchors: Vec<Latent>,
    phrases_per_leg: u64,
    wander: f64,
    rng: Rng,
    drift: Drift,
    phrase: u64,
    from: (usize, Latent),
    to: (usize, Latent),
}

impl Walk {
    /// A walk that begins at the first of `anchors`, of which there is one at least; `wander` is how
    /// far repeats stray, 0 to 1.
    pub fn new(anchors: Vec<Latent>, bars_per_leg: usize, wander: f64, seed: u64) -> Self {
        let mut rng = rng::stream(seed, "walk");
        let drift = Drift::new(anchors[0].len(), DRIFT_KEPT, &mut rng);
        let from = (0, anchors[0].clone());
        let phrases_per_leg = (bars_per_leg as u64 / PHRASE_BARS).max(1);
        let mut walk = Self {
            anchors,
            phrases_per_leg,
            wander,
            rng,
            drift,
            phrase: 0,
            to: from.clone(),
            from,
        };
        walk.to = walk.next_anchor();
        walk
    }

    /// Another anchor than the one ahead, and not quite at the place where it was last time.
    fn next_anchor(&mut self) -> (usize, Latent) {
        let here = self.to.0;
        let step = match self.anchors.len() {
            1 => 0,
            n => self.rng.random_range(1..n),
        };
        let next = (here + step) % self.anchors.len();
        let noise = latent::prior(self.anchors[next].len(), &mut self.rng);
        let amount = REVISIT * self.rng.random::<f64>();
        (next, latent::perturb(&self.anchors[next], &noise, amount))
    }

    fn along(&self, phrase_of_leg: u64) -> Latent {
        let t = phrase_of_leg as f64 / self.phrases_per_leg as f64;
        latent::slerp(&self.from.1, &self.to.1, t)
    }
}

impl Iterator for Walk {
    type Item = Stop;

    /// The next phrase's place; there is always one.
    fn next(&mut self) -> Option<Stop> {
        let (leg, of_leg) =
            (self.phrase / self.phrases_per_leg, self.phrase % self.phrases_per_leg);
        if of_leg == 0 && 0 < self.phrase {
            let next = self.next_anchor();
            self.from = std::mem::replace(&mut self.to, next);
        }
        let section_length = SECTION_PHRASES.min(self.phrases_per_leg);
        let of_section = of_leg % section_length;
        let section_start = of_leg - of_section;
        let is_departure = of_section + 1 == section_length && 1 < section_length;
        let noise = self.drift.advance(&mut self.rng).to_vec();
        let z = match of_section {
            _ if is_departure => self.along(section_start + section_length),
            0 => self.along(section_start),
            astray => {
                let amount = self.wander * astray as f64;
                latent::perturb(&self.along(section_start), &noise, amount.min(1.0))
            }
        };
        let sections_per_leg = self.phrases_per_leg.div_ceil(section_length);
        let section = leg * sections_per_leg + of_leg / section_length;
        let is_repeat = 0 < of_section && !is_departure;
        self.phrase += 1;
        Some(Stop { z, section, leg, is_repeat })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchors() -> Vec<Latent> {
        (0..3).map(|n| latent::prior(32, &mut rng::stream(n, "anchor"))).collect()
    }

    fn distance(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    }

    #[test]
    fn a_section_is_a_a_a_b() {
        let stops: Vec<Stop> = Walk::new(anchors(), 64, 0.05, 1).take(8).collect();
        let far = |a: usize, b: usize| distance(&stops[a].z, &stops[b].z);

        assert_eq!(stops[0].z, anchors()[0]);
        assert!(far(0, 1) < far(0, 2) && far(0, 2) < far(0, 3));
        assert_eq!(stops.iter().map(|s| s.section).collect::<Vec<_>>(), [0, 0, 0, 0, 1, 1, 1, 1]);
        let repeats: Vec<bool> = stops.iter().map(|stop| stop.is_repeat).collect();
        assert_eq!(repeats[..4], [false, true, true, false]);
    }

    #[test]
    fn the_departure_leads_to_where_the_next_section_is() {
        let stops: Vec<Stop> = Walk::new(anchors(), 32, 0.0, 1).take(9).collect();

        assert_eq!(stops[3].z, stops[4].z);
        assert_eq!(stops[7].z, stops[8].z);
        assert_eq!((stops[7].leg, stops[8].leg), (0, 1));
    }

    #[test]
    fn one_seed_is_one_walk() {
        let walk = |seed| Walk::new(anchors(), 16, 0.1, seed).take(50).collect::<Vec<_>>();

        assert_eq!(walk(1), walk(1));
        assert_ne!(walk(1), walk(2));
    }

    #[test]
    fn a_single_anchor_is_enough() {
        let stops = Walk::new(anchors()[..1].to_vec(), 8, 0.1, 1).take(20);
        assert!(stops.last().unwrap().z.iter().all(|x| x.is_finite()));
    }
}
