//! The order of sections in a piece: by drops (club), by verses (song) or in waves (flow).

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use crate::{config::Shape, music::section::Section, rng::Rng};

/// A section of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its kind.
    pub section: Section,
    /// 0 for motif A, 1 for B, 2 for C.
    pub motif: usize,
    /// Its length in phrases of four bars.
    pub n_phrases: u64,
}

/// Motifs of a piece.
pub const N_MOTIFS: usize = 3;

const fn plan(section: Section, motif: usize, n_phrases: u64) -> Planned {
    Planned { section, motif, n_phrases }
}

/// The outline of a shape: a piece is the head, cycles by turns, and the tail.
struct Outline {
    head: &'static [Planned],
    cycles: &'static [&'static [Planned]],
    tail: &'static [Planned],
}

const CLUB: Outline = Outline {
    head: &[plan(Section::Intro, 0, 2), plan(Section::Main, 0, 4)],
    cycles: &[
        &[
            plan(Section::Break, 1, 2),
            plan(Section::Build, 1, 2),
            plan(Section::Drop, 0, 4),
            plan(Section::Main, 1, 4),
        ],
        &[
            plan(Section::Break, 2, 3),
            plan(Section::Build, 2, 1),
            plan(Section::Drop, 2, 4),
            plan(Section::Main, 0, 4),
        ],
    ],
    tail: &[plan(Section::Outro, 0, 3)],
};

const SONG: Outline = Outline {
    head: &[plan(Section::Intro, 0, 1), plan(Section::Main, 0, 4), plan(Section::Drop, 1, 4)],
    cycles: &[
        &[plan(Section::Main, 0, 4), plan(Section::Drop, 1, 4), plan(Section::Break, 2, 2)],
        &[plan(Section::Build, 2, 1), plan(Section::Drop, 1, 4), plan(Section::Main, 2, 2)],
    ],
    tail: &[plan(Section::Drop, 1, 2), plan(Section::Outro, 0, 2)],
};

const FLOW: Outline = Outline {
    head: &[plan(Section::Intro, 0, 2), plan(Section::Main, 0, 4)],
    cycles: &[
        &[plan(Section::Main, 1, 4), plan(Section::Break, 0, 3)],
        &[plan(Section::Main, 2, 4), plan(Section::Main, 0, 4), plan(Section::Break, 1, 2)],
    ],
    tail: &[plan(Section::Main, 0, 2), plan(Section::Outro, 0, 3)],
};

/// The sections of a piece of about `n_phrases`.
pub fn of_piece(shape: Shape, n_phrases: u64, rng: &mut Rng) -> Vec<Planned> {
    let parts = parts(shape);
    let length = |sections: &[Planned]| sections.iter().map(|plan| plan.n_phrases).sum::<u64>();
    let mut sections = parts.head.to_vec();
    let first = rng.random_range(0..parts.cycles.len());
    for turn in 0.. {
        let cycle = parts.cycles[(first + turn) % parts.cycles.len()];
        // Another cycle if more than half of it has room; the first one always is.
        let without = length(&sections) + length(parts.tail);
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

/// Takes a phrase from the longest section, of equals from the last. No section gets shorter than two.
fn shorten(sections: &mut [Planned]) {
    let longest = sections.iter_mut().max_by_key(|plan| plan.n_phrases);
    if let Some(plan) = longest.filter(|plan| 2 < plan.n_phrases) {
        plan.n_phrases -= 1;
    }
}

/// Cycle `number` of an endless piece, the first one after the head.
pub fn cycle(shape: Shape, number: u64) -> Vec<Planned> {
    let parts = parts(shape);
    let cycle = parts.cycles[number as usize % parts.cycles.len()];
    let head = if number == 0 { parts.head } else { &[] };
    head.iter().chain(cycle).copied().collect()
}

fn parts(shape: Shape) -> &'static Outline {
    match shape {
        Shape::Club => &CLUB,
        Shape::Song => &SONG,
        Shape::Flow => &FLOW,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    #[test]
    fn a_piece_has_about_the_length_asked_for() {
        for shape in [Shape::Club, Shape::Song, Shape::Flow] {
            for wanted in 16..80 {
                let sections = of_piece(shape, wanted, &mut rng::stream(wanted, "piece"));
                let found: u64 = sections.iter().map(|plan| plan.n_phrases).sum();
                assert!(found.abs_diff(wanted) <= 7, "{shape:?}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn a_piece_has_intro_and_outro_and_a_later_cycle_neither() {
        let sections = of_piece(Shape::Club, 40, &mut rng::stream(1, "piece"));
        let kinds =
            |sections: &[Planned]| sections.iter().map(|plan| plan.section).collect::<Vec<_>>();

        assert_eq!(sections[0].section, Section::Intro);
        assert_eq!(sections[sections.len() - 1].section, Section::Outro);
        assert_eq!(kinds(&cycle(Shape::Club, 0))[0], Section::Intro);
        let later: Vec<Section> = (1..9).flat_map(|n| kinds(&cycle(Shape::Club, n))).collect();
        assert!(!later.contains(&Section::Intro) && !later.contains(&Section::Outro));
    }
}
