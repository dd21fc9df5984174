//! The rhythm of a lead as an arranger sets it: breaths, ties, distance from the bass.
//!
//! Notes of a line are in order and don't overlap.

use crate::{
    config::PartLimits,
    music::{
        arrange::LineNote,
        meter::{STEPS_PER_BAR, STEPS_PER_STRONG_BEAT},
    },
};

/// Shortest note and gap after a move, in steps.
const SHORTEST: usize = 2;

/// Steps of the shortest note that gets a passing note, and of passing notes, the longer first.
const LONG: usize = 8;
const PASSING: [usize; 2] = [4, 2];

/// Steps by which a note moves off the bass, in order of preference: an eighth later, an eighth earlier.
const AWAY: [isize; 2] = [2, -2];

/// Removes the least important notes of crowded bars: first those off the beat, and of these the
/// shortest.
pub(super) fn thin(notes: &mut Vec<LineNote>, limits: PartLimits) {
    let n_bars = notes.last().map_or(0, |last| last.start_step / STEPS_PER_BAR + 1);
    for bar in 0..n_bars {
        let is_here = |note: &LineNote| note.start_step / STEPS_PER_BAR == bar;
        while limits.max_notes < notes.iter().filter(|note| is_here(note)).count() {
            let here = notes.iter().enumerate().filter(|(_, note)| is_here(note));
            let Some((least, _)) = here.min_by_key(|(_, note)| importance(note)) else { break };
            remove(notes, least);
        }
    }
}

/// Notes on beats are more important than others, and long ones than short ones.
fn importance(note: &LineNote) -> (usize, usize) {
    (weight(note.start_step), note.n_steps)
}

/// The metrical weight of a step: 3 for the start of a bar, 2 for its middle, 1 for other beats.
fn weight(step: usize) -> usize {
    match step % STEPS_PER_BAR {
        0 => 3,
        8 => 2,
        step if step.is_multiple_of(4) => 1,
        _ => 0,
    }
}

/// Removes a note. A previous note tied to it is extended, so that the line has no gap.
fn remove(notes: &mut Vec<LineNote>, which: usize) {
    let gone = notes.remove(which);
    if let Some(before) = which.checked_sub(1).and_then(|before| notes.get_mut(before))
        && before.start_step + before.n_steps == gone.start_step
    {
        before.n_steps += gone.n_steps;
    }
}

/// Clears the last `n_steps` before step `end`: notes that start there are removed, the one before them ends.
/// A bar without an earlier note stays.
pub(super) fn breathe(notes: &mut Vec<LineNote>, end: usize, n_steps: usize) {
    let start = end - n_steps;
    let is_after = |note: &LineNote| (end - STEPS_PER_BAR..start).contains(&note.start_step);
    if !notes.iter().any(is_after) {
        return;
    }
    notes.retain(|note| !(start..end).contains(&note.start_step));
    for note in notes.iter_mut().filter(|note| note.start_step < start) {
        note.n_steps = note.n_steps.min(start - note.start_step);
    }
}

/// Holds each note of a line of `n_steps` to the next one or to a breath, over a gap of at most
/// `longest` steps. `breaths` are pairs of their first step and the step after them.
pub(super) fn tie(
    notes: &mut [LineNote],
    longest: usize,
    breaths: &[(usize, usize)],
    n_steps: usize,
) {
    for n in 0..notes.len() {
        let next = notes.get(n + 1).map_or(n_steps, |next| next.start_step);
        let note = &mut notes[n];
        let end = note.start_step + note.n_steps;
        let between = breaths.iter().map(|&(start, _)| start).filter(|start| *start < next);
        let until = between.filter(|start| end <= *start).min().unwrap_or(next);
        let is_breath = breaths.iter().any(|&(start, after)| start <= end && end < after.min(next));
        if !is_breath && end < until && until - end <= longest {
            note.n_steps = until - note.start_step;
        }
    }
}

