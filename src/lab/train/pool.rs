//! Windows of one kind, by source, and the drawing of examples from them.

use std::ops::Range;

use rand::RngExt as _;

use crate::{
    music::trio::Line,
    musicvae::convert::window::{Window, is_absent, is_whole},
    rng::Rng,
};

/// Most attempts to draw a window that has a given part.
const MOST_DRAWS: usize = 16;

/// Probability that a recombined example is a window with missing parts, completed from a whole
/// one, if there are any.
const PARTIAL_SHARE: f64 = 0.5;

/// Windows of one kind, by source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pool {
    /// Windows with all parts.
    pub windows: Vec<Window>,
    /// Windows with missing parts.
    pub partial: Vec<Window>,
    sources: Vec<Source>,
}

/// The windows of a source.
#[derive(Debug, Clone, PartialEq)]
struct Source {
    /// The source's share of the examples, relative to other sources.
    weight: f64,
    /// Indices of its whole windows.
    whole: Range<usize>,
    /// Indices of its partial windows.
    partial: Range<usize>,
}

/// The windows that an example is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawn<'a> {
    /// An unchanged window.
    Whole(&'a Window),
    /// A window with missing parts, and the window that lends them.
    Lent {
        /// The window with missing parts.
        partial: &'a Window,
        /// The window with all parts.
        lender: &'a Window,
    },
    /// A window for each part.
    Recombined(Vec<&'a Window>),
}

impl From<Vec<Window>> for Pool {
    fn from(windows: Vec<Window>) -> Self {
        Self::mixed([(1.0, windows)])
    }
}

impl Pool {
    /// The windows of several sources with their weights.
    pub fn mixed(sources: impl IntoIterator<Item = (f64, Vec<Window>)>) -> Self {
        let mut pool = Self::default();
        for (weight, windows) in sources {
            let (whole, partial): (Vec<_>, Vec<_>) = windows.into_iter().partition(is_whole);
            let starts = (pool.windows.len(), pool.partial.len());
            pool.windows.extend(whole);
            pool.partial.extend(partial);
            let (whole, partial) = (starts.0..pool.windows.len(), starts.1..pool.partial.len());
            pool.sources.push(Source { weight, whole, partial });
        }
        pool
    }

    /// Draws an example of `n_parts` parts, recombined with probability `recombined_share`. A window of a
    /// source without whole windows is always completed. The pool must have whole windows.
    pub fn draw(&self, n_parts: usize, recombined_share: f64, rng: &mut Rng) -> Drawn<'_> {
        let source = self.source(|_| true, rng);
        let has_whole = !source.whole.is_empty();
        let is_recombined = 1 < n_parts && rng.random_bool(recombined_share);
        if has_whole && !is_recombined {
            return Drawn::Whole(&self.windows[pick(&source.whole, rng)]);
        }
        let has_partial = !source.partial.is_empty();
        if has_partial && (!has_whole || rng.random_bool(PARTIAL_SHARE)) {
            let partial = &self.partial[pick(&source.partial, rng)];
            return Drawn::Lent { partial, lender: self.window(rng) };
        }
        Drawn::Recombined((0..n_parts).map(|_| self.window(rng)).collect())
    }

    /// Part `part` of a random window, whole or partial, that has it. The pool must have whole windows.
    pub fn line(&self, part: usize, rng: &mut Rng) -> &Line {
        for _ in 0..MOST_DRAWS {
            let source = self.source(|_| true, rng);
            let n = rng.random_range(0..source.whole.len() + source.partial.len());
            let line = match n.checked_sub(source.whole.len()) {
                None => &self.windows[source.whole.start + n][part],
                Some(n) => &self.partial[source.partial.start + n][part],
            };
            if !is_absent(line) {
                return line;
            }
        }
        &self.window(rng)[part]
    }

    /// A whole window of any source.
    fn window(&self, rng: &mut Rng) -> &Window {
        let source = self.source(|source| !source.whole.is_empty(), rng);
        &self.windows[pick(&source.whole, rng)]
    }

    /// Draws a source that `fits`, by weight; a single source needs no draw.
    fn source(&self, fits: impl Fn(&Source) -> bool, rng: &mut Rng) -> &Source {
        if let [only] = &self.sources[..] {
            return only;
        }
        let is_empty = |source: &Source| source.whole.is_empty() && source.partial.is_empty();
        let fitting = || self.sources.iter().filter(|source| !is_empty(source) && fits(source));
        let total: f64 = fitting().map(|source| source.weight).sum();
        let mut rest = rng.random::<f64>() * total;
        let chosen = fitting().find(|source| {
            rest -= source.weight;
            rest < 0.0
        });
        // Rounding errors may leave a remainder.
        chosen.or_else(|| fitting().last()).unwrap_or(&self.sources[0])
    }
}

