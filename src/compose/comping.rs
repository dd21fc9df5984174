//! The rhythm of a phrase's chords: the motif's rhythm, developed from bar to bar, tied over unchanged
//! chords and ahead of changing ones.
//!
//! The bars are A A' A B. A is the motif's rhythm, thinned or filled for the section; A' and B are
//! developments of A. A' belongs to the motif and returns with it; B differs in each visit, in variations and
//! in departures. A held chord also moves in the third bar.

use rand::{RngExt as _, seq::IndexedRandom as _};

use crate::{
    compose::phrase::{PHRASE_BARS, Phrase, Take},
    config::Chords,
    music::{
        bar::Part, chord::Chord, development::Change, meter::STEPS_PER_BAR, rhythm::Stroke,
        section::Section,
    },
    rng::{self, Rng},
};

/// The kind of a held chord's development in bar three; [`kind`] returns lower numbers.
const THIRD_BAR: u64 = 1000;

/// Steps of a stroke from which on a rhythm counts as held.
const HELD: usize = 12;

/// Fewest steps of a stroke that is tied over the bar line.
const TIED: usize = 6;

/// Longest tied chord, in steps: a piano has decayed by then.
const LONGEST: usize = 2 * STEPS_PER_BAR;

/// Steps before its bar at which an anticipated chord starts, and the share of the first value.
const AHEAD: [usize; 2] = [2, 1];
const EIGHTHS: f64 = 0.7;

/// Steps of a bar at which a held chord is struck again or its top voice moves.
const TURNS: [usize; 5] = [4, 6, 8, 10, 12];

/// Steps between the voices of a chord that enters voice by voice.
const ROLLS: [usize; 2] = [2, 4];

/// Which voices a stroke sounds, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    /// All voices at once.
    Whole,
    /// From the lowest voice up, this many steps apart, all ending together.
    Rolled(usize),
    /// The top voice moves within the chord that is held.
    Top,
}

/// A stroke of the chord part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comp {
    /// Step of the phrase.
    pub step: usize,
    /// Length in steps.
    pub n_steps: usize,
    /// The bar whose chord sounds: the next bar's if anticipated.
    pub of_bar: usize,
    /// Which voices sound.
    pub attack: Attack,
}

impl Comp {
    /// The step after the last.
    pub fn end(&self) -> usize {
        self.step + self.n_steps
    }
}

/// The strokes of `phrase` over `chords`, one chord per bar, in order.
pub fn strokes(phrase: &Phrase, part: &Chords, chords: &[Chord]) -> Vec<Comp> {
    let number = phrase.piece.rhythms[0] + phrase.motif;
    let written = part.rhythms[number % part.rhythms.len()].strokes();
    let program = phrase.piece.mix.voices[Part::Chords as usize].program;
    // A break without a kick is carried by its chords.
    let is_pad = phrase.section == Section::Break && !phrase.cast.has_kick();
    let written = if is_slow(program) || is_pad { sustained(written) } else { written.to_vec() };
    let is_held = written.iter().any(|stroke| HELD <= stroke.n_steps);
    let base = of_section(&written, phrase, part.variation);
    let mut comps = Vec::new();
    for bar in 0..PHRASE_BARS as usize {
        let kind = if is_held && bar == 2 { THIRD_BAR } else { kind(phrase, bar) };
        let mut rng = of_kind(phrase, kind);
        let is_developed = kind != 0 && rng.random_bool(part.variation);
        comps.extend(match (is_developed, is_held) {
            (false, _) => whole(&base, bar),
            (true, false) => whole(&developed(&base, &mut rng), bar),
            (true, true) => moved(bar, &mut rng),
        });
    }
    tie(&mut comps, chords);
    anticipate(&mut comps, phrase, part.anticipation, chords);
    comps
}

/// Whether General MIDI `program` has a slow attack: strings, choirs, pads except the polysynth. A short
/// stroke would end before it is heard.
fn is_slow(program: u8) -> bool {
    matches!(program, 48..=54 | 88 | 89 | 91..=95)
}

/// `strokes` of a bar, each held to the next one.
fn sustained(strokes: &[Stroke]) -> Vec<Stroke> {
    let ends = strokes.iter().skip(1).map(|next| next.step).chain([STEPS_PER_BAR]);
    strokes
        .iter()
        .zip(ends)
        .map(|(stroke, end)| Stroke { n_steps: end - stroke.step, ..*stroke })
        .collect()
}

/// The kind of development in `bar`; 0 is the motif's rhythm itself.
fn kind(phrase: &Phrase, bar: usize) -> u64 {
    match (phrase.take, bar) {
        (Take::Departure, 1) => 3,
        (Take::Departure, 3) => 4,
        (_, 0 | 2) => 0,
        (_, 1) => 1,
        (Take::Variation, _) => 4 + phrase.of_section,
        _ => 2,
    }
}

