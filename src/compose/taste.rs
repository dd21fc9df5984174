//! The cost of a line: how much is wrong with it, for choosing among candidates.

use crate::{
    config::PartLimits,
    music::{arrange::LineNote, meter::STEPS_PER_BAR},
};

/// Costs of faults. Listeners mind an empty bar most.
const EMPTY_BAR: f64 = 10.0;
const EXTRA_NOTE: f64 = 1.0;
const MISSING_NOTE: f64 = 1.5;
const MISSING_PITCH: f64 = 3.0;
const STUCK_NOTE: f64 = 1.0;
const SAME_BARS: f64 = 4.0;
const HEARD_BEFORE: f64 = 8.0;

/// Pitches that a line needs not to be dull.
const LEAD_PITCHES: usize = 4;
const BASS_PITCHES: usize = 2;

/// Times in a row that a lead may strike one pitch.
const MOST_OF_ONE: usize = 4;

/// Share of notes in common above which one lead is a copy of another.
const TOO_CLOSE: f64 = 0.8;

/// The cost of a lead of `n_bars`, 0 without fault; `heard` are leads that it must not copy.
pub fn lead_cost<'a>(
    notes: &[LineNote],
    limits: PartLimits,
    n_bars: usize,
    heard: impl IntoIterator<Item = &'a Vec<LineNote>>,
) -> f64 {
    let n_pitches = distinct(notes);
    let stuck = longest_run(notes).saturating_sub(MOST_OF_ONE);
    let is_copy = heard.into_iter().any(|before| TOO_CLOSE < likeness(notes, before));
    amount_cost(notes, limits, n_bars)
        + MISSING_PITCH * LEAD_PITCHES.saturating_sub(n_pitches) as f64
        + STUCK_NOTE * stuck as f64
        + if all_bars_alike(notes, n_bars) { SAME_BARS } else { 0.0 }
        + if is_copy { HEARD_BEFORE } else { 0.0 }
}

/// The cost of a bass of `n_bars`, which may stay on one note.
pub fn bass_cost(notes: &[LineNote], limits: PartLimits, n_bars: usize) -> f64 {
    let missing = BASS_PITCHES.saturating_sub(distinct(notes));
    amount_cost(notes, limits, n_bars) + MISSING_PITCH * missing as f64
}

/// The cost of empty bars, crowded bars and too few notes in all.
fn amount_cost(notes: &[LineNote], limits: PartLimits, n_bars: usize) -> f64 {
    let bars = (0..n_bars).map(|bar| {
        let n = notes.iter().filter(|note| note.start_step / STEPS_PER_BAR == bar).count();
        let extra = n.saturating_sub(limits.max_notes) as f64;
        let empty = if is_empty(notes, bar) { EMPTY_BAR } else { 0.0 };
        EXTRA_NOTE * extra + empty
    });
    let missing = (limits.min_notes * n_bars).saturating_sub(notes.len());
    bars.sum::<f64>() + MISSING_NOTE * missing as f64
}

/// Removes the least important notes of crowded bars: first those off the beat, and of these the
/// shortest.
pub fn thin(notes: &mut Vec<LineNote>, limits: PartLimits) {
    let importance = |note: &LineNote| {
        let on_beat = match note.start_step % STEPS_PER_BAR {
            0 => 3,
            8 => 2,
            step if step % 4 == 0 => 1,
            _ => 0,
        };
        (on_beat, note.n_steps)
    };
    let n_bars = notes.last().map_or(0, |last| last.start_step / STEPS_PER_BAR + 1);
    for bar in 0..n_bars {
        let is_here = |note: &LineNote| note.start_step / STEPS_PER_BAR == bar;
        while limits.max_notes < notes.iter().filter(|note| is_here(note)).count() {
            let here = notes.iter().enumerate().filter(|(_, note)| is_here(note));
            let Some((least, _)) = here.min_by_key(|(_, note)| importance(note)) else { break };
            let gone = notes.remove(least);
            // The previous note is held longer, so that the line has no gap.
            if let Some(before) = least.checked_sub(1).and_then(|before| notes.get_mut(before))
                && before.start_step + before.n_steps == gone.start_step
            {
                before.n_steps += gone.n_steps;
            }
        }
    }
}

