//! Ostinati and arpeggios: a cell of notes that repeats.

use rand::RngExt as _;

use crate::{
    patterns::{
        draw::{chance, pick},
        voice::ground::{Ground, Place},
    },
    rng::Rng,
};

/// Orders of chord tones: 0 root, 2 third, 4 fifth, 6 seventh, 7 octave, 8 ninth.
const ARPEGGIOS: [&[i32]; 14] = [
    &[0, 2, 4, 7],
    &[7, 4, 2, 0],
    &[0, 2, 4],
    &[4, 2, 0],
    &[0, 2, 4, 7, 4, 2],
    &[0, 4, 7],
    &[0, 4, 2, 7],
    &[0, 2, 4, 6],
    &[2, 4, 7],
    &[6, 4, 2, 0],
    &[2, 4, 6, 8],
    &[4, 2, 1, 2],
    &[0, 1, 2, 4, 2, 1],
    &[7, 6, 4, 2, 4],
];

/// A cell of notes.
#[derive(Debug, Clone, Default)]
pub struct Ostinato {
    /// Degrees, of the key or above a chord.
    notes: Vec<i32>,
    /// Notes from an accent to the next; 0 without accents.
    accent: usize,
}

impl Ostinato {
    /// A cell of one of `lengths` notes that moves by steps around a chord tone near `degree`, with
    /// one leap at most.
    pub fn draw(ground: &Ground, degree: i32, lengths: &[usize], rng: &mut Rng) -> Self {
        let home = ground.chord_tone_near(degree, 0);
        let n = pick(lengths, rng);
        let leap = if chance(50, rng) { rng.random_range(0..n) } else { n };
        let (mut at, mut notes) = (home, vec![home]);
        for note in 1..n {
            let steps: &[i32] = if note == leap { &[-3, 2, 3, 4] } else { &[-1, -1, 1, 1, 2, 0] };
            let by = pick(steps, rng);
            at = if (at + by - home).abs() <= 4 { at + by } else { at - by };
            notes.push(at);
        }
        Self { notes, accent: 0 }
    }

    /// An order of chord tones, in degrees above the root.
    pub fn arpeggio(rng: &mut Rng) -> Self {
        Self { notes: pick(&ARPEGGIOS, rng).to_vec(), accent: 0 }
    }

    /// A loop of accents without notes.
    pub fn accents(rng: &mut Rng) -> Self {
        Self { notes: vec![], accent: pick(&[3, 5, 7], rng) }
    }

    /// The note at `place`.
    pub fn note(&self, place: Place) -> i32 {
        self.notes[place.nth % self.notes.len()]
    }

    /// Whether the note at `place` ends the accent loop.
    pub fn is_accented(&self, place: Place) -> bool {
        0 < self.accent && place.nth % self.accent == self.accent - 1
    }

    /// Moves one note of the cell by a scale step or two, within a range.
    pub fn change(&mut self, (lowest, highest): (i32, i32), rng: &mut Rng) {
        let at = rng.random_range(0..self.notes.len());
        let by = pick(&[-2, -1, 1, 2], rng);
        let is_in = (lowest..=highest).contains(&(self.notes[at] + by));
        self.notes[at] += if is_in { by } else { -by };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_change_moves_one_note() {
        for seed in 0..50 {
            let before = Ostinato { notes: vec![0, 1, 4], accent: 0 };
            let mut after = before.clone();
            after.change((0, 4), &mut stream(seed, "test"));

            let pairs = before.notes.iter().zip(&after.notes);
            assert_eq!(pairs.filter(|(old, new)| old != new).count(), 1);
            assert!(after.notes.iter().all(|note| (-2..=6).contains(note)));
        }
    }

    #[test]
    fn accents_recur_every_three_five_or_seven_notes() {
        let cell = Ostinato::accents(&mut stream(1, "test"));
        let place = |nth| Place { step: nth, next: nth + 1, nth, is_peak: false, is_last: false };
        let accents: Vec<usize> = (0..32).filter(|&nth| cell.is_accented(place(nth))).collect();
        assert!([3, 5, 7].contains(&(accents[1] - accents[0])));
        assert!(accents.windows(3).all(|three| three[1] - three[0] == three[2] - three[1]));
    }
}
