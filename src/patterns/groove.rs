//! Drums: layers of step strings, drawn for each pattern.

use rand::RngExt as _;

use crate::{
    music::{
        drums::Drum::{self, ClosedHat, Crash, OpenHat},
        meter::STEPS_PER_BAR,
        trio::Line,
    },
    patterns::{
        draw::{Weighted, weighted},
        fill::Fill,
        form::{Form, N_BARS, PHRASE, Sections},
        steps::{Layers, sounds},
    },
    rng::Rng,
};

/// The drums of a style.
pub struct DrumBook {
    /// Kick and snare, which identify the style.
    pub skeletons: Weighted<Layers>,
    /// Hats and rides.
    pub tops: Weighted<Layers>,
    /// Optional layers, two at a time: ghost notes, toms, extra cymbals.
    pub colours: Weighted<Layers>,
    /// Fills between phrases.
    pub fills: Weighted<Fill>,
    /// Probability of a fill at the end of bars 2 and 4.
    pub fill_chances: (f64, f64),
    /// Probability of a crash on the first step after a fill.
    pub crash_chance: f64,
    /// Probability that one bar drops `break_mutes`.
    pub break_chance: f64,
    /// Drums that are silent in that bar.
    pub break_mutes: &'static [Drum],
}

/// The choices of one pattern.
struct Groove {
    skeleton: Layers,
    top: Layers,
    colours: [Layers; 2],
    /// Factor on all step probabilities: some patterns are busy, some sparse.
    liveliness: f64,
}

/// Four bars of drum tokens.
pub fn drums(book: &DrumBook, form: Form, rng: &mut Rng) -> Line {
    let groove = Groove::draw(book, rng);
    let a = groove.phrase(rng);
    let varied = groove.varied(a, rng);
    let b = groove.answer(book, rng).phrase(rng);
    let mut line = form.lay(&Sections { a, varied, b });
    if rng.random_bool(book.break_chance) {
        mute(&mut line, rng.random_range(1..N_BARS), book.break_mutes);
    }
    fill(&mut line, book, rng);
    line.iter_mut().for_each(choke);
    line
}

impl Groove {
    fn draw(book: &DrumBook, rng: &mut Rng) -> Self {
        Self {
            skeleton: weighted(book.skeletons, rng),
            top: weighted(book.tops, rng),
            colours: [weighted(book.colours, rng), weighted(book.colours, rng)],
            liveliness: rng.random_range(0.5..1.5),
        }
    }

    fn phrase(&self, rng: &mut Rng) -> [u16; PHRASE] {
        let mut phrase = [0; PHRASE];
        let [colour, other] = self.colours;
        for layer in [self.skeleton, self.top, colour, other].into_iter().flatten() {
            add_layer(&mut phrase, layer, self.liveliness, rng);
        }
        phrase
    }

    /// `phrase` with some of its steps drawn again.
    fn varied(&self, phrase: [u16; PHRASE], rng: &mut Rng) -> [u16; PHRASE] {
        let again = self.phrase(rng);
        std::array::from_fn(|step| if rng.random_bool(0.3) { again[step] } else { phrase[step] })
    }

    /// The same skeleton with other tops or colours.
    fn answer(&self, book: &DrumBook, rng: &mut Rng) -> Self {
        let top = if rng.random_bool(0.4) { weighted(book.tops, rng) } else { self.top };
        let [colour, other] = self.colours;
        let other = if rng.random_bool(0.5) { weighted(book.colours, rng) } else { other };
        Self { top, colours: [colour, other], ..*self }
    }
}

/// Draws `layer` once for the length of its string and repeats it over the phrase; a one-bar string
/// is often drawn for each bar separately.
fn add_layer(phrase: &mut [u16], layer: &(Drum, &str), liveliness: f64, rng: &mut Rng) {
    let (drum, steps) = layer;
    let n_drawn = if rng.random_bool(0.4) { PHRASE } else { steps.len() };
    let drawn = steps.chars().cycle().take(n_drawn);
    let sounds: Vec<bool> = drawn.map(|step| sounds(step, liveliness, rng)).collect();
    for (token, _) in phrase.iter_mut().zip(sounds.iter().cycle()).filter(|(_, sounds)| **sounds) {
        *token |= drum.bit();
    }
}

/// Removes `drums` from a bar, unless that would leave it empty.
fn mute(line: &mut [u16], bar: usize, drums: &[Drum]) {
    let keep = !drums.iter().fold(0, |bits, drum| bits | drum.bit());
    let bar = &mut line[bar * STEPS_PER_BAR..][..STEPS_PER_BAR];
    if bar.iter().any(|token| token & keep != 0) {
        for token in bar {
            *token &= keep;
        }
    }
}

/// Plays fills at the ends of phrases, and crashes on the step after them.
fn fill(line: &mut Line, book: &DrumBook, rng: &mut Rng) {
    let (middle, end) = book.fill_chances;
    for (bar, chance) in [(1, middle), (3, end)] {
        let next = (bar + 1) % N_BARS * STEPS_PER_BAR;
        if !rng.random_bool(chance) {
            continue;
        }
        weighted(book.fills, rng).play(&mut line[bar * STEPS_PER_BAR..][..STEPS_PER_BAR], rng);
        if rng.random_bool(book.crash_chance) {
            line[next] |= Crash.bit();
        }
    }
}

/// Removes the closed hat under an open hat or a crash.
fn choke(token: &mut u16) {
    if *token & (OpenHat.bit() | Crash.bit()) != 0 {
        *token &= !ClosedHat.bit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn muting_never_empties_a_bar() {
        let mut line = vec![Drum::Kick.bit(); 64];
        line[20] |= ClosedHat.bit();

        mute(&mut line, 0, &[Drum::Kick]);
        mute(&mut line, 1, &[Drum::Kick]);

        assert_eq!((line[0], line[16], line[20]), (Drum::Kick.bit(), 0, ClosedHat.bit()));
    }

    #[test]
    fn an_open_hat_chokes_the_closed_one() {
        let mut token = ClosedHat.bit() | OpenHat.bit() | Drum::Kick.bit();
        choke(&mut token);
        assert_eq!(token, OpenHat.bit() | Drum::Kick.bit());
    }
}
