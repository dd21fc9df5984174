//! The order of sections in a piece: the head of its book, cycles in rotation, the tail.

use std::ops::RangeInclusive;

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use crate::{
    compose::books::{Book, Scene},
    music::section::Section,
    rng::Rng,
};

/// A section of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its kind.
    pub section: Section,
    /// 0 for motif A, 1 for B, 2 for C.
    pub motif: usize,
    /// Its length in phrases of four bars.
    pub n_phrases: u64,
    /// The number of its scene in the book. Pieces saved by earlier builds have none.
    #[serde(default)]
    pub scene: usize,
}

/// Motifs of a piece.
pub const N_MOTIFS: usize = 3;

/// Phrases that a shortened section keeps.
const SHORTEST: u64 = 2;

/// Lengths of a hymn's strophe, in phrases: four to eight lines of two bars.
const STROPHES: RangeInclusive<u64> = 2..=4;

/// The sections of a piece of about `n_phrases`.
pub fn of_piece(book: &Book, n_phrases: u64, rng: &mut Rng) -> Vec<Planned> {
    let length = |sections: &[Planned]| sections.iter().map(|plan| plan.n_phrases).sum::<u64>();
    let parts = Parts::of(book);
    let mut sections = parts.head;
    let first = rng.random_range(0..parts.cycles.len());
    for turn in 0.. {
        let cycle = &parts.cycles[(first + turn) % parts.cycles.len()];
        // Another cycle if at least half of it fits; the first one always does.
        let without = length(&sections) + length(&parts.tail);
        if 0 < turn && n_phrases < without + length(cycle) / 2 {
            break;
        }
        sections.extend(cycle);
    }
    sections.extend(parts.tail);
    let n_too_many = length(&sections).saturating_sub(n_phrases);
    (0..n_too_many).for_each(|_| shorten(&mut sections));
    sections
}

/// The strophes of a hymn of about `n_phrases`: of equal length, with the same tune.
pub fn strophes(n_phrases: u64, rng: &mut Rng) -> Vec<Planned> {
    let of_strophe = rng.random_range(STROPHES);
    let n = (n_phrases as f64 / of_strophe as f64).round().max(1.0) as usize;
    vec![Planned { section: Section::Main, motif: 0, n_phrases: of_strophe, scene: 0 }; n]
}

/// Removes a phrase from the longest main section or drop, the last of equals. Intros, breaks and builds stay
/// whole: their parts enter and leave one by one.
fn shorten(sections: &mut [Planned]) {
    let plain =
        sections.iter_mut().filter(|plan| matches!(plan.section, Section::Main | Section::Drop));
    let longest = plain.max_by_key(|plan| plan.n_phrases);
    if let Some(plan) = longest.filter(|plan| SHORTEST < plan.n_phrases) {
        plan.n_phrases -= 1;
    }
}

/// Cycle `number` of an endless piece, the first one after the head.
pub fn cycle(book: &Book, number: u64) -> Vec<Planned> {
    let Parts { head, cycles, .. } = Parts::of(book);
    let cycle = &cycles[number as usize % cycles.len()];
    let head = if number == 0 { head } else { vec![] };
    head.iter().chain(cycle).copied().collect()
}

/// The scenes of a book as whole sections with their numbers.
struct Parts {
    head: Vec<Planned>,
    cycles: Vec<Vec<Planned>>,
    tail: Vec<Planned>,
}

impl Parts {
    fn of(book: &Book) -> Self {
        let mut numbers = 0..;
        let mut whole = |scenes: &[Scene]| -> Vec<Planned> {
            scenes.iter().zip(&mut numbers).map(|(scene, number)| planned(scene, number)).collect()
        };
        let head = whole(book.head);
        let cycles = book.cycles.iter().map(|cycle| whole(cycle)).collect();
        Self { head, cycles, tail: whole(book.tail) }
    }
}

fn planned(scene: &Scene, number: usize) -> Planned {
    let Scene { section, motif, casts } = *scene;
    Planned { section, motif, n_phrases: casts.len() as u64, scene: number }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compose::books, rng};

    #[test]
    fn a_piece_has_about_the_length_asked_for() {
        for book in books::all() {
            for wanted in 24..80 {
                let sections = of_piece(book, wanted, &mut rng::stream(wanted, "piece"));
                let found: u64 = sections.iter().map(|plan| plan.n_phrases).sum();
                assert!(found.abs_diff(wanted) <= 9, "{:?}: {found} for {wanted}", book.style);
            }
        }
    }

    #[test]
    fn a_piece_has_intro_and_outro_and_a_later_cycle_neither() {
        let kinds =
            |sections: &[Planned]| sections.iter().map(|plan| plan.section).collect::<Vec<_>>();
        for book in books::all() {
            let sections = of_piece(book, 40, &mut rng::stream(1, "piece"));

            assert_eq!(sections[0].section, Section::Intro);
            assert_eq!(sections[sections.len() - 1].section, Section::Outro);
            assert_eq!(kinds(&cycle(book, 0))[0], Section::Intro);
            let later: Vec<Section> = (1..9).flat_map(|n| kinds(&cycle(book, n))).collect();
            assert!(!later.contains(&Section::Intro) && !later.contains(&Section::Outro));
        }
    }

    #[test]
    fn a_hymn_has_equal_strophes() {
        for wanted in 1..20 {
            let sections = strophes(wanted, &mut rng::stream(wanted, "hymn"));
            let found: u64 = sections.iter().map(|plan| plan.n_phrases).sum();
            assert!(found.abs_diff(wanted) <= 3, "{found} for {wanted}");
            assert!(sections.iter().all(|plan| *plan == sections[0]));
        }
    }

    #[test]
    fn each_section_knows_its_scene() {
        for book in books::all() {
            let scenes: Vec<&Scene> = book.scenes().collect();
            for plan in of_piece(book, 60, &mut rng::stream(2, "piece")) {
                let scene = scenes[plan.scene];
                assert_eq!((plan.section, plan.motif), (scene.section, scene.motif));
            }
        }
    }
}
