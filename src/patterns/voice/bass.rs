//! Basses of chord tones that lead from chord to chord.

use crate::{
    music::meter::STEPS_PER_BAR,
    patterns::{
        draw::{Weighted, chance, pick, weighted},
        voice::ground::{Ground, Motion, Place},
    },
    rng::Rng,
};

/// How a style's bass chooses tones. Chances are in percent.
#[derive(Debug)]
pub struct Bass {
    /// The highest pitch, at least an octave above the lowest of the register.
    pub highest: u8,
    /// Degrees above the chord's root.
    pub tones: Weighted<i32>,
    /// Chance of the root at the first note of a bar or of a chord.
    pub root: u32,
    /// Chance that another note repeats the note before.
    pub stay: u32,
    /// Chance that it moves by a step.
    pub step: u32,
    /// Chance that the last note before another chord or bar leads to its root.
    pub lead: u32,
}

/// Degrees by which a high root must be nearer than the one an octave below to be chosen.
const NEARER: i32 = 2;

/// The target of a bass line.
#[derive(Debug, Clone, Copy)]
pub struct Lead {
    /// The root that the last note led to.
    target: Option<i32>,
    /// The direction of a walk: 1 or -1.
    pub direction: i32,
}

impl Default for Lead {
    fn default() -> Self {
        Self { target: None, direction: 1 }
    }
}

/// The note at `place`.
pub fn next(
    book: &Bass,
    ground: &Ground,
    motion: &Motion,
    lead: &mut Lead,
    place: Place,
    rng: &mut Rng,
) -> i32 {
    let root = ground.root(place.step);
    let is_first = place.nth == 0 || starts_chord(ground, place.step);
    let degree = match lead.arrive() {
        Some(target) if is_first => target,
        _ if is_first && chance(book.root, rng) => root,
        _ if ends_chord(ground, place) && chance(book.lead, rng) => {
            lead.depart(ground, motion, place, rng)
        }
        _ if chance(book.stay, rng) => motion.degree,
        _ if chance(book.step, rng) => motion.degree + pick(&[-1, 1], rng),
        _ => root + weighted(book.tones, rng),
    };
    ground.folded(degree)
}

/// Whether `step` begins a bar or a chord.
fn starts_chord(ground: &Ground, step: usize) -> bool {
    let chord = |step| ground.harmony.degree(step);
    step.is_multiple_of(STEPS_PER_BAR)
        || step.is_multiple_of(STEPS_PER_BAR / 2) && chord(step) != chord(step - 1)
}

/// Whether the note at `place` is the last before another bar or chord.
pub fn ends_chord(ground: &Ground, place: Place) -> bool {
    let chord = |step| ground.harmony.degree(step);
    place.next / STEPS_PER_BAR != place.step / STEPS_PER_BAR
        || chord(place.next) != chord(place.step)
}

impl Lead {
    /// The root that the last note led to, if any.
    pub fn arrive(&mut self) -> Option<i32> {
        self.target.take()
    }

    /// A neighbour of the root of the next note's chord; the next note is that root.
    pub fn depart(&mut self, ground: &Ground, motion: &Motion, place: Place, rng: &mut Rng) -> i32 {
        let low = ground.root(place.next);
        let (lowest, highest) = ground.range;
        let distance = |root: i32| (root - motion.degree).abs();
        let is_high = low + 7 <= highest && distance(low + 7) + NEARER < distance(low);
        let target = if is_high { low + 7 } else { low };
        self.target = Some(target);
        let goes_up = lowest < target && chance(if motion.degree < target { 80 } else { 40 }, rng);
        if goes_up { target - 1 } else { target + 1 }
    }
}
