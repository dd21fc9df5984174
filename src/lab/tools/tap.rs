//! The rhythm of a file, as if tapped: at each sixteenth the loudest note that starts there.

use crate::{
    lab::tools::timing::Timing,
    music::{
        meter::STEPS_PER_BAR,
        midi::edit::{FileNote, MidiFile},
        part_map::Role,
        trio::Line,
    },
    musicvae::convert::{groove::N_COLUMNS, groove::offset_column, window::Window},
};

/// A tap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tap {
    /// MIDI velocity.
    pub velocity: u8,
    /// How late it is, in steps.
    pub late: f64,
    /// Whether it is louder than the mean of the rhythm's taps.
    pub is_accent: bool,
}

/// A rhythm as taps: one optional tap a step, for a whole number of bars.
#[derive(Debug, Clone, PartialEq)]
pub struct Taps {
    /// The tap of each step.
    pub steps: Vec<Option<Tap>>,
    /// Lateness at steps without a tap.
    pub timing: Timing,
}

impl Taps {
    /// The rhythm of all notes of `file`, without instruments that rules exclude. If all are equally loud,
    /// those on the beat are the accents.
    pub fn of(file: &MidiFile) -> Self {
        let is_tap = |note: &&FileNote| note.role != Role::None;
        let notes: Vec<&FileNote> = match file.notes.iter().any(|note| is_tap(&note)) {
            true => file.notes.iter().filter(is_tap).collect(),
            // Bells and effects alone are a rhythm, too.
            false => file.notes.iter().collect(),
        };
        let mut steps: Vec<Option<Tap>> = vec![None; file.n_bars() * STEPS_PER_BAR];
        for note in &notes {
            let step = file.step(note.start);
            let late = note.start as f64 / file.ticks_per_step() - step as f64;
            let Some(tap) = steps.get_mut(step) else { continue };
            if tap.is_none_or(|tap| tap.velocity < note.velocity) {
                *tap = Some(Tap { velocity: note.velocity, late, is_accent: false });
            }
        }
        let mut taps = Self { steps, timing: Timing::of(file, notes.iter().copied()) };
        taps.accent();
        taps
    }

    /// Mean velocity of the taps.
    pub fn mean_velocity(&self) -> f64 {
        let taps = self.steps.iter().flatten();
        let sum: f64 = taps.clone().map(|tap| f64::from(tap.velocity)).sum();
        sum / taps.count().max(1) as f64
    }

    fn accent(&mut self) {
        let mean = self.mean_velocity();
        let all: Vec<u8> = self.steps.iter().flatten().map(|tap| tap.velocity).collect();
        let is_flat = all.windows(2).all(|pair| pair[0] == pair[1]);
        for (step, tap) in self.steps.iter_mut().enumerate() {
            if let Some(tap) = tap {
                tap.is_accent = match is_flat {
                    true => step % 4 == 0,
                    false => mean < f64::from(tap.velocity),
                };
            }
        }
    }

    /// The steps, with the last bars repeated until there is a multiple of `n_window`.
    pub fn filled(&self, n_window: usize) -> Vec<Option<Tap>> {
        let mut filled = self.steps.clone();
        let n_over = filled.len() % n_window.max(1);
        if n_over != 0 {
            let rest = self.steps[filled.len() - n_over..].iter();
            filled.extend(rest.cycle().take(n_window - n_over));
        }
        filled
    }
}

/// `taps` as the columns of a tap model.
pub fn columns(taps: &[Option<Tap>]) -> Window {
    let mut columns = vec![Line::from(vec![0; taps.len()]); N_COLUMNS];
    for (step, tap) in taps.iter().enumerate() {
        if let Some(tap) = tap {
            // Any class: the model reads none.
            columns[0][step] = 1;
            columns[1][step] = u16::from(tap.velocity);
            columns[1 + crate::music::drums::N_CLASSES][step] =
                offset_column((-2.0 * tap.late) as f32);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::tools::testing;

    fn taps(notes: &[(bool, u8, u8, usize, usize)]) -> Taps {
        let bytes = testing::file(notes);
        Taps::of(&MidiFile::read(&bytes, &[]).unwrap())
    }

    fn accents(taps: &Taps) -> Vec<usize> {
        let is_accent = |step: &usize| taps.steps[*step].is_some_and(|tap| tap.is_accent);
        (0..taps.steps.len()).filter(is_accent).collect()
    }

    #[test]
    fn a_tap_is_the_loudest_note_of_its_step() {
        let taps = taps(&[(false, 60, 50, 2, 1), (true, 36, 90, 2, 1), (false, 60, 40, 5, 1)]);

        let velocities: Vec<u8> = taps.steps.iter().flatten().map(|tap| tap.velocity).collect();
        assert_eq!((velocities, accents(&taps)), (vec![90, 40], vec![2]));
        assert_eq!((taps.steps.len(), taps.filled(32)[18].map(|tap| tap.velocity)), (16, Some(90)));
    }

    #[test]
    fn where_all_are_alike_the_beats_are_the_accents() {
        let alike = taps(&[(false, 60, 80, 0, 1), (false, 62, 80, 3, 1), (false, 60, 80, 8, 1)]);
        assert_eq!(accents(&alike), [0, 8]);
    }

    #[test]
    fn a_late_tap_has_a_negative_offset() {
        let tap = Tap { velocity: 90, late: 0.25, is_accent: false };
        let columns = columns(&[None, Some(tap)]);
        assert_eq!((columns[0][1], columns[1][1]), (1, 90));
        assert!((crate::musicvae::convert::groove::offset(columns[10][1]) + 0.5).abs() < 1e-3);
    }
}