fn pick(range: &Range<usize>, rng: &mut Rng) -> usize {
    rng.random_range(range.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{musicvae::convert::window::ABSENT, rng};

    fn whole(first: u16, n: usize) -> Vec<Window> {
        vec![vec![vec![first; 4], vec![first + 1; 4], vec![first + 2; 4]]; n]
    }

    /// Melodies with their basses, without drums.
    fn pairs(first: u16, n: usize) -> Vec<Window> {
        vec![vec![vec![first; 4], vec![first + 1; 4], vec![ABSENT; 4]]; n]
    }

    /// The token of the first line of each of 1000 examples, and whether parts were lent.
    fn shares(pool: &Pool, recombined_share: f64) -> Vec<(u16, bool)> {
        let mut rng = rng::stream(1, "pool");
        let mut first = || match pool.draw(3, recombined_share, &mut rng) {
            Drawn::Whole(window) => (window[0][0], false),
            Drawn::Lent { partial, lender } => {
                assert!(is_whole(lender));
                (partial[0][0], true)
            }
            Drawn::Recombined(windows) => (windows[0][0][0], false),
        };
        (0..1000).map(|_| first()).collect()
    }

    #[test]
    fn sources_have_the_shares_of_their_weights_whatever_their_windows() {
        let pool = Pool::mixed([(0.5, whole(10, 900)), (0.2, whole(20, 10)), (0.3, pairs(30, 90))]);

        let drawn = shares(&pool, 0.0);

        let share = |first: u16| drawn.iter().filter(|(line, _)| *line == first).count();
        for (first, expected) in [(10, 500), (20, 200), (30, 300)] {
            // Three standard deviations of a binomial share of 1000 draws are below 48.
            assert!(share(first).abs_diff(expected) < 48, "{first}: {}", share(first));
        }
        assert!(drawn.iter().all(|(first, is_lent)| *is_lent == (*first == 30)));
    }

    #[test]
    fn half_of_the_recombined_examples_are_lent_windows() {
        let pool = Pool::from([whole(10, 20), pairs(30, 1)].concat());

        let n_lent = |share| shares(&pool, share).iter().filter(|(_, is_lent)| *is_lent).count();

        assert_eq!(n_lent(0.0), 0);
        assert!(n_lent(1.0).abs_diff(500) < 48, "{}", n_lent(1.0));
    }

    #[test]
    fn a_line_is_of_any_window_that_has_the_part() {
        let pool = Pool::mixed([(0.5, whole(10, 5)), (0.5, pairs(30, 5))]);
        let mut rng = rng::stream(1, "pool");
        let mut firsts = |part| {
            let lines = (0..100).map(|_| pool.line(part, &mut rng)[0]);
            lines.collect::<std::collections::BTreeSet<_>>()
        };

        assert_eq!(firsts(0), [10, 30].into());
        assert_eq!(firsts(2), [12].into());
    }

    #[test]
    fn a_source_without_weight_is_not_drawn() {
        let pool = Pool::mixed([(0.0, whole(10, 50)), (1.0, whole(20, 1)), (1.0, vec![])]);
        assert!(shares(&pool, 0.5).iter().all(|(first, _)| *first == 20));
    }
}
