//! How melodious a lead is: its intervals, its direction, legato, return of the motif.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    lab::measure::{
        notes::{
            score::{Role, Score},
            timed::{self, TimedNote},
        },
        statistics::{mean, share},
    },
    music::meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
};

/// Fewest intervals from which figures are computed.
const FEWEST_INTERVALS: usize = 20;

/// Notes that start this many steps apart, or more, form no interval.
const FARTHEST: f64 = STEPS_PER_BAR as f64;

/// Greatest step and least leap, in semitones.
const GREATEST_STEP: i16 = 2;
const LEAST_LEAP: i16 = 5;

/// Notes that start less than `NEIGHBOURS` quarters apart are neighbours; they are legato if the
/// gap between them is below `LEGATO_GAP` quarters.
const NEIGHBOURS: f64 = 2.1;
const LEGATO_GAP: f64 = 0.13;

/// Bars of a phrase.
const PHRASE_BARS: usize = 4;

/// Figures of a lead. Shares are 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MelodyFigures {
    /// Share of repeated pitches among intervals between notes that start within a bar.
    pub repeats: f64,
    /// Share of one or two semitones among these intervals.
    pub steps: f64,
    /// Share of leaps (a fourth or more) followed by a smaller interval in the other direction;
    /// none without leaps.
    pub leaps_answered: Option<f64>,
    /// Mean number of intervals in a run in one direction, repeated pitches ignored.
    pub direction: f64,
    /// Share of neighbouring notes that are connected; none without neighbours.
    pub legato: Option<f64>,
    /// Share of the onsets (step and pitch) of a four-bar phrase that recur in the next; none
    /// without two phrases in a row.
    pub motif_return: Option<f64>,
    /// Share of the lead's onsets at which the bass has one too.
    pub with_bass: f64,
}

impl MelodyFigures {
    /// Measures the lead of `score`; none if it has fewer than 20 intervals.
    pub fn of(score: &Score) -> Option<Self> {
        let notes = timed::notes(score, Role::Lead);
        let runs = intervals(&notes);
        let intervals = runs.concat();
        let share_of = |is: &dyn Fn(i16) -> bool| share(intervals.iter().map(|i| is(i.abs())));
        (FEWEST_INTERVALS <= intervals.len()).then(|| Self {
            repeats: share_of(&|size| size == 0),
            steps: share_of(&|size| (1..=GREATEST_STEP).contains(&size)),
            leaps_answered: leaps_answered(&runs),
            direction: direction(&intervals),
            legato: legato(&notes),
            motif_return: motif_return(&notes),
            with_bass: with_bass(&notes, &timed::notes(score, Role::Bass)),
        })
    }
}

/// Intervals in semitones, a list for each run of notes that start less than [`FARTHEST`] apart.
fn intervals(notes: &[TimedNote]) -> Vec<Vec<i16>> {
    let runs = notes.chunk_by(|a, b| b.start - a.start < FARTHEST);
    let interval = |pair: &[TimedNote]| i16::from(pair[1].pitch) - i16::from(pair[0].pitch);
    runs.map(|run| run.windows(2).map(interval).collect()).collect()
}

fn leaps_answered(runs: &[Vec<i16>]) -> Option<f64> {
    let pairs = runs.iter().flat_map(|run| run.windows(2));
    let answers: Vec<bool> = pairs
        .filter(|pair| LEAST_LEAP <= pair[0].abs())
        .map(|pair| pair[0].signum() == -pair[1].signum() && pair[1].abs() < pair[0].abs())
        .collect();
    (!answers.is_empty()).then(|| share(answers.into_iter()))
}

fn direction(intervals: &[i16]) -> f64 {
    let moves: Vec<i16> = intervals.iter().map(|i| i.signum()).filter(|sign| *sign != 0).collect();
    moves.len() as f64 / moves.chunk_by(|a, b| a == b).count().max(1) as f64
}

fn legato(notes: &[TimedNote]) -> Option<f64> {
    let quarters = |steps: f64| steps / STEPS_PER_QUARTER as f64;
    let neighbours = notes.windows(2).filter(|n| quarters(n[1].start - n[0].start) < NEIGHBOURS);
    let connected: Vec<bool> =
        neighbours.map(|n| quarters(n[1].start - n[0].end) < LEGATO_GAP).collect();
    (!connected.is_empty()).then(|| share(connected.into_iter()))
}

