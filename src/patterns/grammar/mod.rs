//! The melodic grammar: which interval follows, by scale degree, metre position and the interval
//! before.
//!
//! The table `grammar.txt` was fitted once ([`fit`]) on songs, quartets and orchestral scores that are in the
//! public domain (CC0); its header names the sources and the command. Order 2: the degree of the current note
//! and the interval before it determine the two notes before the next. After Conklin and Witten 1995,
//! "Multiple Viewpoint Systems for Music Prediction", section 3, with one linked viewpoint instead of many.

pub mod fit;

use std::sync::LazyLock;

use crate::{music::meter::STEPS_PER_QUARTER, music::scale::Mode};

/// The widest interval of the grammar, in scale degrees: an octave.
pub const WIDEST: i32 = 7;

/// Intervals from an octave down to an octave up.
pub const N_MOVES: usize = 2 * WIDEST as usize + 1;

/// A weight for each interval of -7..=7 scale degrees; a context's weights sum to about 1000.
pub type Moves = [u32; N_MOVES];

/// Degrees of a scale.
const N_DEGREES: usize = 7;

/// Classes of metre positions: beats one and three, two and four, eighths between, sixteenths.
const N_PLACES: usize = 4;

/// Tables of major and of minor keys.
const N_MODES: usize = 2;

const N_CONTEXTS: usize = N_MODES * N_DEGREES * N_PLACES * N_MOVES;

/// What the next interval depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// Whether the third of the key is minor.
    pub is_minor: bool,
    /// The current note in scale degrees above a tonic, in any octave.
    pub degree: i32,
    /// The step of the next note in its bar.
    pub step: usize,
    /// Scale degrees from the note before to the current one; 0 at the start.
    pub before: i32,
}

impl Context {
    fn index(self) -> usize {
        let degree = self.degree.rem_euclid(N_DEGREES as i32) as usize;
        let before = (self.before.clamp(-WIDEST, WIDEST) + WIDEST) as usize;
        let major = usize::from(self.is_minor) * N_DEGREES + degree;
        (major * N_PLACES + place(self.step)) * N_MOVES + before
    }
}

/// The class of a metre position.
fn place(step: usize) -> usize {
    match step {
        step if step.is_multiple_of(2 * STEPS_PER_QUARTER) => 0,
        step if step.is_multiple_of(STEPS_PER_QUARTER) => 1,
        step if step.is_multiple_of(2) => 2,
        _ => 3,
    }
}

/// Whether the third of `mode` is minor.
pub fn is_minor(mode: Mode) -> bool {
    mode.intervals().contains(&3)
}

/// The weights of the intervals after `context`.
pub fn moves(context: Context) -> &'static Moves {
    static TABLE: LazyLock<Vec<Moves>> = LazyLock::new(|| parse(include_str!("grammar.txt")));
    &TABLE[context.index()]
}

/// Reads a table: a row of [`N_MOVES`] numbers for each context, after lines of comments with `#`.
///
/// # Panics
/// The text is not a table. The only one is compiled in, and a test reads it.
fn parse(text: &str) -> Vec<Moves> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let number = |text: &str| text.parse::<u32>().expect("the grammar has numbers");
    let row = |line: &str| {
        let row: Vec<u32> = line.split(' ').map(number).collect();
        row.try_into().expect("a row of the grammar has fifteen numbers")
    };
    let table: Vec<Moves> = rows.map(row).collect();
    assert_eq!(table.len(), N_CONTEXTS, "the grammar has a row for each context");
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(degree: i32, step: usize, before: i32) -> Context {
        Context { is_minor: false, degree, step, before }
    }

    #[test]
    fn every_context_has_weights() {
        for (is_minor, degree) in [(false, 0), (true, 6), (true, -1)] {
            for (step, before) in (0..16).zip(-8..8) {
                let moves = moves(Context { is_minor, degree, step, before });
                let sum: u32 = moves.iter().sum();
                assert!((900..=1000).contains(&sum), "{moves:?}");
            }
        }
    }

    #[test]
    fn the_leading_note_rises_and_a_leap_is_answered_by_steps() {
        let weight = |moves: &Moves, by: i32| moves[(by + WIDEST) as usize];
        let after_step = moves(context(6, 0, 1));
        assert!(2 * weight(after_step, -1) < weight(after_step, 1));
        let after_leap = moves(context(4, 4, 5));
        assert!(weight(after_leap, 3) + weight(after_leap, 4) < weight(after_leap, -1));
    }
}
