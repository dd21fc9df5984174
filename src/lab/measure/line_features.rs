//! Twenty features of a four-bar melody or bass line, whose distribution differs between
//! human-written lines and others.

use std::collections::BTreeMap;

use crate::{
    lab::measure::statistics::{entropy, share},
    music::{
        arrange::{LineNote, notes},
        melody,
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        scale::{Key, Mode},
    },
};

/// Bars of a line.
pub const N_BARS: usize = 4;
/// Steps of a line.
pub const N_STEPS: usize = N_BARS * STEPS_PER_BAR;

/// Number of features.
pub const N_FEATURES: usize = NAMES.len();

/// The features' names, in order.
pub const NAMES: [&str; 20] = [
    "onsets a bar",
    "rest",
    "empty bars",
    "pitches",
    "pitch classes",
    "range",
    "longest run of one pitch",
    "repeated pitches",
    "steps",
    "leaps",
    "turns",
    "onsets on off-beat eighths",
    "onsets on odd sixteenths",
    "bars equal to an earlier bar",
    "bars with an earlier bar's rhythm",
    "varied bars",
    "two varied bars",
    "entropy of inter-onset intervals",
    "long inter-onset intervals",
    "notes in the best major scale",
];

/// Greatest step, and greatest interval that is not a leap, in semitones.
const STEP: i16 = 2;
const WIDEST: i16 = 7;

/// Bars that share this much of their tokens are variations of each other; two-bar halves are if
/// they share this much of their rhythm.
const ALIKE: f64 = 0.75;
const SAME_RHYTHM: f64 = 0.9;

/// Inter-onset intervals of at least this many steps are long.
const LONG: usize = 8;

/// The features of a line of melody tokens, in the order of [`NAMES`]; none for a line without onsets or of
/// another length than [`N_STEPS`].
///
/// Shares are 0 to 1, onsets are counted per bar, the range is in semitones and the entropy in bits.
pub fn features(line: &[u16]) -> Option<[f64; N_FEATURES]> {
    let notes = notes(line);
    if line.len() != N_STEPS || notes.is_empty() {
        return None;
    }
    let [rest, empty] = silence(&notes);
    let [n_pitches, n_classes, range, fit] = pitches(&notes);
    let [longest, repeats, steps, leaps, turns] = intervals(&notes);
    let [exact, rhythm, varied, halves] = form(line);
    let [entropy, long] = inter_onsets(&notes);
    let at = |place: &dyn Fn(usize) -> bool| share(notes.iter().map(|n| place(n.start_step)));
    Some([
        notes.len() as f64 / N_BARS as f64,
        rest,
        empty,
        n_pitches,
        n_classes,
        range,
        longest,
        repeats,
        steps,
        leaps,
        turns,
        at(&|step| step % STEPS_PER_QUARTER == STEPS_PER_QUARTER / 2),
        at(&|step| step % 2 == 1),
        exact,
        rhythm,
        varied,
        halves,
        entropy,
        long,
        fit,
    ])
}

/// Share of silent steps, and of silent bars.
fn silence(notes: &[LineNote]) -> [f64; 2] {
    let mut sounds = [false; N_STEPS];
    for note in notes {
        sounds[note.start_step..note.start_step + note.n_steps].fill(true);
    }
    let bars = sounds.chunks(STEPS_PER_BAR).map(|bar| !bar.contains(&true));
    [share(sounds.iter().map(|sounds| !sounds)), share(bars)]
}

/// Number of pitches and of pitch classes, range, and share of notes in the best major scale.
fn pitches(notes: &[LineNote]) -> [f64; 4] {
    let mut pitches: Vec<u8> = notes.iter().map(|note| note.pitch).collect();
    let in_scale = |root: u8| {
        let scale = Key { root, mode: Mode::Major };
        share(notes.iter().map(|note| scale.contains(note.pitch)))
    };
    let fit = (0..12).map(in_scale).fold(0.0, f64::max);
    pitches.sort_unstable();
    pitches.dedup();
    let range = pitches[pitches.len() - 1] - pitches[0];
    let mut classes: Vec<u8> = pitches.iter().map(|pitch| pitch % 12).collect();
    classes.sort_unstable();
    classes.dedup();
    [pitches.len() as f64, classes.len() as f64, f64::from(range), fit]
}

/// Longest run of one pitch in notes; shares of repeated pitches, steps and leaps; share of changes
/// of direction among moves. A single note counts as repeated once.
fn intervals(notes: &[LineNote]) -> [f64; 5] {
    let mut intervals: Vec<i16> =
        notes.windows(2).map(|n| i16::from(n[1].pitch) - i16::from(n[0].pitch)).collect();
    if intervals.is_empty() {
        intervals.push(0);
    }
    let runs = intervals.chunk_by(|a, b| (*a == 0) == (*b == 0)).filter(|run| run[0] == 0);
    let longest = 1 + runs.map(<[i16]>::len).max().unwrap_or(0);
    let share_of = |is: &dyn Fn(i16) -> bool| share(intervals.iter().map(|i| is(i.abs())));
    let moves: Vec<i16> = intervals.iter().copied().filter(|i| *i != 0).collect();
    [
        longest as f64,
        share_of(&|size| size == 0),
        share_of(&|size| (1..=STEP).contains(&size)),
        share_of(&|size| WIDEST < size),
        share(moves.windows(2).map(|pair| pair[0].signum() != pair[1].signum())),
    ]
}

