//! The chords under a tune that was not written over the theme's loops.

use crate::{
    compose::lines::Lines,
    config::Chords,
    music::{
        arrange::LineNote,
        chord::{Chord, Numeral},
        meter::STEPS_PER_BAR,
        scale::Key,
    },
};

/// Weight of a bass note; a lead note has 1.
const BASS: f64 = 2.0;

/// Bonus for a root that the bass plays on the downbeat, as a share of the bar's weight.
const ROOT: f64 = 0.5;

/// Bonus for a chord of the theme's loops, as a share of the bar's weight.
const OF_THEME: f64 = 0.15;

/// Cost of a chord tone that no part plays, as a share of the bar's weight.
const UNPLAYED: f64 = 0.03;

/// A chord for each of `n_bars` bars of `tune`, which is in `key`: the one that covers most of the bar's
/// notes, out of the theme's chords and of its first chord's shape (triad, seventh, fifth) on every degree of
/// the key. A silent bar keeps the chord before it.
pub fn chords_under(tune: &Lines, key: Key, theme: &Chords, n_bars: usize) -> Vec<Chord> {
    let own = || theme.loops.iter().flatten().copied();
    let shape = own().next().unwrap_or(Numeral::TONIC);
    let candidates: Vec<(f64, Chord)> = own()
        .map(|numeral| (OF_THEME, numeral.in_key(key)))
        .chain(shape.on_every_degree().map(|numeral| (0.0, numeral.in_key(key))))
        .collect();
    let mut chords: Vec<Chord> = Vec::new();
    for number in 0..n_bars {
        let bar = BarWeights::of(tune, number);
        let before = chords.last().copied().unwrap_or(candidates[0].1);
        let fit = |&(bonus, chord): &(f64, Chord)| (bar.fit(chord) + bonus * bar.total(), chord);
        // The first of equals, so that the theme's own chords win.
        let best = candidates.iter().map(fit).rev().max_by(|a, b| a.0.total_cmp(&b.0));
        let chord = best.filter(|_| 0.0 < bar.total()).map_or(before, |(_, chord)| chord);
        chords.push(chord);
    }
    chords
}

/// Weight of each pitch class in a bar.
struct BarWeights {
    classes: [f64; 12],
    /// Pitch class of a bass note on the downbeat.
    root: Option<u8>,
}

impl BarWeights {
    fn of(tune: &Lines, number: usize) -> Self {
        let (start, end) = (number * STEPS_PER_BAR, (number + 1) * STEPS_PER_BAR);
        let mut classes = [0.0; 12];
        let mut add = |note: &LineNote, weight: f64| {
            let sounds_to = (note.start_step + note.n_steps).min(end);
            let n_steps = sounds_to.saturating_sub(note.start_step.max(start));
            classes[usize::from(note.pitch % 12)] += weight * n_steps as f64;
        };
        tune.bass.iter().for_each(|note| add(note, BASS));
        tune.lead.iter().for_each(|note| add(note, 1.0));
        let first = tune.bass.iter().find(|note| note.start_step == start);
        Self { classes, root: first.map(|note| note.pitch % 12) }
    }

    fn total(&self) -> f64 {
        self.classes.iter().sum()
    }

    fn fit(&self, chord: Chord) -> f64 {
        let held = |class: u8| self.classes[usize::from(class)];
        let sounding: f64 = chord.classes().map(held).sum();
        let n_unplayed = chord.classes().filter(|&class| held(class) == 0.0).count();
        let on_root = if self.root == Some(chord.root) { ROOT } else { 0.0 };
        sounding + self.total() * (on_root - UNPLAYED * n_unplayed as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(bass: &[(usize, usize, u8)], lead: &[(usize, usize, u8)], own: &str) -> Vec<String> {
        let notes = |notes: &[(usize, usize, u8)]| notes.iter().copied().map(Into::into).collect();
        let tune = Lines { bass: notes(bass), lead: notes(lead) };
        let loops = vec![own.split(' ').map(|text| text.parse().unwrap()).collect()];
        let theme = Chords { loops, ..Chords::default() };
        let chords = chords_under(&tune, "A minor".parse().unwrap(), &theme, 4);
        chords.iter().map(Chord::to_string).collect()
    }

    #[test]
    fn chords_hold_what_the_tune_plays() {
        let bass = [(0, 16, 45), (16, 16, 41), (32, 8, 36)];
        let lead = [(0, 8, 72), (8, 8, 76), (16, 16, 69), (32, 16, 79)];

        assert_eq!(symbols(&bass, &lead, "i VI"), ["Am", "F", "C", "C"]);
        assert_eq!(symbols(&bass, &lead, "i5 VI5"), ["A5", "F5", "C5", "C5"]);
        assert_eq!(symbols(&[], &[], "iv"), ["Dm"; 4]);
    }

    #[test]
    fn a_chord_of_the_theme_goes_before_another_that_fits_as_well() {
        let lead = [(0, 16, 72), (16, 16, 72)];
        assert_eq!(symbols(&[], &lead, "VI i")[..2], ["F", "F"]);
        assert_eq!(symbols(&[], &lead, "i VI")[..2], ["Am", "Am"]);
    }
}
