//! The notes of a role in order of time.

use crate::{
    lab::measure::notes::score::{Role, Score},
    music::meter::STEPS_PER_BAR,
};

/// A note with its times in steps from the start of the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimedNote {
    /// The nearest step of the swung grid.
    pub step: usize,
    /// Start as performed.
    pub start: f64,
    /// End as performed.
    pub end: f64,
    /// MIDI pitch.
    pub pitch: u8,
    /// 1 to 127.
    pub velocity: u8,
}

impl TimedNote {
    /// The bar of its step.
    pub fn bar(&self) -> usize {
        self.step / STEPS_PER_BAR
    }

    /// Its step within the bar, 0 to 15.
    pub fn step_of_bar(&self) -> usize {
        self.step % STEPS_PER_BAR
    }
}

/// The notes of `role` by start, end and pitch.
pub fn notes(score: &Score, role: Role) -> Vec<TimedNote> {
    let mut notes = Vec::new();
    for (number, bar) in score.bars.iter().enumerate() {
        let first = number * STEPS_PER_BAR;
        notes.extend(bar.parts[role as usize].iter().map(|hit| {
            let start = first as f64 + f64::from(hit.start_step);
            TimedNote {
                step: first + score.place(hit).0,
                start,
                end: start + f64::from(hit.n_steps),
                pitch: hit.pitch,
                velocity: hit.velocity,
            }
        }));
    }
    notes.sort_by(|a, b| {
        let by_time = a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end));
        by_time.then(a.pitch.cmp(&b.pitch))
    });
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    #[test]
    fn times_count_from_the_start_of_the_score() {
        let piece = score(Role::Lead, &[&[(4.0, 60)], &[(2.25, 64), (-0.25, 62)]]);

        let found = notes(&piece, Role::Lead);

        let places: Vec<_> = found.iter().map(|note| (note.step, note.start, note.pitch)).collect();
        assert_eq!(places, [(4, 4.0, 60), (16, 15.75, 62), (18, 18.25, 64)]);
        assert_eq!((found[2].bar(), found[2].step_of_bar(), found[2].end), (1, 2, 19.25));
    }
}