/// Splits a passing note off the end of each tied note of half a bar or more that does not move by step to
/// the next one, unless a strong beat falls into it.
pub(super) fn pass(notes: &mut Vec<LineNote>) {
    for n in (1..notes.len()).rev() {
        let (note, next) = (notes[n - 1], notes[n]);
        let is_tied = note.start_step + note.n_steps == next.start_step;
        let is_step = (1..=2).contains(&note.pitch.abs_diff(next.pitch));
        if !is_tied || is_step || note.n_steps < LONG {
            continue;
        }
        let starts = PASSING.map(|n_steps| next.start_step - n_steps);
        let is_weak =
            |start: &usize| next.start_step <= start.next_multiple_of(STEPS_PER_STRONG_BEAT);
        if let Some(start_step) = starts.into_iter().find(is_weak) {
            notes[n - 1].n_steps = start_step - note.start_step;
            let n_steps = next.start_step - start_step;
            notes.insert(n, LineNote { start_step, n_steps, pitch: note.pitch });
        }
    }
}

/// Moves onsets shared with the bass by an eighth until they are at most a `share` of all: notes off the beat
/// first. A note stays in its bar and an eighth from its neighbours.
pub(super) fn leave_bass(notes: &mut [LineNote], bass: &[LineNote], share: f64) {
    let is_struck = |step: usize| bass.iter().any(|note| note.start_step == step);
    let n_allowed = (share * notes.len() as f64) as usize;
    let mut shared: Vec<usize> =
        (0..notes.len()).filter(|&n| is_struck(notes[n].start_step)).collect();
    let mut n_shared = shared.len();
    shared.sort_by_key(|&n| weight(notes[n].start_step));
    for n in shared {
        if n_shared <= n_allowed {
            return;
        }
        let to = AWAY.iter().filter_map(|&away| notes[n].start_step.checked_add_signed(away));
        let free = to.into_iter().find(|&to| !is_struck(to) && is_free(notes, n, to));
        if let Some(to) = free {
            move_to(notes, n, to);
            n_shared -= 1;
        }
    }
}

/// Whether note `n` can start at step `to` of its bar.
fn is_free(notes: &[LineNote], n: usize, to: usize) -> bool {
    let after = n.checked_sub(1).map_or(0, |before| notes[before].start_step + SHORTEST);
    let before = notes.get(n + 1).map_or(usize::MAX, |next| next.start_step);
    after <= to
        && to + SHORTEST <= before
        && to / STEPS_PER_BAR == notes[n].start_step / STEPS_PER_BAR
}

/// Moves the start of note `n`. Its end stays if that leaves it long enough, as does its tie to the note
/// before.
fn move_to(notes: &mut [LineNote], n: usize, to: usize) {
    let LineNote { start_step, n_steps, .. } = notes[n];
    let end = (start_step + n_steps).max(to + SHORTEST);
    notes[n] = LineNote { start_step: to, n_steps: end - to, ..notes[n] };
    if let Some(before) = n.checked_sub(1).map(|before| &mut notes[before]) {
        let is_tied = before.start_step + before.n_steps == start_step;
        if is_tied || to < before.start_step + before.n_steps {
            before.n_steps = to - before.start_step;
        }
    }
}