/// The random stream of a development: A' has one for the motif, the others one for each visit.
fn of_kind(phrase: &Phrase, kind: u64) -> Rng {
    match kind {
        0 | 1 => stream(phrase, &kind.to_string()),
        _ => stream(phrase, &format!("{kind} {}", phrase.visit)),
    }
}

fn stream(phrase: &Phrase, name: &str) -> Rng {
    rng::stream(phrase.piece.seed, &format!("comping {} {name}", phrase.motif))
}

/// The motif's rhythm, adapted to the section.
fn of_section(written: &[Stroke], phrase: &Phrase, variation: f64) -> Vec<Stroke> {
    let mut rng = stream(phrase, "section");
    let changes = match phrase.section {
        Section::Intro | Section::Outro => vec![Change::Drop],
        Section::Break => vec![Change::Tie; 2],
        Section::Build => vec![Change::Add; phrase.of_section as usize + 1],
        Section::Drop => vec![Change::Add],
        Section::Main => vec![],
    };
    if !rng.random_bool(variation) {
        return written.to_vec();
    }
    changes.iter().fold(written.to_vec(), |strokes, change| change.apply(&strokes, &mut rng))
}

fn developed(strokes: &[Stroke], rng: &mut Rng) -> Vec<Stroke> {
    let change = Change::ALL.choose(rng).copied().unwrap_or(Change::Add);
    change.apply(strokes, rng)
}

fn whole(strokes: &[Stroke], bar: usize) -> Vec<Comp> {
    let comp = |stroke: &Stroke| Comp {
        step: bar * STEPS_PER_BAR + stroke.step,
        n_steps: stroke.n_steps,
        of_bar: bar,
        attack: Attack::Whole,
    };
    strokes.iter().map(comp).collect()
}

/// A held chord that enters voice by voice, is struck again, or whose top voice moves once or twice.
fn moved(bar: usize, rng: &mut Rng) -> Vec<Comp> {
    let start = bar * STEPS_PER_BAR;
    let comp = |step: usize, n_steps: usize, attack: Attack| Comp {
        step: start + step,
        n_steps,
        of_bar: bar,
        attack,
    };
    let turn = TURNS.choose(rng).copied().unwrap_or(8);
    let left = STEPS_PER_BAR - turn;
    match rng.random_range(0..5) {
        0 => {
            let apart = ROLLS.choose(rng).copied().unwrap_or(2);
            vec![comp(0, STEPS_PER_BAR, Attack::Rolled(apart))]
        }
        1 => vec![comp(0, turn, Attack::Whole), comp(turn, left, Attack::Whole)],
        2 | 3 => vec![comp(0, STEPS_PER_BAR, Attack::Whole), comp(turn, left, Attack::Top)],
        _ => {
            let back = (turn + 4).min(STEPS_PER_BAR - 2);
            vec![
                comp(0, STEPS_PER_BAR, Attack::Whole),
                comp(turn, back - turn, Attack::Top),
                comp(back, STEPS_PER_BAR - back, Attack::Top),
            ]
        }
    }
}

/// Ties an unchanged chord over the bar line instead of striking it again.
fn tie(comps: &mut Vec<Comp>, chords: &[Chord]) {
    for bar in 1..chords.len() {
        let line = bar * STEPS_PER_BAR;
        let next = comps.iter().position(|comp| comp.step == line && comp.attack == Attack::Whole);
        let held = comps.iter().rposition(|comp| comp.step < line && comp.attack != Attack::Top);
        let (Some(next), Some(held)) = (next, held) else { continue };
        let (before, after) = (comps[held], comps[next]);
        let is_same = chords[before.of_bar] == chords[after.of_bar];
        let is_held = TIED <= before.n_steps && before.end() == line;
        if is_same && is_held && after.end() - before.step <= LONGEST {
            comps[held].n_steps += after.n_steps;
            comps.remove(next);
        }
    }
}

/// Anticipates some of the chord changes.
fn anticipate(comps: &mut Vec<Comp>, phrase: &Phrase, share: f64, chords: &[Chord]) {
    for bar in (1..chords.len()).filter(|&bar| chords[bar] != chords[bar - 1]) {
        let mut rng = stream(phrase, &format!("ahead {}", kind(phrase, bar)));
        let is_early = rng.random_bool(share);
        let ahead = AHEAD[usize::from(!rng.random_bool(EIGHTHS))];
        let line = bar * STEPS_PER_BAR;
        let start = line - ahead;
        let has_downbeat = comps.iter().any(|comp| comp.step == line);
        if !is_early || !has_downbeat {
            continue;
        }
        comps.retain(|comp| comp.step < start || line <= comp.step);
        for comp in comps.iter_mut() {
            if comp.step == line {
                (comp.step, comp.n_steps) = (start, comp.n_steps + ahead);
            } else if comp.step < start && start < comp.end() {
                comp.n_steps = start - comp.step;
            }
        }
    }
}

#[cfg(test)]
mod tests;
