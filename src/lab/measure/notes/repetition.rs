//! Exact repetition, distinct bars, and monotony.

use std::collections::{HashMap, HashSet};

use crate::lab::measure::{
    notes::score::{Onsets, Role, Score},
    statistics::share,
};

/// Length, in bars, of the spans that are compared.
const SPAN: usize = 8;

/// Only repeats within this time count.
const MEMORY_SECONDS: f64 = 600.0;

/// A lead with fewer pitches in a span counts as monotonous.
const FEWEST_PITCHES: usize = 3;

/// A span whose onsets on the grid equal those of an earlier span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// First bar of the span.
    pub bar: usize,
    /// First bar of the earlier span.
    pub before: usize,
}

/// Eight-bar spans that equal, in all of `roles`, a span within the ten minutes before. Silent
/// spans are ignored.
///
/// Spans start at any bar; after a match the search continues after it, so 16 repeated bars count
/// twice, not nine times.
pub fn exact_repeats(score: &Score, onsets: &[Onsets], roles: &[Role]) -> Vec<Repeat> {
    let starts = score.starts();
    let reduce = |bar: &Onsets| -> Vec<Vec<(u8, u8)>> {
        roles.iter().map(|role| bar.of(*role).to_vec()).collect()
    };
    let bars: Vec<_> = onsets.iter().map(reduce).collect();
    let mut last: HashMap<&[_], usize> = HashMap::new();
    let (mut repeats, mut next) = (Vec::new(), 0);
    for (bar, span) in bars.windows(SPAN).enumerate() {
        // A span must not match one that overlaps it.
        if let Some(over) = bar.checked_sub(SPAN) {
            last.insert(&bars[over..bar], over);
        }
        let is_silent = span.iter().flatten().all(Vec::is_empty);
        let before = last.get(span).filter(|_| next <= bar && !is_silent);
        let recent = before.filter(|before| starts[bar] - starts[**before] <= MEMORY_SECONDS);
        if let Some(&before) = recent {
            repeats.push(Repeat { bar, before });
            next = bar + SPAN;
        }
    }
    repeats
}

/// The number of distinct bars in `roles` divided by the number of bars with notes, 0 to 1.
pub fn distinct_bars(onsets: &[Onsets], roles: &[Role]) -> f64 {
    let reduce = |bar: &Onsets| roles.iter().map(|role| bar.of(*role).to_vec()).collect::<Vec<_>>();
    let bars = onsets.iter().map(reduce).filter(|bar| bar.iter().any(|part| !part.is_empty()));
    let bars: Vec<_> = bars.collect();
    let distinct: HashSet<_> = bars.iter().collect();
    distinct.len() as f64 / bars.len().max(1) as f64
}

/// Length, in bars, of the longest run of bars with identical onsets of `role`, silence excluded.
pub fn longest_run(onsets: &[Onsets], role: Role) -> usize {
    let runs = onsets.chunk_by(|a, b| a.of(role) == b.of(role));
    runs.filter(|run| !run[0].of(role).is_empty()).map(<[Onsets]>::len).max().unwrap_or(0)
}

/// Of all eight-bar spans with lead onsets, the share, 0 to 1, whose lead has fewer than three
/// pitches or a single rhythm.
pub fn monotony(onsets: &[Onsets]) -> f64 {
    let lead = |span: &[Onsets]| -> Vec<Onsets> {
        span.iter().filter(|bar| !bar.of(Role::Lead).is_empty()).cloned().collect()
    };
    let spans = onsets.windows(SPAN.min(onsets.len()).max(1)).map(lead);
    share(spans.filter(|bars| !bars.is_empty()).map(|bars| is_monotonous(&bars)))
}

fn is_monotonous(bars: &[Onsets]) -> bool {
    let notes = bars.iter().flat_map(|bar| bar.of(Role::Lead));
    let pitches: HashSet<u8> = notes.map(|(_, pitch)| *pitch).collect();
    let rhythms: HashSet<u16> = bars.iter().map(|bar| bar.rhythm(Role::Lead)).collect();
    pitches.len() < FEWEST_PITCHES || (rhythms.len() == 1 && 1 < bars.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    /// Bars of one lead note each; a number encodes its step and pitch.
    fn piece(numbers: &[u8]) -> Score {
        let bars: Vec<Vec<(f32, u8)>> =
            numbers.iter().map(|n| vec![(f32::from(n % 16), 60 + n / 16)]).collect();
        score(Role::Lead, &bars.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    fn repeats(numbers: &[u8]) -> Vec<Repeat> {
        let piece = piece(numbers);
        exact_repeats(&piece, &piece.onsets(), &Role::ALL)
    }

    #[test]
    fn a_repeat_of_eight_bars_is_found_wherever_it_starts() {
        let once: Vec<u8> = (0..40).collect();
        assert_eq!(repeats(&once), []);
        let again = [&once[..], &once[3..13]].concat();
        assert_eq!(repeats(&again), [Repeat { bar: 40, before: 3 }]);
        assert_eq!(repeats(&[&once[..16], &once[..16]].concat()).len(), 2);
    }

    #[test]
    fn a_loop_of_four_bars_repeats_every_eight() {
        let numbers: Vec<u8> = (0..24).map(|n| n % 4).collect();
        let found = repeats(&numbers);
        assert_eq!(found, [Repeat { bar: 8, before: 0 }, Repeat { bar: 16, before: 8 }]);
    }

    #[test]
    fn old_and_silent_spans_are_no_repeats() {
        // A bar lasts two seconds.
        let (theme, bridge): (Vec<u8>, Vec<u8>) = ((0..8).collect(), (8..200).collect());
        assert_eq!(repeats(&[&theme[..], &bridge, &theme].concat()).len(), 1);
        let found = repeats(&[&theme[..], &[200; 320], &theme].concat());
        assert!(found.iter().all(|repeat| repeat.bar < 328), "{found:?}");
        let silent = score(Role::Lead, &[&[][..]; 40]);
        assert_eq!(exact_repeats(&silent, &silent.onsets(), &Role::ALL), []);
    }

    #[test]
    fn runs_and_distinct_bars_ignore_silent_bars() {
        let onsets = piece(&[1, 1, 1, 2, 3, 3]).onsets();
        assert_eq!(longest_run(&onsets, Role::Lead), 3);
        assert_eq!(longest_run(&onsets, Role::Bass), 0);
        assert_eq!(distinct_bars(&onsets, &[Role::Lead]), 0.5);
        assert_eq!(distinct_bars(&onsets, &[Role::Bass]), 0.0);
    }

    #[test]
    fn one_rhythm_or_two_pitches_are_monotonous() {
        let of = |numbers: &[u8]| monotony(&piece(numbers).onsets());
        assert_eq!(of(&[0, 1, 16, 17, 0, 1, 16, 17]), 1.0); // two pitches
        assert_eq!(of(&[0, 16, 32, 48, 64, 0, 16, 32]), 1.0); // one rhythm
        assert_eq!(of(&[0, 17, 32, 48, 64, 0, 16, 32]), 0.0);
        assert_eq!(of(&[]), 0.0);
    }
}
