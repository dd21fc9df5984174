//! The pitches of a lead, chosen to be singable.
//!
//! A developed line may clash with the chords, repeat one pitch over and over or leap about. Here each note
//! takes a pitch near its own so that the whole line costs least: by dynamic programming over pairs of
//! pitches, since the cost of an interval depends on the previous one (leaps turn back, steps continue;
//! Huron, *Sweet Anticipation*, 2006, chapter 5).

use crate::{
    compose::lines::manner::Costs,
    music::{arrange::LineNote, meter::STEPS_PER_BAR},
};

/// Semitones of the widest step, third, fifth and octave.
const STEP: i32 = 2;
const THIRD: i32 = 4;
const FIFTH: i32 = 7;
const OCTAVE: i32 = 12;

/// Cost of an interval beyond an octave.
const TOO_FAR: u32 = 100;

/// Steps between two onsets from which on their interval costs nothing: the line restarts.
const ANEW: usize = 2 * STEPS_PER_BAR;

/// Most semitones by which a peak is raised.
const RISE: u8 = 4;

/// Moves each of `notes` to one of its `choices`, of which each note has at least one, so that the
/// line costs least.
pub(super) fn sing(notes: &mut [LineNote], choices: &[Vec<u8>], costs: Costs) {
    let Some(first) = choices.first() else { return };
    let wish = |n: usize, pitch: u8| costs.moved * u32::from(pitch.abs_diff(notes[n].pitch));
    let mut best = vec![first.iter().map(|&pitch| wish(0, pitch)).collect::<Vec<u32>>()];
    let mut backs = Vec::new();
    for n in 1..notes.len() {
        let is_near = notes[n].start_step - notes[n - 1].start_step < ANEW;
        let before: &[u8] = if n == 1 { &[] } else { &choices[n - 2] };
        let triples = Triples { before, from: &choices[n - 1], to: &choices[n] };
        let (mut next, back) = triples.extend(&best, is_near.then_some(costs));
        for row in &mut next {
            row.iter_mut().zip(&choices[n]).for_each(|(cost, &pitch)| *cost += wish(n, pitch));
        }
        best = next;
        backs.push(back);
    }
    let row = |(j, row): (usize, &Vec<u32>)| {
        row.iter().copied().zip(0..).map(move |(c, k)| (c, j, k)).min()
    };
    let Some((_, mut j, mut k)) = best.iter().enumerate().filter_map(row).min() else { return };
    for n in (0..notes.len()).rev() {
        notes[n].pitch = choices[n][k];
        if 0 < n {
            (j, k) = (backs[n - 1][j][k], j);
        }
    }
}

/// Pitches of three successive notes.
struct Triples<'a> {
    /// Empty at the start of a line.
    before: &'a [u8],
    from: &'a [u8],
    to: &'a [u8],
}

impl Triples<'_> {
    /// From the costs of the best lines that end with each pair of `before` and `from`: those of each pair of
    /// `from` and `to`, and the index into `before` of each. Without `costs` intervals are free.
    fn extend(&self, best: &[Vec<u32>], costs: Option<Costs>) -> (Vec<Vec<u32>>, Vec<Vec<usize>>) {
        let least = |j: usize, to: u8| {
            let interval = |from: u8, to: u8| i32::from(to) - i32::from(from);
            let cost = |i: usize| {
                let last = self.before.get(i).map_or(0, |&before| interval(before, self.from[j]));
                best[i][j]
                    + costs.map_or(0, |costs| costs.interval(last, interval(self.from[j], to)))
            };
            (0..best.len()).map(|i| (cost(i), i)).min().unwrap_or_default()
        };
        let row = |j: usize| self.to.iter().map(|&to| least(j, to)).unzip();
        (0..self.from.len()).map(row).unzip()
    }
}

