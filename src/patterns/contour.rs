//! Contours: the pitches of a motif as scale degrees above a root.

use rand::{RngExt as _, seq::SliceRandom as _};

use crate::{patterns::draw::pick, rng::Rng};

/// The range of a contour below and above its root, in scale degrees.
pub const REACH: (i32, i32) = (-3, 8);

/// Sequences of chord tones: 0 root, 2 third, 4 fifth, 6 seventh, 7 octave.
const ARPEGGIOS: [&[i32]; 12] = [
    &[0, 2, 4, 7],
    &[7, 4, 2, 0],
    &[0, 2, 4],
    &[4, 2, 0],
    &[0, 2, 4, 7, 4, 2],
    &[0, 4, 7],
    &[0, 4, 2, 7],
    &[0, 7, 4, 2],
    &[0, 2, 4, 6],
    &[2, 4, 7],
    &[0, 0, 4, 2],
    &[4, 0, 2, 0, 7],
];

/// Sequences of chord tones with sevenths (6) and ninths (8).
const SEVENTHS: [&[i32]; 9] = [
    &[0, 2, 4, 6],
    &[6, 4, 2, 0],
    &[2, 4, 6, 8],
    &[8, 6, 4, 2],
    &[4, 6, 8, 6],
    &[6, 2, 4],
    &[2, 6, 4, 8],
    &[6, 6, 4, 2],
    &[8, 6, 2],
];

/// The shape of a motif's pitches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contour {
    /// Chord tones up, down or around, repeated.
    Arpeggio,
    /// One tone, like the top of a stabbed chord, that may change at the end.
    Stab,
    /// A cell of this many pentatonic notes, repeated.
    Riff(usize),
    /// Mostly stepwise; every fourth note is a chord tone.
    Walk,
    /// Chord tones up to the ninth in some order, repeated.
    Sevenths,
    /// Wide leaps up and down with occasional steps.
    Leap,
    /// Repeated notes that change every few notes.
    Pedal,
}

impl Contour {
    /// Draws `n` scale degrees above a root.
    pub fn degrees(self, n: usize, rng: &mut Rng) -> Vec<i32> {
        match self {
            Self::Arpeggio => pick(&ARPEGGIOS, rng).iter().copied().cycle().take(n).collect(),
            Self::Stab => stabs(n, rng),
            Self::Riff(n_tones) => riff(n, n_tones, rng),
            Self::Walk => walk(n, rng),
            Self::Sevenths => pick(&SEVENTHS, rng).iter().copied().cycle().take(n).collect(),
            Self::Leap => leaps(n, rng),
            Self::Pedal => pedal(n, rng),
        }
    }
}

fn stabs(n: usize, rng: &mut Rng) -> Vec<i32> {
    let top = rng.random_range(0..=7);
    let other = top + pick(&[-2, -1, 1, 2, 4], rng);
    let n_top = if n < 2 { n } else { rng.random_range(1..=n) };
    (0..n).map(|onset| if onset < n_top { top } else { other }).collect()
}

fn riff(n: usize, n_tones: usize, rng: &mut Rng) -> Vec<i32> {
    // Degrees of the minor pentatonic scale; in major modes they are in key too.
    let mut tones = [0, 2, 3, 4, 6, 7];
    tones[1..].shuffle(rng);
    let cell: Vec<i32> =
        (0..rng.random_range(2..=5)).map(|_| pick(&tones[..n_tones], rng)).collect();
    let mut degrees: Vec<i32> = cell.into_iter().cycle().take(n).collect();
    if let Some(last) = degrees.last_mut() {
        *last = pick(&tones[..n_tones], rng);
    }
    degrees
}

fn walk(n: usize, rng: &mut Rng) -> Vec<i32> {
    let (lowest, highest) = REACH;
    let mut at: i32 = pick(&[0, 2, 4, 4], rng);
    let mut degrees = Vec::with_capacity(n);
    for onset in 0..n {
        if onset % 4 == 3 {
            // Makes the underlying chord audible.
            at = pick(&[0, 2, 4, 7], rng).clamp(at - 3, at + 3);
        }
        degrees.push(at);
        let step = pick(&[-1, -1, -1, 1, 1, 1, 2, -2, 0, 3, -4], rng);
        at += if (lowest..=highest).contains(&(at + step)) { step } else { -step };
    }
    degrees
}

fn leaps(n: usize, rng: &mut Rng) -> Vec<i32> {
    let (lowest, highest) = REACH;
    let mut at: i32 = pick(&[-2, 0, 2, 4, 6], rng);
    let mut degrees = Vec::with_capacity(n);
    for _ in 0..n {
        degrees.push(at);
        let step = pick(&[-6, -5, -4, -3, -1, 1, 3, 4, 5, 6], rng);
        at += if (lowest..=highest).contains(&(at + step)) { step } else { -step };
    }
    degrees
}

fn pedal(n: usize, rng: &mut Rng) -> Vec<i32> {
    let every = pick(&[2, 2, 3, 4], rng);
    let mut at = pick(&[0, 2, 4], rng);
    let mut degrees = Vec::with_capacity(n);
    for onset in 0..n {
        if 0 < onset && onset % every == 0 {
            at = pick(&[at - 1, at + 1, at + 2, 0, 4], rng).clamp(-2, 7);
        }
        degrees.push(at);
    }
    degrees
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_riff_has_at_most_its_number_of_tones() {
        for seed in 0..100 {
            let riff = Contour::Riff(3).degrees(16, &mut stream(seed, "test"));
            assert_eq!(riff.len(), 16);
            assert!(riff.iter().collect::<HashSet<_>>().len() <= 3);
        }
    }

    #[test]
    fn leaps_stay_in_reach_and_rarely_step() {
        let (lowest, highest) = REACH;
        for seed in 0..100 {
            let leaps = Contour::Leap.degrees(64, &mut stream(seed, "test"));
            assert!(leaps.iter().all(|at| (lowest..=highest).contains(at)));
            let n_steps = leaps.windows(2).filter(|pair| (pair[0] - pair[1]).abs() < 3).count();
            assert!(n_steps < 32, "{n_steps}");
        }
    }

    #[test]
    fn a_walk_stays_in_reach_and_leaps_at_most_an_octave() {
        let (lowest, highest) = REACH;
        for seed in 0..100 {
            let walk = Contour::Walk.degrees(16, &mut stream(seed, "test"));
            assert!(walk.iter().all(|at| (lowest..=highest).contains(at)));
            assert!(walk.windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 7), "{walk:?}");
        }
    }
}
