//! Drums: layers of step strings, drawn anew for each pattern.
//!
//! A step string has a character a sixteenth, over one bar or two: `x` always sounds, `.` never,
//! a digit sounds with that many tenths of a chance. Chances are drawn once a section, for one bar or
//! for two, so that a groove repeats as a drummer's or a sequencer's does, yet differs from pattern
//! to pattern.

use rand::RngExt as _;

use crate::{
    music::{
        drums::Drum::{self, ClosedHat, Crash, OpenHat},
        meter::STEPS_PER_BAR,
        trio::Line,
    },
    patterns::{
        N_BARS,
        draw::{Weighted, weighted},
        fill::Fill,
        form::{Form, PHRASE, Sections},
    },
    rng::Rng,
};

/// Step strings that sound together.
pub type Layers = &'static [(Drum, &'static str)];

/// The drums of a style.
pub struct DrumBook {
    /// Kick and snare: what one knows the style by.
    pub skeletons: Weighted<Layers>,
    /// Hats and rides.
    pub tops: Weighted<Layers>,
    /// What else may sound, two at a time: ghost notes, toms, extra cymbals.
    pub colours: Weighted<Layers>,
    /// What leads from one phrase into the next.
    pub fills: Weighted<Fill>,
    /// How likely a fill is at the end of bars 2 and 4.
    pub fill_chances: (f64, f64),
    /// How likely a crash is on the first step of the pattern and after a fill.
    pub crash_chance: f64,
    /// How likely one bar leaves out `break_mutes`.
    pub break_chance: f64,
    /// What such a bar leaves out.
    pub break_mutes: &'static [Drum],
}

/// What one pattern drew from its book.
struct Groove {
    skeleton: Layers,
    top: Layers,
    colours: [Layers; 2],
    /// Factor on all chances: some patterns are busy, some bare.
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

    /// `phrase` with some of its chances drawn again.
    fn varied(&self, phrase: [u16; PHRASE], rng: &mut Rng) -> [u16; PHRASE] {
        let again = self.phrase(rng);
        std::array::from_fn(|step| if rng.random_bool(0.3) { again[step] } else { phrase[step] })
    }

    /// The same skeleton under other hats or colours.
    fn answer(&self, book: &DrumBook, rng: &mut Rng) -> Self {
        let top = if rng.random_bool(0.4) { weighted(book.tops, rng) } else { self.top };
        let [colour, other] = self.colours;
        let other = if rng.random_bool(0.5) { weighted(book.colours, rng) } else { other };
        Self { top, colours: [colour, other], ..*self }
    }
}

/// Draws `layer` for as long as its string is and repeats that over the phrase; a bar's string is
/// often drawn for either bar.
fn add_layer(phrase: &mut [u16], layer: &(Drum, &str), liveliness: f64, rng: &mut Rng) {
    let (drum, steps) = layer;
    let n_drawn = if rng.random_bool(0.4) { PHRASE } else { steps.len() };
    let drawn = steps.chars().cycle().take(n_drawn);
    let sounds: Vec<bool> = drawn.map(|step| sounds(step, liveliness, rng)).collect();
    for (token, _) in phrase.iter_mut().zip(sounds.iter().cycle()).filter(|(_, sounds)| **sounds) {
        *token |= drum.bit();
    }
}

/// Whether a character of a step string sounds this time.
pub fn sounds(step: char, liveliness: f64, rng: &mut Rng) -> bool {
    match step.to_digit(10) {
        Some(tenths) => rng.random_bool((f64::from(tenths) / 10.0 * liveliness).min(1.0)),
        None => step == 'x',
    }
}

/// Takes `drums` out of a bar, unless nothing would be left.
fn mute(line: &mut [u16], bar: usize, drums: &[Drum]) {
    let keep = !drums.iter().fold(0, |bits, drum| bits | drum.bit());
    let bar = &mut line[bar * STEPS_PER_BAR..][..STEPS_PER_BAR];
    if bar.iter().any(|token| token & keep != 0) {
        for token in bar {
            *token &= keep;
        }
    }
}

/// Plays fills at the ends of phrases, and crashes on the first step after them.
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

/// A hat is open or closed, not both; a crash drowns either.
fn choke(token: &mut u16) {
    if *token & (OpenHat.bit() | Crash.bit()) != 0 {
        *token &= !ClosedHat.bit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_digit_sounds_as_often_as_it_says() {
        let mut rng = stream(1, "test");
        let n = (0..1000).filter(|_| sounds('3', 1.0, &mut rng)).count();

        assert!((250..350).contains(&n), "{n}");
        assert!(sounds('x', 0.0, &mut rng) && !sounds('.', 2.0, &mut rng));
    }

    #[test]
    fn a_mute_never_empties_a_bar() {
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
