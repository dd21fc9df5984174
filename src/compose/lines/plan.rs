//! The plan of a lead's phrase: four bars developed from the two of its motif.
//!
//! Forms after William Caplin, *Classical Form* (1998), chapters 3 and 4: the period (a motif, its
//! continuation, the motif again, a close) and the sentence (a motif, the motif in sequence,
//! fragments, a close).

use crate::{
    compose::{
        lines::{
            develop::{augment, bar, cadence, fragment, head, invert, join, sequence},
            memory::LineKey,
        },
        phrase::Take,
    },
    config::Role,
    music::{arrange::LineNote, scale::Key},
};

/// The material of a phrase.
pub(super) struct Material<'a> {
    /// The motif's two bars.
    pub motif: &'a [LineNote],
    /// Two bars drawn for this phrase only; the motif's in its first statement.
    pub other: &'a [LineNote],
    /// The key of both.
    pub key: Key,
}

/// Whether a phrase ends with a close. Departures end open.
pub(super) fn closes(take: Take) -> bool {
    take != Take::Departure
}

/// Four bars of a lead in `role`, other than a riff.
pub(super) fn phrase(role: Role, line: LineKey, material: &Material<'_>) -> Vec<LineNote> {
    let key = material.key;
    let (a, b) = bars(material.motif, key);
    let (c, d) = bars(material.other, key);
    let is_second = line.visit % 2 == 1 || line.of_section % 2 == 1;
    let bars = match role {
        Role::PadLine => return arch(line.take, is_second, key, [&a, &b, &c, &d]),
        Role::Call => match (line.take, is_second) {
            (Take::Statement | Take::Repeat, false) => [a.clone(), head(&b), a, cadence(&head(&d))],
            (Take::Statement | Take::Repeat, true) => {
                [a.clone(), head(&b), invert(&a, key), cadence(&head(&d))]
            }
            (Take::Variation, false) => {
                [sequence(&a, key, 2), head(&sequence(&b, key, 2)), a, cadence(&head(&d))]
            }
            (Take::Variation, true) => {
                [head(&a), head(&sequence(&a, key, 1)), a, cadence(&head(&d))]
            }
            (Take::Departure, _) => [c, head(&d), head(&sequence(&a, key, 1)), head(&b)],
        },
        Role::Hook | Role::Riff => match (line.take, is_second) {
            (Take::Statement | Take::Repeat, false) => [a.clone(), b, a, cadence(&d)],
            (Take::Statement | Take::Repeat, true) => {
                [a.clone(), b, sequence(&a, key, 2), cadence(&d)]
            }
            (Take::Variation, false) => {
                [a.clone(), sequence(&a, key, 1), fragment(&a, key, -1), cadence(&d)]
            }
            (Take::Variation, true) => [a.clone(), d, invert(&a, key), cadence(&b)],
            (Take::Departure, _) => [c, d, fragment(&a, key, 1), sequence(&head(&a), key, 2)],
        },
    };
    join(&bars)
}

/// The two bars of a motif; the other one, a step lower, replaces an empty bar.
fn bars(motif: &[LineNote], key: Key) -> (Vec<LineNote>, Vec<LineNote>) {
    match (bar(motif, 0), bar(motif, 1)) {
        (a, b) if b.is_empty() => (a.clone(), sequence(&a, key, -1)),
        (a, b) if a.is_empty() => (b.clone(), sequence(&b, key, -1)),
        both => both,
    }
}

/// A pad line: two bars at half their speed.
fn arch(take: Take, is_second: bool, key: Key, [a, b, c, d]: [&[LineNote]; 4]) -> Vec<LineNote> {
    let [first, second] = match (take, is_second) {
        (Take::Statement | Take::Repeat, false) => [a.to_vec(), d.to_vec()],
        (Take::Statement | Take::Repeat, true) => [a.to_vec(), sequence(b, key, 1)],
        (Take::Variation, false) => [sequence(a, key, 2), d.to_vec()],
        (Take::Variation, true) => [invert(a, key), d.to_vec()],
        (Take::Departure, _) => [c.to_vec(), sequence(a, key, 1)],
    };
    let (first, second) = (augment(&first), augment(&second));
    let close = if closes(take) { cadence(&bar(&second, 1)) } else { bar(&second, 1) };
    join(&[bar(&first, 0), bar(&first, 1), bar(&second, 0), close])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::meter::STEPS_PER_BAR;

    fn key() -> Key {
        "A minor".parse().unwrap()
    }

    /// Two bars with notes in both halves.
    fn motif() -> Vec<LineNote> {
        let notes = [(0, 4, 69), (6, 2, 71), (8, 8, 72), (16, 6, 74), (22, 4, 72), (28, 4, 71)];
        notes.map(LineNote::from).into()
    }

    fn written(role: Role, visit: u64, take: Take, of_section: u64) -> Vec<LineNote> {
        let motif = motif();
        let line = LineKey { motif: 0, visit, take, of_section };
        phrase(role, line, &Material { motif: &motif, other: &motif, key: key() })
    }

    /// The steps of bar `number` at which notes start.
    fn rhythm(notes: &[LineNote], number: usize) -> Vec<usize> {
        bar(notes, number).iter().map(|note| note.start_step).collect()
    }

    #[test]
    fn a_hook_is_stated_as_a_period() {
        let period = written(Role::Hook, 0, Take::Statement, 0);

        assert_eq!(bar(&period, 0), bar(&motif(), 0));
        assert_eq!(bar(&period, 2), bar(&period, 0));
        assert_ne!(bar(&period, 3), bar(&period, 1));
        assert_eq!(period.last().map(|note| note.start_step + note.n_steps), Some(64));
    }

    #[test]
    fn a_variation_of_a_hook_is_a_sentence() {
        let sentence = written(Role::Hook, 0, Take::Variation, 2);

        assert_eq!(rhythm(&sentence, 1), rhythm(&sentence, 0));
        assert_eq!(rhythm(&sentence, 2), [0, 6, 8, 14]);
    }

    #[test]
    fn a_call_leaves_the_second_half_of_bars_two_and_four() {
        for (take, of_section) in [(Take::Statement, 0), (Take::Variation, 2)] {
            let call = written(Role::Call, 0, take, of_section);
            let late = |number: usize| rhythm(&call, number).iter().any(|step| 8 <= *step);
            assert!(!late(1) && !late(3), "{take:?}");
        }
    }

    #[test]
    fn a_pad_line_is_half_as_fast() {
        let line = written(Role::PadLine, 0, Take::Statement, 0);
        assert_eq!((rhythm(&line, 0), rhythm(&line, 1)), (vec![0, 12], vec![0]));
    }

    #[test]
    fn every_phrase_has_notes_in_order_within_four_bars() {
        let takes = [(Take::Statement, 0), (Take::Variation, 2), (Take::Variation, 3)];
        for role in [Role::Hook, Role::Call, Role::PadLine] {
            for (take, of_section) in takes.into_iter().chain([(Take::Departure, 0)]) {
                for visit in 0..2 {
                    let notes = written(role, visit, take, of_section);
                    let ends = |note: &LineNote| note.start_step + note.n_steps;

                    assert!(notes.windows(2).all(|pair| ends(&pair[0]) <= pair[1].start_step));
                    assert!(notes.last().is_some_and(|last| ends(last) <= 4 * STEPS_PER_BAR));
                }
            }
        }
    }

    #[test]
    fn an_empty_bar_of_the_motif_takes_the_other_one() {
        let (a, b) = bars(&motif()[3..], key());
        assert_eq!((a.len(), b.len()), (3, 3));
    }
}
