//! Form: which of a pattern's four bars repeat.

use crate::{
    music::meter::STEPS_PER_BAR,
    patterns::{
        draw::{Weighted, weighted},
        form::Section::{A, B, Varied as V},
    },
    rng::Rng,
};

/// Bars in a pattern.
pub const N_BARS: usize = 4;

/// Steps in a phrase of two bars, the unit in which parts are drawn.
pub const PHRASE: usize = 2 * STEPS_PER_BAR;

/// The material of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The motif.
    A,
    /// The motif, varied.
    Varied,
    /// The answer.
    B,
}

/// The material of each bar.
pub type Bars = [Section; N_BARS];

/// The usual forms of four bars.
pub const USUAL: Weighted<Bars> = &[
    (4, [A, A, A, B]),
    (3, [A, B, A, B]),
    (2, [A, A, B, B]),
    (3, [A, V, A, B]),
    (3, [A, A, V, B]),
    (2, [A, B, V, B]),
    (2, [A, A, A, V]),
    (2, [A, B, B, A]),
    (2, [A, V, B, V]),
];

/// Forms in which no bar repeats exactly.
pub const FREE: Weighted<Bars> = &[
    (3, [A, A, B, B]),
    (3, [A, B, B, A]),
    (2, [A, B, B, V]),
    (2, [A, V, B, B]),
    (1, [V, A, B, B]),
];

/// The form of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form(Bars);

/// A phrase for each kind of material.
pub struct Sections<T> {
    /// The motif.
    pub a: [T; PHRASE],
    /// The motif, varied.
    pub varied: [T; PHRASE],
    /// The answer.
    pub b: [T; PHRASE],
}

impl Form {
    /// Draws one of `forms`.
    pub fn draw(forms: Weighted<Bars>, rng: &mut Rng) -> Self {
        Self(weighted(forms, rng))
    }

    /// Lays out the four bars; bars 2 and 4 take the second bar of their phrase.
    pub fn lay<T: Copy>(self, sections: &Sections<T>) -> Vec<T> {
        let bars = self.0.iter().enumerate();
        bars.flat_map(|(bar, section)| {
            let phrase = match section {
                Section::A => &sections.a,
                Section::Varied => &sections.varied,
                Section::B => &sections.b,
            };
            phrase.iter().skip(bar % 2 * STEPS_PER_BAR).take(STEPS_PER_BAR).copied()
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_form_repeats_no_bar() {
        for (_, bars) in FREE {
            let halves: Vec<_> =
                bars.iter().enumerate().map(|(n, section)| (n % 2, section)).collect();
            assert!((1..N_BARS).all(|n| !halves[..n].contains(&halves[n])), "{bars:?}");
        }
    }

    #[test]
    fn a_bar_takes_its_half_of_the_phrase() {
        let phrase = |from| std::array::from_fn(|step| from + step);
        let sections = Sections { a: phrase(0), varied: phrase(100), b: phrase(200) };

        let line = Form([Section::A, Section::A, Section::Varied, Section::B]).lay(&sections);

        assert_eq!(line.len(), 64);
        assert_eq!([line[0], line[16], line[32], line[48], line[63]], [0, 16, 100, 216, 231]);
    }
}
