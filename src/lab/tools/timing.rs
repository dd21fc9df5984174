//! Mean lateness of a part's notes, by step of the bar: 0 on the grid, a fraction of a sixteenth with swing.

use crate::music::{
    meter::STEPS_PER_BAR,
    midi::edit::{FileNote, MidiFile},
};

/// The mean lateness of notes in steps: at each step of a bar, and at even and odd ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    at_step: [Option<f64>; STEPS_PER_BAR],
    at_parity: [Option<f64>; 2],
}

impl Timing {
    /// The timing of `notes`, of `file`.
    pub fn of<'n>(file: &MidiFile, notes: impl Iterator<Item = &'n FileNote> + Clone) -> Self {
        let late = |note: &FileNote| {
            let step = file.step(note.start);
            (step, note.start as f64 / file.ticks_per_step() - step as f64)
        };
        let mean = |is_there: &dyn Fn(usize) -> bool| {
            let found = notes.clone().map(late).filter(|(step, _)| is_there(*step));
            let found: Vec<f64> = found.map(|(_, late)| late).collect();
            (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
        };
        Self {
            at_step: std::array::from_fn(|place| mean(&|step| step % STEPS_PER_BAR == place)),
            at_parity: std::array::from_fn(|parity| mean(&|step| step % 2 == parity)),
        }
    }

    /// How late a note at `step` is, in steps.
    pub fn late(&self, step: usize) -> f64 {
        let own = self.at_step[step % STEPS_PER_BAR].or(self.at_parity[step % 2]);
        own.unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::tools::testing;

    #[test]
    fn swing_is_found_by_place_and_by_parity() {
        let bytes =
            testing::file(&[(true, 42, 80, 0, 1), (true, 42, 80, 1, 1), (true, 42, 80, 2, 1)]);
        let mut file = MidiFile::read(&bytes, &[]).unwrap();
        file.play(1, 150, 80);
        let timing = Timing::of(&file, file.notes.iter());

        assert_eq!([0, 1, 17, 3, 4].map(|step| timing.late(step)), [0.0, 0.25, 0.25, 0.25, 0.0]);
    }
}