/// If the highest pitch is reached more than once, raises its last note before the last bar to one of the
/// `choices`, so that the phrase has one peak.
pub(super) fn peak(notes: &mut [LineNote], choices: &[Vec<u8>]) {
    let Some(top) = notes.iter().map(|note| note.pitch).max() else { return };
    let at_top: Vec<usize> = (0..notes.len()).filter(|&n| notes[n].pitch == top).collect();
    let last_bar = notes.last().map_or(0, |last| last.start_step / STEPS_PER_BAR);
    let is_early = |n: &&usize| notes[**n].start_step / STEPS_PER_BAR < last_bar;
    if at_top.len() < 2 {
        return;
    }
    let Some(&n) = at_top.iter().rev().find(is_early) else { return };
    let above = choices[n].iter().filter(|&&pitch| top < pitch && pitch <= top + RISE).min();
    if let Some(&pitch) = above {
        notes[n].pitch = pitch;
    }
}

impl Costs {
    /// The cost of `interval`, in semitones, after `last`, which is 0 at the start.
    fn interval(self, last: i32, interval: i32) -> u32 {
        let size = match interval.abs() {
            0 => return self.repeat,
            n if n <= STEP => 0,
            n if n <= THIRD => self.third,
            n if n <= FIFTH => self.fourth,
            n if n <= OCTAVE => self.leap,
            _ => TOO_FAR,
        };
        let is_after_leap = THIRD < last.abs();
        let direction = match last.signum() * interval.signum() {
            1 if is_after_leap => self.unanswered,
            -1 if !is_after_leap => self.turn,
            _ => 0,
        };
        size + direction
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compose::lines::manner::Manner, config::Role, music::scale::Key};

    /// The pitches sung as a hook for notes with these `wishes`, in C major, every half beat. Notes at
    /// `fixed` keep their pitch.
    fn sung(wishes: &[u8], fixed: &[usize]) -> Vec<u8> {
        let key: Key = "C major".parse().unwrap();
        let note = |(n, &pitch)| LineNote { start_step: 2 * n, n_steps: 2, pitch };
        let mut notes: Vec<LineNote> = wishes.iter().enumerate().map(note).collect();
        let choices = |(n, &wish): (usize, &u8)| match fixed.contains(&n) {
            true => vec![wish],
            false => (wish - 7..=wish + 7).filter(|&pitch| key.contains(pitch)).collect(),
        };
        let choices: Vec<Vec<u8>> = wishes.iter().enumerate().map(choices).collect();
        sing(&mut notes, &choices, Manner::of(Role::Hook).costs);
        notes.iter().map(|note| note.pitch).collect()
    }

    #[test]
    fn a_tune_in_steps_stays_as_it_is() {
        let tune = [60, 62, 64, 65, 64, 62, 60];
        assert_eq!(sung(&tune, &[]), tune);
    }

    #[test]
    fn a_pitch_struck_over_and_over_becomes_a_line() {
        let line = sung(&[64; 8], &[0, 4]);
        assert!(line.windows(2).all(|pair| pair[0] != pair[1]), "{line:?}");
        assert!(line.windows(2).filter(|p| p[0].abs_diff(p[1]) <= 2).count() == 7, "{line:?}");
        assert!(line.iter().all(|pitch| pitch.abs_diff(64) <= 5));
    }

    #[test]
    fn a_repeat_before_a_higher_note_becomes_a_passing_note() {
        assert_eq!(sung(&[60, 60, 64], &[0, 2]), [60, 62, 64]);
    }

    #[test]
    fn one_note_takes_its_nearest_choice() {
        let mut one = [LineNote::from((0, 4, 61))];
        sing(&mut one, &[vec![55, 60, 67]], Manner::of(Role::Hook).costs);
        assert_eq!(one[0].pitch, 60);
        sing(&mut [], &[], Manner::of(Role::Hook).costs);
    }

    #[test]
    fn one_of_two_peaks_is_raised() {
        let mut notes =
            [(0, 4, 60), (8, 4, 67), (16, 4, 62), (24, 4, 67), (32, 4, 67)].map(LineNote::from);
        let choices = vec![vec![60, 67, 69, 72]; 5];
        peak(&mut notes, &choices);
        let pitches: Vec<u8> = notes.iter().map(|note| note.pitch).collect();
        assert_eq!(pitches, [60, 67, 62, 69, 67]);

        let before = notes;
        peak(&mut notes, &choices);
        assert_eq!(notes, before);
    }
}
