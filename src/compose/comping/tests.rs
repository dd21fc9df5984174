use std::{collections::HashSet, sync::Arc};

use super::*;
use crate::{
    compose::{
        form::{self, FormProgress},
        testing::{setting, stations},
    },
    music::{chord::Numeral, rhythm::Rhythm, scale::Key},
};

/// Programs with a fast and a slow attack.
const ORGAN: u8 = 16;
const PAD: u8 = 89;

fn part(rhythm: &str) -> Chords {
    Chords { rhythms: vec![rhythm.parse::<Rhythm>().unwrap()], ..Chords::default() }
}

/// A phrase of a main section of the first built-in station, changed by `change`.
fn phrase(change: impl FnOnce(&mut Phrase)) -> Phrase {
    let setting = setting(&stations()[0], 1);
    let mut phrase = form::next(&setting, &mut FormProgress::start(&setting));
    (phrase.section, phrase.take) = (Section::Main, Take::Statement);
    change(&mut phrase);
    on(ORGAN, phrase)
}

/// The phrase with chords on `program`.
fn on(program: u8, mut phrase: Phrase) -> Phrase {
    let mut mix = (*phrase.piece.mix).clone();
    mix.voices[Part::Chords as usize].program = program;
    Arc::make_mut(&mut phrase.piece).mix = mix.into();
    phrase
}

fn chords(numerals: [&str; 4]) -> Vec<Chord> {
    let key: Key = "A minor".parse().unwrap();
    numerals.map(|text| text.parse::<Numeral>().unwrap().in_key(key)).into()
}

fn one_chord() -> Vec<Chord> {
    chords(["i"; 4])
}

/// Onset steps in each bar of a phrase.
fn rhythms(comps: &[Comp]) -> Vec<Vec<usize>> {
    let bar = |bar: usize| {
        let here = comps.iter().filter(|comp| comp.step / STEPS_PER_BAR == bar);
        here.map(|comp| comp.step % STEPS_PER_BAR).collect()
    };
    (0..4).map(bar).collect()
}

#[test]
fn a_repeat_is_its_statement_and_the_first_and_third_bar_agree() {
    let part = part("x--. x--. ..x- ..x-");
    let of = |take: Take| strokes(&phrase(|phrase| phrase.take = take), &part, &one_chord());
    let found = rhythms(&of(Take::Statement));

    assert_eq!(of(Take::Repeat), of(Take::Statement));
    assert_eq!(found[0], found[2]);
}

#[test]
fn without_variation_all_bars_are_as_written() {
    let part = Chords { variation: 0.0, ..part("..x. ..x. ..x. ..x.") };
    let drop = phrase(|phrase| (phrase.section, phrase.visit) = (Section::Drop, 2));
    assert_eq!(rhythms(&strokes(&drop, &part, &one_chord())), vec![vec![2, 6, 10, 14]; 4]);
}

#[test]
fn one_rhythm_becomes_six_and_more_over_a_piece() {
    for rhythm in ["..x. ..x. ..x. ..x.", "x--- ---- ---- ----", "x-x- x-x- x-x- x-x-"] {
        let part = part(rhythm);
        let mut found = HashSet::new();
        for (motif, visit) in (0..3).flat_map(|motif| (0..2).map(move |visit| (motif, visit))) {
            for section in [Section::Main, Section::Drop, Section::Break] {
                let phrase = phrase(|phrase| {
                    (phrase.motif, phrase.visit, phrase.section) = (motif, visit, section);
                });
                let chords = chords(["i", "i", "VI", "VI"]);
                found.extend(rhythms(&strokes(&phrase, &part, &chords)));
            }
        }
        assert!(6 <= found.len(), "{rhythm}: {found:?}");
    }
}

#[test]
fn a_held_chord_is_struck_anew_only_where_it_changes() {
    let part = Chords { variation: 0.0, ..part("x--- ---- ---- ----") };
    let comps = strokes(&phrase(|_| ()), &part, &chords(["i", "i", "VI", "VI"]));
    let spans: Vec<_> = comps.iter().map(|comp| (comp.step, comp.n_steps)).collect();
    assert_eq!(spans, [(0, 32), (32, 32)]);
}

#[test]
fn a_chord_that_changes_may_start_ahead_of_its_bar() {
    let part = Chords { variation: 0.0, anticipation: 1.0, ..part("x--- x--- x--- x---") };
    let comps = strokes(&phrase(|_| ()), &part, &chords(["i", "VI", "VI", "VII"]));

    let early: Vec<&Comp> =
        comps.iter().filter(|comp| comp.of_bar != comp.step / STEPS_PER_BAR).collect();
    assert_eq!(early.iter().map(|comp| comp.of_bar).collect::<Vec<_>>(), [1, 3]);
    assert!(early.iter().all(|comp| (1..=2).contains(&(comp.of_bar * 16 - comp.step))));
    assert!(comps.is_sorted_by_key(|comp| comp.step));
    assert!(comps.windows(2).all(|pair| pair[0].end() <= pair[1].step), "{comps:?}");
}

#[test]
fn a_pad_holds_each_chord_to_the_next() {
    let part = Chords { variation: 0.0, ..part("x... ..x. .... ....") };
    let lengths = |program: u8| -> Vec<usize> {
        let comps = strokes(&on(program, phrase(|_| ())), &part, &chords(["i", "iv", "v", "VI"]));
        comps.iter().take(2).map(|comp| comp.n_steps).collect()
    };
    assert_eq!((lengths(ORGAN), lengths(PAD)), (vec![1, 1], vec![6, 10]));
}
