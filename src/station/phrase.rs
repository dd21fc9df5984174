//! Which of the model's ideas are worth playing.

use crate::{
    config::PartLimits,
    music::{arrange::LineNote, meter::STEPS_PER_BAR},
};

/// Share of onsets that two phrases may have in common before one is a copy of the other.
const TOO_CLOSE: f64 = 0.97;

/// A line of a phrase and what it must keep to.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// Its notes, settled in key and register.
    pub notes: &'a [LineNote],
    /// What the theme allows.
    pub limits: PartLimits,
}

/// How much is wrong with a phrase: 0 is fit for air; of several unfit ones the least is taken.
///
/// Empty bars weigh most (nothing is more often complained of), then crowded ones, then a phrase
/// that is meant to be new and isn't.
pub fn faults(parts: &[Judged], n_bars: usize, before: Option<&[Vec<LineNote>]>) -> usize {
    let of_part = |part: &Judged| -> usize {
        let bars = (0..n_bars).map(|bar| {
            let onsets = part.notes.iter().filter(|note| note.start_step / STEPS_PER_BAR == bar);
            let n_crowded = onsets.count().saturating_sub(part.limits.max_notes);
            10 * usize::from(is_empty(part.notes, bar)) + n_crowded
        });
        bars.sum()
    };
    let n_faults: usize = parts.iter().map(of_part).sum();
    let is_copy = before.is_some_and(|before| {
        parts.iter().zip(before).all(|(part, before)| TOO_CLOSE < likeness(part.notes, before))
    });
    n_faults + 3 * usize::from(is_copy)
}

/// Whether nothing sounds in `bar`.
fn is_empty(notes: &[LineNote], bar: usize) -> bool {
    let (start, end) = (bar * STEPS_PER_BAR, (bar + 1) * STEPS_PER_BAR);
    !notes.iter().any(|note| note.start_step < end && start < note.start_step + note.n_steps)
}

/// Share of notes that both lines begin at the same step with the same pitch, 0 to 1.
fn likeness(a: &[LineNote], b: &[LineNote]) -> f64 {
    let same = |note: &&LineNote| {
        b.iter().any(|other| (other.start_step, other.pitch) == (note.start_step, note.pitch))
    };
    let n_same = a.iter().filter(same).count();
    n_same as f64 / a.len().max(b.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(starts: &[usize]) -> Vec<LineNote> {
        starts.iter().map(|&s| LineNote { start_step: s, n_steps: 2, pitch: 60 }).collect()
    }

    fn judge(starts: &[usize], before: Option<&[usize]>) -> usize {
        let limits = PartLimits { low: 48, high: 72, max_notes: 4 };
        let (notes, before) = (line(starts), before.map(|starts| vec![line(starts)]));
        faults(&[Judged { notes: &notes, limits }], 2, before.as_deref())
    }

    #[test]
    fn empty_and_crowded_bars_count() {
        assert_eq!(judge(&[0, 4, 16], None), 0);
        assert_eq!(judge(&[0, 4], None), 10);
        assert_eq!(judge(&[0, 1, 2, 3, 4, 5, 16], None), 2);
        // Held over the bar line: not empty.
        assert_eq!(judge(&[0, 15], None), 0);
    }

    #[test]
    fn a_copy_of_the_phrase_before_is_a_fault() {
        assert_eq!(judge(&[0, 4, 16], Some(&[0, 4, 16])), 3);
        assert_eq!(judge(&[0, 4, 16], Some(&[0, 5, 16])), 0);
    }
}
