//! Figures that a listener hears in a lead.

use crate::music::{arrange::LineNote, meter::STEPS_PER_BAR};

/// Semitones of the widest step and of the narrowest leap.
const STEP: i32 = 2;
const LEAP: i32 = 5;

/// Onsets further apart than this, in steps, are a rest, and no tie is expected.
const APART: usize = 8;

/// Figures of a lead. Intervals count between notes that start less than a bar apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figures {
    /// Share of intervals that repeat the pitch.
    pub repeats: f64,
    /// Share of intervals of a semitone or a tone.
    pub steps: f64,
    /// Share of leaps of a fourth or more after which the line turns back; 1 if there are none.
    pub answered: f64,
    /// Mean number of intervals in one direction.
    pub run: f64,
    /// Share of notes that last to the next one, where that starts within half a bar.
    pub legato: f64,
    /// Onsets per bar.
    pub density: f64,
    /// Different pitches.
    pub n_pitches: f64,
    /// Semitones from the lowest to the highest note.
    pub range: f64,
    /// Share of bars, from the second on, that mostly repeat an earlier bar's rhythm.
    pub returns: f64,
    /// Times that the highest pitch is reached.
    pub peaks: f64,
    /// Steps of rest at the end.
    pub breath: f64,
    /// Share of onsets shared with the bass.
    pub shared: f64,
}

impl Figures {
    /// The figures of `notes`, `n_bars` long, over `bass`.
    pub fn of(notes: &[LineNote], bass: &[LineNote], n_bars: usize) -> Self {
        let intervals = intervals(notes);
        let share = |fits: &dyn Fn(i32) -> bool| {
            share(intervals.iter().filter(|&&interval| fits(interval)).count(), intervals.len())
        };
        let mut pitches: Vec<u8> = notes.iter().map(|note| note.pitch).collect();
        pitches.sort_unstable();
        let range = pitches.last().zip(pitches.first()).map_or(0, |(high, low)| high - low);
        pitches.dedup();
        let n_shared = notes.iter().filter(|note| is_struck(bass, note.start_step)).count();
        let end = notes.last().map_or(0, |last| last.start_step + last.n_steps);
        Self {
            repeats: share(&|interval| interval == 0),
            steps: share(&|interval| (1..=STEP).contains(&interval.abs())),
            answered: answered(&intervals),
            run: run(&intervals),
            legato: legato(notes),
            density: notes.len() as f64 / n_bars as f64,
            n_pitches: pitches.len() as f64,
            range: range.into(),
            returns: returns(notes, n_bars),
            peaks: peaks(notes),
            breath: (n_bars * STEPS_PER_BAR).saturating_sub(end) as f64,
            shared: n_shared as f64 / notes.len().max(1) as f64,
        }
    }
}

/// Whether a note of `line` starts at `step`.
fn is_struck(line: &[LineNote], step: usize) -> bool {
    line.iter().any(|note| note.start_step == step)
}

fn share(n: usize, of: usize) -> f64 {
    n as f64 / of.max(1) as f64
}

/// Semitones from each note to the next, where they start less than a bar apart.
fn intervals(notes: &[LineNote]) -> Vec<i32> {
    let near =
        notes.windows(2).filter(|pair| pair[1].start_step - pair[0].start_step < STEPS_PER_BAR);
    near.map(|pair| i32::from(pair[1].pitch) - i32::from(pair[0].pitch)).collect()
}

fn answered(intervals: &[i32]) -> f64 {
    let leaps = intervals.windows(2).filter(|pair| LEAP <= pair[0].abs());
    let (n, n_answered) = leaps.fold((0, 0), |(n, n_answered), pair| {
        let is_back = pair[1].signum() == -pair[0].signum() && pair[1].abs() < pair[0].abs();
        (n + 1, n_answered + usize::from(is_back))
    });
    if n == 0 { 1.0 } else { share(n_answered, n) }
}

fn run(intervals: &[i32]) -> f64 {
    let moves: Vec<i32> = intervals.iter().map(|i| i.signum()).filter(|&sign| sign != 0).collect();
    share(moves.len(), moves.chunk_by(|a, b| a == b).count())
}