fn motif_return(notes: &[TimedNote]) -> Option<f64> {
    let n_steps = PHRASE_BARS * STEPS_PER_BAR;
    let mut phrases: BTreeMap<usize, Vec<(usize, u8)>> = BTreeMap::new();
    for note in notes {
        phrases.entry(note.step / n_steps).or_default().push((note.step % n_steps, note.pitch));
    }
    let phrases: Vec<(usize, BTreeSet<(usize, u8)>)> =
        phrases.into_iter().map(|(n, onsets)| (n, onsets.into_iter().collect())).collect();
    let in_a_row = phrases.windows(2).filter(|pair| pair[1].0 == pair[0].0 + 1);
    let returned = in_a_row.map(|pair| {
        let (a, b) = (&pair[0].1, &pair[1].1);
        a.intersection(b).count() as f64 / a.len().max(b.len()) as f64
    });
    let returned: Vec<f64> = returned.collect();
    (!returned.is_empty()).then(|| mean(&returned))
}

fn with_bass(lead: &[TimedNote], bass: &[TimedNote]) -> f64 {
    let steps = |notes: &[TimedNote]| notes.iter().map(|note| note.step).collect::<BTreeSet<_>>();
    let (lead, bass) = (steps(lead), steps(bass));
    lead.intersection(&bass).count() as f64 / lead.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    /// A bar of quarters.
    fn bar(pitches: [u8; 4]) -> Vec<(f32, u8)> {
        (0..4).map(|beat| (4.0 * beat as f32, pitches[beat])).collect()
    }

    fn measured(bars: &[Vec<(f32, u8)>]) -> MelodyFigures {
        let bars: Vec<&[(f32, u8)]> = bars.iter().map(Vec::as_slice).collect();
        MelodyFigures::of(&score(Role::Lead, &bars)).unwrap()
    }

    #[test]
    fn intervals_are_repeats_steps_or_leaps() {
        // Within a bar: repeat, step up, leap of a fifth up; then down a sixth to the next bar.
        let found = measured(&vec![bar([60, 60, 62, 69]); 8]);

        // 31 intervals: 8 repeats, 8 steps, 8 leaps up, 7 leaps down.
        assert_eq!((found.repeats, found.steps), (8.0 / 31.0, 8.0 / 31.0));
        // Fifths up are followed by a wider leap, sixths down by a repeat.
        assert_eq!(found.leaps_answered, Some(0.0));
        // Two up, one down: 8 runs up and 7 down.
        assert_eq!(found.direction, 23.0 / 15.0);
    }

    #[test]
    fn a_smaller_move_back_answers_a_leap() {
        let found = measured(&vec![bar([60, 67, 65, 62]); 8]);

        assert_eq!((found.leaps_answered, found.repeats), (Some(1.0), 0.0));
        // One up, three down.
        assert_eq!(found.direction, 31.0 / 16.0);
    }

    #[test]
    fn notes_a_bar_apart_form_no_interval() {
        let few: [&[(f32, u8)]; 2] = [&[(0.0, 60)], &[(0.0, 62)]];
        let runs = intervals(&timed::notes(&score(Role::Lead, &few), Role::Lead));
        assert_eq!(runs, [[0i16; 0], [0i16; 0]]);
        assert_eq!(MelodyFigures::of(&score(Role::Lead, &few)), None);
    }

    #[test]
    fn legato_counts_small_gaps_between_neighbours() {
        let bars = vec![bar([60, 62, 64, 65]); 8];
        let bars: Vec<&[(f32, u8)]> = bars.iter().map(Vec::as_slice).collect();
        let mut piece = score(Role::Lead, &bars);
        for bar in &mut piece.bars {
            let hits = &mut bar.parts[Role::Lead as usize];
            (hits[0].n_steps, hits[1].n_steps) = (3.6, 3.4);
        }

        // Gaps of 0.1, 0.15 and 0.75 quarters.
        assert_eq!(MelodyFigures::of(&piece).unwrap().legato, Some(8.0 / 31.0));
    }

    #[test]
    fn a_motif_returns_as_far_as_its_onsets_do() {
        let (motif, other) = (bar([60, 62, 64, 65]), bar([60, 62, 71, 72]));
        let bars = [vec![motif.clone(); 4], vec![other; 4], vec![motif; 4]].concat();
        assert_eq!(measured(&bars).motif_return, Some(0.5));
        assert_eq!(measured(&bars[..6]).motif_return, Some(0.25));
    }

    #[test]
    fn onsets_of_lead_and_bass_are_compared_by_step() {
        let tune = vec![bar([60, 62, 64, 65]); 8];
        let tune: Vec<&[(f32, u8)]> = tune.iter().map(Vec::as_slice).collect();
        let mut piece = score(Role::Lead, &tune);
        let bass = score(Role::Bass, &[&[(0.1, 36), (3.9, 36), (6.0, 36)]]);
        for bar in &mut piece.bars {
            bar.parts[Role::Bass as usize].clone_from(&bass.bars[0].parts[Role::Bass as usize]);
        }

        assert_eq!(MelodyFigures::of(&piece).unwrap().with_bass, 0.5);
    }
}