/// Whether no note sounds in `bar`.
fn is_empty(notes: &[LineNote], bar: usize) -> bool {
    let (start, end) = (bar * STEPS_PER_BAR, (bar + 1) * STEPS_PER_BAR);
    !notes.iter().any(|note| note.start_step < end && start < note.start_step + note.n_steps)
}

fn distinct(notes: &[LineNote]) -> usize {
    let mut pitches: Vec<u8> = notes.iter().map(|note| note.pitch).collect();
    pitches.sort_unstable();
    pitches.dedup();
    pitches.len()
}

fn longest_run(notes: &[LineNote]) -> usize {
    notes.chunk_by(|a, b| a.pitch == b.pitch).map(<[LineNote]>::len).max().unwrap_or(0)
}

fn all_bars_alike(notes: &[LineNote], n_bars: usize) -> bool {
    let bar = |bar: usize| -> Vec<(usize, u8)> {
        let here = notes.iter().filter(|note| note.start_step / STEPS_PER_BAR == bar);
        here.map(|note| (note.start_step % STEPS_PER_BAR, note.pitch)).collect()
    };
    let first = bar(0);
    1 < n_bars && (1..n_bars).all(|number| bar(number) == first)
}

/// Share of notes with the same start and pitch in both lines, 0 to 1.
fn likeness(a: &[LineNote], b: &[LineNote]) -> f64 {
    let same = |note: &&LineNote| {
        b.iter().any(|other| (other.start_step, other.pitch) == (note.start_step, note.pitch))
    };
    a.iter().filter(same).count() as f64 / a.len().max(b.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Register;

    const LIMITS: PartLimits = PartLimits {
        register: Register { low: 48, high: 72 },
        min_notes: 2,
        max_notes: 4,
        hold: 1.0,
    };

    fn line(pitches: &[u8], every: usize) -> Vec<LineNote> {
        let note =
            |(n, &pitch): (usize, &u8)| LineNote { start_step: every * n, n_steps: every, pitch };
        pitches.iter().enumerate().map(note).collect()
    }

    fn cost(notes: &[LineNote]) -> f64 {
        lead_cost(notes, LIMITS, 4, [])
    }

    #[test]
    fn a_tune_costs_nothing() {
        assert_eq!(cost(&line(&[60, 62, 64, 60, 67, 65, 64, 62], 8)), 0.0);
    }

    #[test]
    fn one_pitch_in_one_rhythm_costs_much() {
        let dull = line(&[60; 16], 4);
        assert!(10.0 < cost(&dull), "{}", cost(&dull));
        assert_eq!(bass_cost(&dull, LIMITS, 4), MISSING_PITCH);
    }

    #[test]
    fn a_dull_line_costs_less_than_silence() {
        assert!(cost(&line(&[60; 16], 4)) < cost(&[]));
    }

    #[test]
    fn a_copy_of_a_lead_is_found() {
        let tune = line(&[60, 62, 64, 60, 67, 65, 64, 62], 8);
        assert_eq!(lead_cost(&tune, LIMITS, 4, [&tune]), HEARD_BEFORE);
    }

    #[test]
    fn a_crowded_bar_keeps_its_beats_and_has_no_holes() {
        let mut notes = line(&[60, 61, 62, 63, 64, 65, 66, 67], 2);
        thin(&mut notes, LIMITS);

        let steps: Vec<(usize, usize)> = notes.iter().map(|n| (n.start_step, n.n_steps)).collect();
        assert_eq!(steps, [(0, 4), (4, 4), (8, 4), (12, 4)]);
    }
}