fn legato(notes: &[LineNote]) -> f64 {
    let near = notes.windows(2).filter(|pair| pair[1].start_step - pair[0].start_step <= APART);
    let (n, n_tied) = near.fold((0, 0), |(n, n_tied), pair| {
        let is_tied = pair[1].start_step <= pair[0].start_step + pair[0].n_steps;
        (n + 1, n_tied + usize::from(is_tied))
    });
    if n == 0 { 1.0 } else { share(n_tied, n) }
}

fn returns(notes: &[LineNote], n_bars: usize) -> f64 {
    let rhythm = |bar: usize| {
        let here = notes.iter().filter(|note| note.start_step / STEPS_PER_BAR == bar);
        here.fold(0u16, |steps, note| steps | 1 << (note.start_step % STEPS_PER_BAR))
    };
    // A return may have another tail: two thirds of all onsets must match.
    let alike =
        |a: u16, b: u16| (a | b) != 0 && 2 * (a | b).count_ones() <= 3 * (a & b).count_ones();
    let known = |bar: &usize| (0..*bar).any(|before| alike(rhythm(before), rhythm(*bar)));
    share((1..n_bars).filter(known).count(), n_bars.saturating_sub(1))
}

fn peaks(notes: &[LineNote]) -> f64 {
    let highest = notes.iter().map(|note| note.pitch).max();
    notes.chunk_by(|a, b| a.pitch == b.pitch).filter(|run| Some(run[0].pitch) == highest).count()
        as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(notes: &[(usize, usize, u8)]) -> Vec<LineNote> {
        notes.iter().map(|&note| note.into()).collect()
    }

    #[test]
    fn a_scale_up_and_down_is_all_steps_in_two_runs() {
        let pitches = [60, 62, 64, 65, 67, 65, 64, 62, 60];
        let notes = (0..).zip(pitches).map(|(n, pitch)| (4 * n, 4, pitch)).collect::<Vec<_>>();
        let figures = Figures::of(&line(&notes), &[], 3);

        assert_eq!((figures.repeats, figures.steps, figures.run), (0.0, 1.0, 4.0));
        assert_eq!((figures.peaks, figures.n_pitches, figures.range), (1.0, 5.0, 7.0));
        assert_eq!((figures.legato, figures.density, figures.breath), (1.0, 3.0, 12.0));
    }

    #[test]
    fn a_leap_is_answered_by_a_smaller_interval_back() {
        assert_eq!(answered(&[7, -2]), 1.0);
        assert_eq!(answered(&[7, 2, -9, 3]), 0.5);
        assert_eq!(answered(&[2, -2]), 1.0);
    }

    #[test]
    fn stabs_are_not_legato_and_a_rest_of_a_bar_is_not_judged() {
        let stabs = line(&[(0, 1, 60), (4, 4, 62), (8, 2, 64), (32, 4, 60)]);
        assert_eq!(Figures::of(&stabs, &[], 4).legato, 0.5);
    }

    #[test]
    fn a_bar_returns_by_its_rhythm() {
        let bars = |second: &[usize]| {
            let first = [0, 4, 8].map(|step| LineNote { start_step: step, n_steps: 2, pitch: 60 });
            let second = second.iter().map(|&step| (16 + step, 2, 72 + step as u8).into());
            first.into_iter().chain(second).collect::<Vec<LineNote>>()
        };
        assert_eq!(Figures::of(&bars(&[0, 4, 8]), &[], 2).returns, 1.0);
        assert_eq!(Figures::of(&bars(&[2, 6, 10]), &[], 2).returns, 0.0);
        assert_eq!(Figures::of(&bars(&[]), &[], 2).returns, 0.0);
    }

    #[test]
    fn onsets_of_the_bass_are_shared() {
        let lead = line(&[(0, 2, 60), (6, 2, 62), (8, 2, 64), (14, 2, 62)]);
        let bass = line(&[(0, 4, 36), (8, 4, 36)]);
        assert_eq!(Figures::of(&lead, &bass, 1).shared, 0.5);
    }
}
