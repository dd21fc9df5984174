//! What comes back as it was.

use std::collections::{HashMap, HashSet};

use crate::lab::measure::score::{Onsets, Role, Score};

/// Bars of a span that should not come back.
const SPAN: usize = 8;

/// For how long it should not.
const MEMORY_SECONDS: f64 = 600.0;

/// Pitches that a lead needs at least within a span, not to be monotonous.
const FEWEST_PITCHES: usize = 3;

/// A span that has been there before, note for note on the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// The bar that it begins with.
    pub bar: usize,
    /// The bar that it began with before.
    pub before: usize,
}

/// Spans of eight bars that equal one within the ten minutes before, in all of `roles`; those without
/// a note don't count.
///
/// A span may begin at any bar; after one that comes back the search goes on behind it, so that 16
/// bars that come back count twice, not nine times.
pub fn exact_repeats(score: &Score, onsets: &[Onsets], roles: &[Role]) -> Vec<Repeat> {
    let starts = score.starts();
    let reduce = |bar: &Onsets| -> Vec<Vec<(u8, u8)>> {
        roles.iter().map(|role| bar.of(*role).to_vec()).collect()
    };
    let bars: Vec<_> = onsets.iter().map(reduce).collect();
    let mut last: HashMap<&[_], usize> = HashMap::new();
    let (mut repeats, mut next) = (Vec::new(), 0);
    for (bar, span) in bars.windows(SPAN).enumerate() {
        // Only what is wholly over can come back.
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

/// The share of bars with notes, 0 to 1, that differ from all others in `roles`.
pub fn distinct_bars(onsets: &[Onsets], roles: &[Role]) -> f64 {
    let reduce = |bar: &Onsets| roles.iter().map(|role| bar.of(*role).to_vec()).collect::<Vec<_>>();
    let bars = onsets.iter().map(reduce).filter(|bar| bar.iter().any(|part| !part.is_empty()));
    let bars: Vec<_> = bars.collect();
    let distinct: HashSet<_> = bars.iter().collect();
    distinct.len() as f64 / bars.len().max(1) as f64
}

/// Bars of the longest run in which `role` begins the same in each, something at that.
pub fn longest_run(onsets: &[Onsets], role: Role) -> usize {
    let runs = onsets.chunk_by(|a, b| a.of(role) == b.of(role));
    runs.filter(|run| !run[0].of(role).is_empty()).map(<[Onsets]>::len).max().unwrap_or(0)
}

/// The share of spans of eight bars in which the lead begins something, 0 to 1, where it has fewer
/// than three pitches or but one rhythm.
pub fn monotony(onsets: &[Onsets]) -> f64 {
    let lead = |span: &[Onsets]| -> Vec<Onsets> {
        span.iter().filter(|bar| !bar.of(Role::Lead).is_empty()).cloned().collect()
    };
    let spans = onsets.windows(SPAN.min(onsets.len()).max(1)).map(lead);
    crate::lab::measure::score::presence::share(
        spans.filter(|bars| !bars.is_empty()).map(|bars| is_monotonous(&bars)),
    )
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
    use crate::lab::measure::score::tests::score;

    /// Bars that each have one lead note, at the step and pitch of a number.
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
    fn eight_bars_that_come_back_are_found_wherever_they_begin() {
        let once: Vec<u8> = (0..40).collect();
        assert_eq!(repeats(&once), []);
        let again = [&once[..], &once[3..13]].concat();
        assert_eq!(repeats(&again), [Repeat { bar: 40, before: 3 }]);
        assert_eq!(repeats(&[&once[..16], &once[..16]].concat()).len(), 2);
    }

    #[test]
    fn a_loop_of_four_bars_comes_back_when_eight_are_over() {
        let numbers: Vec<u8> = (0..24).map(|n| n % 4).collect();
        let found = repeats(&numbers);
        assert_eq!(found, [Repeat { bar: 8, before: 0 }, Repeat { bar: 16, before: 8 }]);
    }

    #[test]
    fn what_is_long_ago_or_silent_is_no_repeat() {
        // A bar lasts two seconds.
        let (theme, bridge): (Vec<u8>, Vec<u8>) = ((0..8).collect(), (8..200).collect());
        assert_eq!(repeats(&[&theme[..], &bridge, &theme].concat()).len(), 1);
        let found = repeats(&[&theme[..], &[200; 320], &theme].concat());
        assert!(found.iter().all(|repeat| repeat.bar < 328), "{found:?}");
        let silent = score(Role::Lead, &[&[][..]; 40]);
        assert_eq!(exact_repeats(&silent, &silent.onsets(), &Role::ALL), []);
    }

    #[test]
    fn runs_and_distinct_bars_are_of_bars_with_notes() {
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
