//! Rhythm: which steps of a bar start notes, by a grammar or from a style's step weights.
//!
//! The grammar begins with one note a bar and applies rules: *split* a span in equal or unequal
//! parts, *tie* a beat to the note before it, *syncopate* a note by moving it before its beat, *pick
//! up* into the next bar.

use rand::RngExt as _;

use crate::{
    music::meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    patterns::{
        draw::{chance, index, pick},
        form::PHRASE,
        steps::sounds,
    },
    rng::Rng,
};

/// Whether each step of a bar starts a note.
pub type Onsets = [bool; STEPS_PER_BAR];

/// How a style's rhythms are made.
#[derive(Debug, Clone, Copy)]
pub enum Rhythm {
    /// Bars are divided by the grammar.
    Split(&'static Feel),
    /// Steps sound with probabilities: step strings of one or two bars (see `steps`).
    Steps(&'static [&'static str]),
    /// A cell of one of these lengths in steps repeats across the bar lines.
    Cycle(&'static [usize]),
}

/// Weights of the grammar's rules; chances are in percent.
#[derive(Debug, Clone, Copy)]
pub struct Feel {
    /// Fewest and most notes in a bar, for the pattern as a whole.
    pub notes: (usize, usize),
    /// Chance that a pattern has sixteenths, not only eighths.
    pub sixteenths: u32,
    /// Chance that a span is split in unequal parts.
    pub uneven: u32,
    /// Chance that beat one or three is tied over.
    pub tie: u32,
    /// Chance that a note moves before its beat.
    pub syncopate: u32,
    /// Chance that notes at the end of the bar lead into the next.
    pub pick_up: u32,
}

/// Chance, in percent, that a pattern divides its bars evenly.
const PLAIN: u32 = 20;

/// A feel without syncopation.
const EVEN: Feel =
    Feel { notes: (4, 8), sixteenths: 0, uneven: 5, tie: 5, syncopate: 0, pick_up: 5 };

/// The rhythm of one pattern, from which bars are drawn.
#[derive(Debug, Clone)]
pub enum Source {
    /// Bars divided by the grammar.
    Grammar {
        /// The style's weights.
        feel: Feel,
        /// Notes in a bar.
        n_notes: usize,
        /// Steps of the shortest note.
        finest: usize,
    },
    /// A step string, drawn for each bar.
    Steps(&'static str),
    /// Whether each step of two bars starts a note.
    Cycle(Vec<bool>),
}

impl Rhythm {
    /// Draws the rhythm of a pattern.
    pub fn draw(self, rng: &mut Rng) -> Source {
        match self {
            Self::Split(feel) => {
                let (fewest, most) = feel.notes;
                let finest = if chance(feel.sixteenths, rng) { 1 } else { 2 };
                let n_notes = rng.random_range(fewest..=most);
                let is_plain = chance(PLAIN, rng);
                let feel = if is_plain { Feel { notes: feel.notes, ..EVEN } } else { *feel };
                Source::Grammar { feel, n_notes, finest }
            }
            Self::Steps(strings) => Source::Steps(pick(strings, rng)),
            Self::Cycle(lengths) => Source::Cycle(cycle(pick(lengths, rng), rng)),
        }
    }
}

impl Source {
    /// Draws bar `bar` of a pattern, with at least one note.
    pub fn bar(&self, bar: usize, rng: &mut Rng) -> Onsets {
        match self {
            Self::Grammar { feel, n_notes, finest } => {
                let more = pick(&[0, 0, 1, 2], rng);
                divided(feel, (n_notes + more).saturating_sub(1).max(1), *finest, rng)
            }
            Self::Steps(string) => stepped(string, bar, rng),
            Self::Cycle(steps) => {
                let from = bar % 2 * STEPS_PER_BAR;
                std::array::from_fn(|step| steps[from + step])
            }
        }
    }
}

/// A bar of a step string; its likeliest step sounds if no other does.
fn stepped(string: &str, bar: usize, rng: &mut Rng) -> Onsets {
    let from = bar * STEPS_PER_BAR % string.len();
    let steps = &string.as_bytes()[from..from + STEPS_PER_BAR];
    let mut onsets = std::array::from_fn(|step| sounds(char::from(steps[step]), 1.0, rng));
    if !onsets.contains(&true) {
        // `x` sorts after digits and dots, as the likeliest.
        let likeliest = (0..STEPS_PER_BAR).max_by_key(|&step| steps[step]);
        onsets[likeliest.unwrap_or(0)] = true;
    }
    onsets
}

/// A cell of `length` steps, repeated over two bars, sometimes from a random offset.
fn cycle(length: usize, rng: &mut Rng) -> Vec<bool> {
    let cell: Vec<bool> = (0..length).map(|step| step == 0 || chance(40, rng)).collect();
    let shift = if chance(60, rng) { 0 } else { rng.random_range(0..length) };
    (0..PHRASE).map(|step| cell[(step + shift) % length]).collect()
}

/// A bar of about `n_notes` notes.
fn divided(feel: &Feel, n_notes: usize, finest: usize, rng: &mut Rng) -> Onsets {
    let mut spans = vec![STEPS_PER_BAR];
    while spans.len() < n_notes {
        // Long spans are likelier to be split; spans too short for two notes never are.
        let weight = |&span: &usize| if span < 2 * finest { 0 } else { (span * span) as u32 };
        let weights: Vec<u32> = spans.iter().map(weight).collect();
        let Some(at) = index(&weights, rng) else { break };
        let first = cut(spans[at], finest, feel.uneven, rng);
        spans[at] -= first;
        spans.insert(at, first);
    }
    let mut onsets = [false; STEPS_PER_BAR];
    let mut step = 0;
    for span in spans {
        onsets[step] = true;
        step += span;
    }
    transform(&mut onsets, feel, finest, rng);
    onsets
}

/// The length of the first part of a split span.
fn cut(span: usize, finest: usize, uneven: u32, rng: &mut Rng) -> usize {
    let even = (span / 2).next_power_of_two();
    if chance(uneven, rng) || span <= even {
        finest * rng.random_range(1..=span / finest - 1)
    } else {
        even
    }
}

/// Applies the rules that follow the splits.
fn transform(onsets: &mut Onsets, feel: &Feel, finest: usize, rng: &mut Rng) {
    let n_onsets = |onsets: &Onsets| onsets.iter().filter(|onset| **onset).count();
    if chance(feel.tie, rng) && 1 < n_onsets(onsets) {
        onsets[pick(&[0, 0, 8], rng)] = false;
    }
    for beat in [4, 8, 12] {
        let earlier = beat - pick(&[2, finest], rng);
        if onsets[beat] && !onsets[earlier] && chance(feel.syncopate, rng) {
            onsets.swap(beat, earlier);
        }
    }
    if chance(feel.pick_up, rng) {
        let from = STEPS_PER_BAR - pick(&[2, 2, STEPS_PER_QUARTER], rng);
        for step in (from..STEPS_PER_BAR).step_by(pick(&[2, finest], rng)) {
            onsets[step] = true;
        }
    }
    if n_onsets(onsets) == 0 {
        onsets[8] = true;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::rng::stream;

    const FEEL: Feel =
        Feel { notes: (3, 6), sixteenths: 50, uneven: 30, tie: 20, syncopate: 20, pick_up: 20 };

    #[test]
    fn the_grammar_makes_hundreds_of_rhythms_and_no_empty_bar() {
        let mut rng = stream(1, "test");
        let bars: HashSet<Onsets> =
            (0..2500).map(|_| Rhythm::Split(&FEEL).draw(&mut rng).bar(0, &mut rng)).collect();
        assert!(600 < bars.len(), "{}", bars.len());
        assert!(bars.iter().all(|bar| bar.contains(&true)));
    }

    #[test]
    fn without_sixteenths_all_notes_are_on_eighths() {
        const EIGHTHS: Feel = Feel { sixteenths: 0, ..FEEL };
        let mut rng = stream(1, "test");
        for _ in 0..500 {
            let bar = Rhythm::Split(&EIGHTHS).draw(&mut rng).bar(0, &mut rng);
            assert!((1..16).step_by(2).all(|step| !bar[step]), "{bar:?}");
        }
    }

    #[test]
    fn a_bar_of_unlikely_steps_has_a_note() {
        let mut rng = stream(1, "test");
        for _ in 0..100 {
            let bar = Rhythm::Steps(&["....1.......2..."]).draw(&mut rng).bar(3, &mut rng);
            assert!(bar.contains(&true) && (0..4).all(|step| !bar[step]));
        }
    }

    #[test]
    fn a_cycle_of_three_runs_across_the_bar_line() {
        let mut rng = stream(1, "test");
        let source = Rhythm::Cycle(&[3]).draw(&mut rng);
        let steps = [source.bar(0, &mut rng), source.bar(1, &mut rng)].concat();

        assert!((3..32).all(|step| steps[step] == steps[step - 3]));
        assert_eq!(source.bar(2, &mut rng), source.bar(0, &mut rng));
    }
}
