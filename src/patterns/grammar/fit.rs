//! Fitting of the grammar: counts of intervals over melody lines, smoothed.

use std::fmt::Write as _;

use crate::{
    music::{
        melody,
        meter::STEPS_PER_BAR,
        scale::{Key, Mode},
    },
    patterns::grammar::{Context, Moves, N_CONTEXTS, N_MOVES, WIDEST, is_minor},
};

/// Krumhansl and Kessler 1982, the profiles of major and minor keys, centred and scaled to equal
/// variance, in thousandths.
const PROFILES: [(Mode, [i64; 12]); 2] = [
    (Mode::Major, [2270, -992, -2, -912, 711, 481, -762, 1352, -865, 141, -944, -477]),
    (Mode::Minor, [2269, -891, -164, 1447, -960, -155, -1012, 901, 234, -882, -320, -467]),
];

/// Onsets in a line below which its key is not estimated.
const FEWEST_ONSETS: usize = 8;

/// Weight of the distribution without the interval before, in onsets.
const SMOOTHING: u64 = 20;

/// Counts of intervals by context.
pub struct Counts(Vec<[u64; N_MOVES]>);

impl Default for Counts {
    fn default() -> Self {
        Self(vec![[0; N_MOVES]; N_CONTEXTS])
    }
}

impl Counts {
    /// Counts the intervals of a line of melody tokens between notes of its key at most a bar apart.
    pub fn add(&mut self, line: &[u16]) {
        let onsets: Vec<(usize, u8)> = line
            .iter()
            .enumerate()
            .filter_map(|(step, &token)| Some((step, melody::pitch(token)?)))
            .collect();
        if onsets.len() < FEWEST_ONSETS {
            return;
        }
        let key = estimate_key(&onsets);
        let degrees = onsets.iter().map(|&(step, pitch)| (step, degree(key, pitch)));
        let notes: Vec<(usize, Option<i32>)> = degrees.collect();
        for three in notes.windows(3) {
            let &[(_, Some(first)), (from, Some(second)), (to, Some(third))] = three else {
                continue;
            };
            let by = third - second;
            if to - from <= STEPS_PER_BAR && by.abs() <= WIDEST {
                let (degree, before) = (second, second - first);
                let context = Context { is_minor: is_minor(key.mode), degree, step: to, before };
                self.0[context.index()][(by + WIDEST) as usize] += 1;
            }
        }
    }

    /// Number of intervals counted.
    pub fn n_intervals(&self) -> u64 {
        self.0.iter().flatten().sum()
    }

    /// The table as text: comments from `head`, then a row for each context.
    pub fn to_table(&self, head: &str) -> String {
        let mut text = String::new();
        for line in head.lines() {
            writeln!(text, "# {line}").expect("text grows");
        }
        // The intervals before are the innermost index.
        for group in self.0.chunks(N_MOVES) {
            let sum = |by: usize| group.iter().map(|row| row[by]).sum::<u64>() + 1;
            let any: [u64; N_MOVES] = std::array::from_fn(sum);
            for row in group {
                let row = smoothed(row, &any).map(|weight| weight.to_string());
                writeln!(text, "{}", row.join(" ")).expect("text grows");
            }
        }
        text
    }
}

/// The distribution of `counts`, blended with that of `any`, in thousandths.
fn smoothed(counts: &[u64; N_MOVES], any: &[u64; N_MOVES]) -> Moves {
    let (n, n_any) = (counts.iter().sum::<u64>(), any.iter().sum::<u64>());
    std::array::from_fn(|by| {
        let blend = 1000 * (counts[by] * n_any + SMOOTHING * any[by]);
        (blend / ((n + SMOOTHING) * n_any)) as u32
    })
}

/// The key whose profile fits the pitch classes best.
fn estimate_key(onsets: &[(usize, u8)]) -> Key {
    let keys = PROFILES.iter().flat_map(|profile| (0..12).map(move |root| (root, profile)));
    let fit = |root: u8, profile: &[i64; 12]| {
        let above = |pitch: u8| usize::from((pitch + 12 - root) % 12);
        onsets.iter().map(|&(_, pitch)| profile[above(pitch)]).sum::<i64>()
    };
    let best = keys.max_by_key(|(root, (_, profile))| fit(*root, profile));
    best.map_or(Key { root: 0, mode: Mode::Major }, |(root, (mode, _))| Key { root, mode: *mode })
}

/// `pitch` in scale degrees above the root in octave 0, if it is in the key. Minor keys also have the raised
/// sixth and seventh.
fn degree(key: Key, pitch: u8) -> Option<i32> {
    let above = i32::from(pitch) - i32::from(key.root);
    let class = above.rem_euclid(12) as u8;
    let index = key.mode.intervals().iter().position(|&tone| tone == class);
    let index = index.or(match (key.mode, class) {
        (Mode::Minor, 9) => Some(5),
        (Mode::Minor, 11) => Some(6),
        _ => None,
    })?;
    Some(7 * above.div_euclid(12) + index as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::melody::token, patterns::grammar::parse};

    /// Eighths of `pitches`.
    fn line(pitches: &[u8]) -> Vec<u16> {
        pitches.iter().flat_map(|&pitch| [token(pitch).unwrap(), melody::HOLD]).collect()
    }

    #[test]
    fn a_scale_up_is_counted_as_steps_up() {
        let mut counts = Counts::default();
        counts.add(&line(&[60, 62, 64, 65, 67, 69, 71, 72]));

        assert_eq!(counts.n_intervals(), 6);
        let context = Context { is_minor: false, degree: 1, step: 4, before: 1 };
        assert_eq!(counts.0[context.index()][(WIDEST + 1) as usize], 1);
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let mut counts = Counts::default();
        for _ in 0..1000 {
            counts.add(&line(&[69, 71, 72, 74, 76, 74, 72, 71, 69, 69]));
        }
        let table = parse(&counts.to_table("two\nlines"));

        let context = Context { is_minor: true, degree: 4, step: 10, before: 1 };
        assert!(900 < table[context.index()][(WIDEST - 1) as usize]);
    }

    #[test]
    fn the_key_of_a_melody_is_estimated() {
        let onsets: Vec<(usize, u8)> =
            [69, 72, 76, 74, 72, 71, 69, 68, 69].into_iter().enumerate().collect();
        assert_eq!(estimate_key(&onsets).to_string(), "A minor");
    }
}