/// Shares, among bars with onsets after the first such bar, of bars equal to an earlier one, of bars with the
/// rhythm of an earlier one, and of variations of an earlier one; 1 if the two halves of the line have nearly
/// the same rhythm but are not equal, else 0.
fn form(line: &[u16]) -> [f64; 4] {
    let bars: Vec<&[u16]> = line.chunks(STEPS_PER_BAR).filter(|bar| has_onset(bar)).collect();
    let [mut n_exact, mut n_rhythm, mut n_varied] = [0.0; 3];
    for (number, bar) in bars.iter().enumerate().skip(1) {
        let before = &bars[..number];
        let alike = before.iter().map(|other| same(bar, other, |token| token));
        let alike = alike.fold(0.0, f64::max);
        let is_exact = before.contains(bar);
        let has_rhythm = before.iter().any(|other| 1.0 <= same(bar, other, is_onset));
        n_exact += f64::from(u8::from(is_exact));
        n_rhythm += f64::from(u8::from(has_rhythm));
        n_varied += f64::from(u8::from(!is_exact && (has_rhythm || ALIKE <= alike)));
    }
    let n = bars.len().saturating_sub(1).max(1) as f64;
    let (a, b) = line.split_at(N_STEPS / 2);
    let halves = SAME_RHYTHM <= same(a, b, is_onset) && a != b;
    [n_exact / n, n_rhythm / n, n_varied / n, f64::from(u8::from(halves))]
}

/// Entropy of the inter-onset intervals in bits, and the share of long ones. The last one ends with
/// the line.
fn inter_onsets(notes: &[LineNote]) -> [f64; 2] {
    let starts = notes.iter().map(|note| note.start_step);
    let ends = starts.clone().skip(1).chain([N_STEPS]);
    let lengths: Vec<usize> = starts.zip(ends).map(|(start, end)| end - start).collect();
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    for length in &lengths {
        *counts.entry(*length).or_default() += 1.0;
    }
    let counts: Vec<f64> = counts.into_values().collect();
    [entropy(&counts), share(lengths.iter().map(|length| LONG <= *length))]
}

fn is_onset(token: u16) -> bool {
    melody::pitch(token).is_some()
}

fn has_onset(bar: &[u16]) -> bool {
    bar.iter().any(|token| is_onset(*token))
}

/// The share of steps at which `of` is equal for the tokens of `a` and `b`.
fn same<T: PartialEq>(a: &[u16], b: &[u16], of: impl Fn(u16) -> T) -> f64 {
    share(a.iter().zip(b).map(|(a, b)| of(*a) == of(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::melody::{HOLD, OFF, token};

    /// A line of four bars: each a list of steps and pitches, notes of `n_steps` steps.
    fn line(bars: [&[(usize, u8)]; 4], n_steps: usize) -> Vec<u16> {
        let mut line = vec![HOLD; N_STEPS];
        for (number, bar) in bars.iter().enumerate() {
            for &(step, pitch) in *bar {
                let start = STEPS_PER_BAR * number + step;
                line[start] = token(pitch).unwrap();
                line[start + n_steps] = OFF;
            }
        }
        line
    }

    fn named(line: &[u16], name: &str) -> f64 {
        let place = NAMES.iter().position(|known| *known == name).unwrap();
        features(line).unwrap()[place]
    }

    #[test]
    fn a_motif_and_its_variation_are_told_apart() {
        let (a, b, c) = (&[(0, 60), (6, 62)][..], &[(0, 60), (6, 64)][..], &[(3, 72)][..]);
        let found = line([a, b, a, c], 2);

        // The second bar has the first's rhythm; the third equals the first.
        let third = 1.0 / 3.0;
        assert_eq!(named(&found, "bars equal to an earlier bar"), third);
        assert_eq!(named(&found, "bars with an earlier bar's rhythm"), 2.0 * third);
        assert_eq!(named(&found, "varied bars"), third);
        // The rhythms of the halves agree at 29 of 32 steps.
        assert_eq!(named(&found, "two varied bars"), 1.0);
        assert_eq!(named(&line([a, b, a, b], 2), "two varied bars"), 0.0);
    }

    #[test]
    fn pitches_and_intervals_are_counted() {
        let found = line([&[(0, 60), (4, 60), (8, 60)], &[(0, 62)], &[(2, 74)], &[]], 2);
        let expected = [
            ("onsets a bar", 1.25),
            ("rest", 54.0 / 64.0),
            ("empty bars", 0.25),
            ("pitches", 3.0),
            ("pitch classes", 2.0),
            ("range", 14.0),
            ("longest run of one pitch", 3.0),
            ("repeated pitches", 0.5),
            ("steps", 0.25),
            ("leaps", 0.25),
            ("turns", 0.0),
            ("onsets on off-beat eighths", 0.2),
            ("onsets on odd sixteenths", 0.0),
            // Intervals of 4, 4, 8, 18 and 30 steps.
            ("long inter-onset intervals", 0.6),
            ("notes in the best major scale", 1.0),
        ];
        for (name, value) in expected {
            assert!((named(&found, name) - value).abs() < 1e-12, "{name}: {}", named(&found, name));
        }
        let bits = named(&found, "entropy of inter-onset intervals");
        assert!((bits - entropy(&[2.0, 1.0, 1.0, 1.0])).abs() < 1e-12, "{bits}");
    }

    #[test]
    fn a_single_note_counts_as_repeated() {
        let found = line([&[(0, 60)], &[], &[], &[]], 2);
        assert_eq!(named(&found, "longest run of one pitch"), 2.0);
        assert_eq!(named(&found, "repeated pitches"), 1.0);
    }

    #[test]
    fn only_lines_of_four_bars_with_onsets_have_features() {
        assert_eq!(features(&[HOLD; N_STEPS]), None);
        assert_eq!(features(&[41; 16]), None);
    }
}