/// Ties repeated bass notes under the lead's onsets, until at most a `share` of those is in common: the bass
/// holds while the lead strikes. Starts of bars stay.
pub(super) fn hold_under(bass: &mut Vec<LineNote>, lead: &[LineNote], share: f64) {
    let is_struck = |step: usize| lead.iter().any(|note| note.start_step == step);
    let n_allowed = (share * lead.len() as f64) as usize;
    let mut n_shared = bass.iter().filter(|note| is_struck(note.start_step)).count();
    for most in [0, 1, 2] {
        let mut n = 1;
        while n < bass.len() && n_allowed < n_shared {
            let (before, note) = (bass[n - 1], bass[n]);
            let is_repeat = before.pitch == note.pitch
                && before.start_step / STEPS_PER_BAR == note.start_step / STEPS_PER_BAR;
            if is_repeat && is_struck(note.start_step) && weight(note.start_step) <= most {
                bass[n - 1].n_steps = note.start_step + note.n_steps - before.start_step;
                bass.remove(n);
                n_shared -= 1;
            } else {
                n += 1;
            }
        }
    }
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

    /// Notes of one pitch at `steps`, two steps long.
    fn line(steps: &[usize]) -> Vec<LineNote> {
        steps.iter().map(|&start_step| (start_step, 2, 60).into()).collect()
    }

    fn steps(notes: &[LineNote]) -> Vec<(usize, usize)> {
        notes.iter().map(|note| (note.start_step, note.n_steps)).collect()
    }

    #[test]
    fn a_crowded_bar_keeps_its_beats_and_has_no_holes() {
        let mut notes = line(&[0, 2, 4, 6, 8, 10, 12, 14]);
        thin(&mut notes, LIMITS);
        assert_eq!(steps(&notes), [(0, 4), (4, 4), (8, 4), (12, 4)]);
    }

    #[test]
    fn a_breath_clears_the_end_of_a_bar() {
        let mut notes = vec![(0, 4, 60).into(), (8, 6, 60).into(), (14, 4, 60).into()];
        breathe(&mut notes, 16, 4);
        assert_eq!(steps(&notes), [(0, 4), (8, 4)]);
    }

    #[test]
    fn the_only_note_of_a_bar_stays() {
        let mut notes = line(&[4, 30]);
        breathe(&mut notes, 32, 6);
        assert_eq!(steps(&notes), [(4, 2), (30, 2)]);
    }

    #[test]
    fn short_gaps_are_tied_and_long_ones_and_breaths_stay() {
        let mut notes = line(&[0, 4, 14, 16]);
        tie(&mut notes, 4, &[(12, 16)], 32);
        assert_eq!(steps(&notes), [(0, 4), (4, 2), (14, 2), (16, 2)]);

        let mut notes = line(&[8, 16, 24]);
        tie(&mut notes, 8, &[(12, 16), (28, 32)], 32);
        assert_eq!(steps(&notes), [(8, 4), (16, 8), (24, 4)]);
    }

    #[test]
    fn a_long_note_gets_a_passing_note_to_the_next_one() {
        let notes = [(0, 16, 60), (16, 12, 67), (28, 4, 69)].map(LineNote::from);
        let mut passed = notes.to_vec();
        pass(&mut passed);
        assert_eq!(steps(&passed), [(0, 12), (12, 4), (16, 12), (28, 4)]);

        let mut off_beat: Vec<LineNote> = vec![(0, 10, 60).into(), (10, 6, 67).into()];
        pass(&mut off_beat);
        assert_eq!(steps(&off_beat), [(0, 10), (10, 6)]);
    }

    #[test]
    fn a_call_moves_off_the_bass() {
        let mut lead = line(&[0, 4, 8, 12]);
        leave_bass(&mut lead, &line(&[0, 4, 8, 12]), 0.25);
        assert_eq!(steps(&lead), [(0, 2), (6, 4), (10, 2), (14, 2)]);

        let mut apart = line(&[2, 6]);
        leave_bass(&mut apart, &line(&[0, 4, 8]), 0.25);
        assert_eq!(apart, line(&[2, 6]));
    }

    #[test]
    fn there_is_nowhere_to_go_beside_a_bass_in_eighths() {
        let eighths = line(&[0, 2, 4, 6, 8, 10, 12, 14]);
        let mut lead = line(&[0, 6, 8]);
        leave_bass(&mut lead, &eighths, 0.25);
        assert_eq!(lead, line(&[0, 6, 8]));
    }

    #[test]
    fn the_bass_holds_while_the_lead_strikes() {
        let mut bass = line(&[0, 2, 4, 6, 8, 10, 12, 14]);
        hold_under(&mut bass, &line(&[0, 6, 8, 12]), 0.25);
        assert_eq!(steps(&bass), [(0, 2), (2, 2), (4, 6), (10, 4), (14, 2)]);

        let mut walk: Vec<LineNote> = vec![(0, 4, 36).into(), (4, 4, 38).into()];
        hold_under(&mut walk, &line(&[4]), 0.0);
        assert_eq!(walk.len(), 2);
    }
}
