//! Manual steering besides the values of radio.toml: the place of the beat on the pad, the place of bass and
//! lead in latent space, holding of the section, and orders to the form.

use serde::{Deserialize, Serialize};

use crate::musicvae::net::latent::{self, Latent};

/// Points of a path over the pad, and of one through the trio's latent space.
const BEAT_POINTS: std::ops::RangeInclusive<usize> = 2..=256;
const LINE_POINTS: std::ops::RangeInclusive<usize> = 1..=64;

/// Bars of a path; 4096 last 54 minutes at 300 bpm.
const PATH_BARS: std::ops::RangeInclusive<u32> = 1..=4096;

/// Largest coordinate of a latent point; samples of the prior stay within 6.
const MOST_LATENT: f32 = 16.0;

/// Manual steering. By default nothing is steered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Steering {
    /// Where on the pad the beat is drawn.
    pub beat: BeatPlace,
    /// Where in the trio's latent space bass and lead are drawn.
    pub line: LinePlace,
    /// Repeats the current section until it is released.
    pub hold: bool,
}

/// Where on the pad the beat is drawn. Coordinates are 0 to 1, (0, 0) top left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", deny_unknown_fields)]
pub enum BeatPlace {
    /// On the pad's round.
    #[default]
    Walk,
    /// At one place.
    At {
        /// From left, 0, to right, 1.
        x: f64,
        /// From top, 0, to bottom, 1.
        y: f64,
    },
    /// Along a path at an even pace.
    Path {
        /// 2 to 256 points (x, y).
        points: Vec<[f64; 2]>,
        /// Bars from the first point to the last, 1 to 4096.
        bars: u32,
        /// Restarts at the first point after the last one; otherwise the beat stays at the last.
        #[serde(default)]
        repeats: bool,
        /// The bar of the first point; set when the path starts.
        #[serde(default)]
        from_bar: u64,
    },
}

/// Where in the trio's latent space bass and lead are drawn.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", deny_unknown_fields)]
pub enum LinePlace {
    /// On the piece's leg of the walk.
    #[default]
    Walk,
    /// At one point.
    At {
        /// The point.
        z: Latent,
    },
    /// Along a path at an even pace, which stays at its end.
    Path {
        /// 1 to 64 points.
        points: Vec<Latent>,
        /// Bars from the first point to the last, 1 to 4096.
        bars: u32,
        /// The bar of the first point; set when the path starts.
        #[serde(default)]
        from_bar: u64,
    },
}

/// An order to the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Goes to the piece's next drop, or main section, at the next phrase.
    Drop,
    /// Goes to the outro at the next phrase; in an endless form to the next cycle.
    NextPiece,
    /// Plays a fill of the style in the bar.
    Fill,
}

/// When a change takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// The next bar that is not rendered yet.
    Bar,
    /// The next phrase.
    #[default]
    Phrase,
    /// The first phrase of the next section.
    Section,
}

/// An invalid steering value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what}: expected {expected}, found {found}")]
pub struct NotSteerable {
    /// The value.
    pub what: &'static str,
    /// The expected value.
    pub expected: String,
    /// The value found.
    pub found: String,
}

impl Steering {
    /// Checks all values; latent points must have `n_latent` dimensions.
    ///
    /// # Errors
    /// The first value that is not possible.
    pub fn check(&self, n_latent: usize) -> Result<(), NotSteerable> {
        self.beat.check()?;
        self.line.check(n_latent)
    }
}

impl Steering {
    /// The same steering in music that plays `n_bars` later.
    pub fn later(mut self, n_bars: i64) -> Self {
        if let BeatPlace::Path { from_bar, .. } = &mut self.beat {
            *from_bar = from_bar.saturating_add_signed(n_bars);
        }
        if let LinePlace::Path { from_bar, .. } = &mut self.line {
            *from_bar = from_bar.saturating_add_signed(n_bars);
        }
        self
    }
}

