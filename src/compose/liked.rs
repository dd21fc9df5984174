//! Points that listeners liked, to which the walk returns.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use crate::{musicvae::net::latent::Latent, rng::Rng};

/// The most points of a setting.
pub const MOST_LIKED: usize = 64;

/// Least distance of a leg to a point, as a share of the point's norm: more than the noise at a leg's end.
const LEAST_DISTANCE: f64 = 0.4;

/// A point that listeners liked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LikedPoint {
    /// The point, in the latent space of bass and lead.
    pub z: Latent,
    /// Number of likes, at least 1.
    pub n: u32,
}

/// Points that listeners liked, and how often the walk returns.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Liked<'a> {
    /// Share of legs that lead to one of the points, 0 to 1.
    pub share: f64,
    /// The points.
    pub points: &'a [LikedPoint],
}

impl<'a> Liked<'a> {
    /// The end of the next leg from `at`; `None` if it is to be an anchor. Points are drawn in proportion to
    /// their likes, except those of another model, with other dimensions, and those near `at`; if none is
    /// left, `rng` is not used.
    pub fn draw(self, at: &[f32], rng: &mut Rng) -> Option<&'a Latent> {
        if self.share <= 0.0 {
            return None;
        }
        let away = self.points.iter().filter(|point| 0 < point.n && is_away(&point.z, at));
        let n_all: u64 = away.clone().map(|point| u64::from(point.n)).sum();
        if n_all == 0 || self.share <= rng.random::<f64>() {
            return None;
        }
        let mut left = rng.random_range(0..n_all);
        for point in away {
            match left.checked_sub(u64::from(point.n)) {
                Some(rest) => left = rest,
                None => return Some(&point.z),
            }
        }
        None
    }
}

/// Whether `z` is a point of the same space as `at`, and not near it.
pub fn is_away(z: &[f32], at: &[f32]) -> bool {
    let square = |x: f32| f64::from(x).powi(2);
    let distance: f64 = z.iter().zip(at).map(|(z, at)| square(z - at)).sum();
    let norm: f64 = z.iter().map(|z| square(*z)).sum();
    z.len() == at.len() && LEAST_DISTANCE.powi(2) * norm < distance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{musicvae::net::latent, rng};

    fn point(name: &str, n: u32) -> LikedPoint {
        LikedPoint { z: latent::prior(64, &mut rng::stream(1, name)), n }
    }

    fn draws(liked: Liked, at: &[f32]) -> Vec<Option<usize>> {
        let mut rng = rng::stream(7, "draws");
        let draw = |_| {
            let drawn = liked.draw(at, &mut rng)?;
            liked.points.iter().position(|point| point.z == *drawn)
        };
        (0..2000).map(draw).collect()
    }

    #[test]
    fn points_are_drawn_as_often_as_the_share_and_their_likes_say() {
        let points = [point("a", 1), point("b", 3)];
        let drawn = draws(Liked { share: 0.4, points: &points }, &point("here", 1).z);
        let n = |which| drawn.iter().filter(|found| **found == which).count();

        assert!((1120..1280).contains(&n(None)), "{}", n(None));
        assert!((150..250).contains(&n(Some(0))), "{}", n(Some(0)));
        assert!((520..680).contains(&n(Some(1))), "{}", n(Some(1)));
    }

    #[test]
    fn near_points_and_those_of_another_model_are_not_drawn() {
        let here = point("here", 1);
        let other = LikedPoint { z: vec![1.0; 96], n: 9 };
        let points = [here.clone(), other, LikedPoint { n: 0, ..point("a", 1) }];
        let liked = Liked { share: 1.0, points: &points };
        let mut rng = rng::stream(7, "draws");

        assert_eq!(liked.draw(&here.z, &mut rng), None);
        assert_eq!(rng.get_word_pos(), 0, "music without likes would change");
    }
}