impl BeatPlace {
    /// The place at `bar`; `None` on the pad's own round.
    pub fn at(&self, bar: u64) -> Option<[f64; 2]> {
        match self {
            Self::Walk => None,
            Self::At { x, y } => Some([*x, *y]),
            Self::Path { points, bars, repeats, from_bar } => {
                let passed = bar.saturating_sub(*from_bar);
                let passed = if *repeats { passed % u64::from(*bars) } else { passed };
                let (from, to, t) = segment(points, passed, *bars)?;
                Some([0, 1].map(|axis| from[axis] + t * (to[axis] - from[axis])))
            }
        }
    }

    /// The same place, whose path begins at `bar`.
    pub fn starting_at(mut self, bar: u64) -> Self {
        if let Self::Path { from_bar, .. } = &mut self {
            *from_bar = bar;
        }
        self
    }

    /// Checks all values.
    ///
    /// # Errors
    /// The first value that is not possible.
    pub fn check(&self) -> Result<(), NotSteerable> {
        let on_pad = |[x, y]: [f64; 2]| {
            let is_on_pad = (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
            let expected = "x and y from 0 to 1";
            is_on_pad.then_some(()).ok_or_else(|| not("a place on the pad", expected, [x, y]))
        };
        match self {
            Self::Walk => Ok(()),
            Self::At { x, y } => on_pad([*x, *y]),
            Self::Path { points, bars, .. } => {
                within("points of a path", &BEAT_POINTS, points.len())?;
                within("bars of a path", &PATH_BARS, *bars)?;
                points.iter().try_for_each(|point| on_pad(*point))
            }
        }
    }
}

impl LinePlace {
    /// The point at `bar`; `None` on the piece's own leg.
    pub fn at(&self, bar: u64) -> Option<Latent> {
        match self {
            Self::Walk => None,
            Self::At { z } => Some(z.clone()),
            Self::Path { points, bars, from_bar } => {
                let (from, to, t) = segment(points, bar.saturating_sub(*from_bar), *bars)?;
                Some(latent::slerp(from, to, t))
            }
        }
    }

    /// The same place, whose path begins at `bar`.
    pub fn starting_at(mut self, bar: u64) -> Self {
        if let Self::Path { from_bar, .. } = &mut self {
            *from_bar = bar;
        }
        self
    }

    /// Checks all values; points must have `n_latent` dimensions.
    ///
    /// # Errors
    /// The first value that is not possible.
    pub fn check(&self, n_latent: usize) -> Result<(), NotSteerable> {
        let in_space = |z: &Latent| {
            within("dimensions of a point", &(n_latent..=n_latent), z.len())?;
            let far = z.iter().find(|x| !(-MOST_LATENT..=MOST_LATENT).contains(*x));
            far.map_or(Ok(()), |x| Err(not("a point", "coordinates from -16 to 16", x)))
        };
        match self {
            Self::Walk => Ok(()),
            Self::At { z } => in_space(z),
            Self::Path { points, bars, .. } => {
                within("points of a path", &LINE_POINTS, points.len())?;
                within("bars of a path", &PATH_BARS, *bars)?;
                points.iter().try_for_each(in_space)
            }
        }
    }
}

/// The points on both sides of a path of `bars` after `passed` bars, and the fraction between, 0 to 1.
fn segment<P>(points: &[P], passed: u64, bars: u32) -> Option<(&P, &P, f64)> {
    let last = points.len().checked_sub(1)?;
    let way = (passed as f64 / f64::from(bars.max(1))).min(1.0) * last as f64;
    let index = (way as usize).min(last.saturating_sub(1));
    Some((&points[index], &points[(index + 1).min(last)], way - index as f64))
}

fn not(what: &'static str, expected: &str, found: impl std::fmt::Debug) -> NotSteerable {
    NotSteerable { what, expected: expected.to_owned(), found: format!("{found:?}") }
}

fn within<T: PartialOrd + std::fmt::Display>(
    what: &'static str,
    range: &std::ops::RangeInclusive<T>,
    found: T,
) -> Result<(), NotSteerable> {
    if range.contains(&found) {
        return Ok(());
    }
    let expected = match range.start() == range.end() {
        true => range.start().to_string(),
        false => format!("{} to {}", range.start(), range.end()),
    };
    Err(NotSteerable { what, expected, found: found.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(repeats: bool) -> BeatPlace {
        let points = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]];
        BeatPlace::Path { points, bars: 8, repeats, from_bar: 10 }
    }

    #[test]
    fn a_path_is_passed_at_an_even_pace() {
        let at = |bar| path(false).at(bar).unwrap();

        assert_eq!([at(0), at(10), at(12), at(14)], [[0.0; 2], [0.0; 2], [0.5, 0.0], [1.0, 0.0]]);
        assert_eq!([at(16), at(18), at(1 << 60)], [[1.0, 0.5], [1.0; 2], [1.0; 2]]);
        assert_eq!(path(true).at(18), Some([0.0; 2]));
        assert_eq!(path(true).at(20), Some([0.5, 0.0]));
        assert_eq!(BeatPlace::Walk.at(3), None);
    }

    #[test]
    fn a_line_s_path_stays_at_its_end() {
        let points = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
        let path = LinePlace::Path { points, bars: 4, from_bar: 0 }.starting_at(8);

        assert_eq!(path.at(8), Some(vec![1.0, 0.0]));
        assert_eq!(path.at(99), Some(vec![0.0, 1.0]));
        let steering = Steering { line: path, ..Steering::default() };
        assert_eq!(steering.clone().later(4).line.at(12), Some(vec![1.0, 0.0]));
        assert_eq!(steering.later(-99).line.at(4), Some(vec![0.0, 1.0]));
        let one = LinePlace::Path { points: vec![vec![1.0]], bars: 1, from_bar: 0 };
        assert_eq!(one.at(5), Some(vec![1.0]));
    }

    #[test]
    fn impossible_values_are_refused_with_a_sentence() {
        let refused = |place: BeatPlace| place.check().unwrap_err().to_string();
        let points = |n: usize| vec![[0.5; 2]; n];
        let path =
            |n, bars| BeatPlace::Path { points: points(n), bars, repeats: true, from_bar: 0 };

        assert_eq!(
            refused(BeatPlace::At { x: f64::NAN, y: 0.0 }),
            "a place on the pad: expected x and y from 0 to 1, found [NaN, 0.0]"
        );
        assert!(refused(BeatPlace::At { x: 0.0, y: 1.1 }).ends_with("found [0.0, 1.1]"));
        assert_eq!(refused(path(257, 4)), "points of a path: expected 2 to 256, found 257");
        assert!(refused(path(1, 4)).ends_with("found 1"));
        assert_eq!(refused(path(2, 0)), "bars of a path: expected 1 to 4096, found 0");
        assert!(path(2, 4).check().is_ok() && BeatPlace::Walk.check().is_ok());

        let at = |z: Latent| LinePlace::At { z }.check(2);
        assert!(at(vec![0.0, 16.0]).is_ok() && at(vec![0.0]).is_err());
        assert!(at(vec![0.0, f32::NAN]).is_err() && at(vec![0.0, 1e9]).is_err());
    }

    #[test]
    fn json_names_the_kind_of_place() {
        let text = r#"{"beat":{"by":"at","x":0.25,"y":1},"hold":true}"#;
        let steering: Steering = serde_json::from_str(text).unwrap();

        assert_eq!(steering.beat, BeatPlace::At { x: 0.25, y: 1.0 });
        assert_eq!(steering.line, LinePlace::Walk);
        assert_eq!(serde_json::to_string(&Order::NextPiece).unwrap(), "\"next-piece\"");
        assert!(serde_json::from_str::<Steering>(r#"{"beet":{}}"#).is_err());
    }
}
