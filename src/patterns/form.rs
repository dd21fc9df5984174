//! Form: which of a pattern's four bars are alike.

use crate::{
    music::meter::STEPS_PER_BAR,
    patterns::{
        N_BARS,
        draw::{Weighted, weighted},
        form::Section::{A, B, Varied as V},
    },
    rng::Rng,
};

/// Steps in a phrase: what a part invents at a time, two bars.
pub const PHRASE: usize = 2 * STEPS_PER_BAR;

/// Where a bar gets its material from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The theme.
    A,
    /// The theme, varied.
    Varied,
    /// An answer.
    B,
}

/// The section of each bar.
pub type Bars = [Section; N_BARS];

/// The usual ways to fill four bars.
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

/// Ways in which no bar comes twice; a varied one may come near.
pub const FREE: Weighted<Bars> = &[
    (3, [A, A, B, B]),
    (3, [A, B, B, A]),
    (2, [A, B, B, V]),
    (2, [A, V, B, B]),
    (1, [V, A, B, B]),
];

/// Which bars of a pattern are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form(Bars);

/// A phrase for each section.
pub struct Sections<T> {
    /// The theme.
    pub a: [T; PHRASE],
    /// The theme, varied.
    pub varied: [T; PHRASE],
    /// The answer.
    pub b: [T; PHRASE],
}

impl Form {
    /// One of `forms`.
    pub fn draw(forms: Weighted<Bars>, rng: &mut Rng) -> Self {
        Self(weighted(forms, rng))
    }

    /// The four bars: odd ones take the second bar of their section's phrase.
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
    fn a_free_form_has_no_bar_twice() {
        for (_, bars) in FREE {
            let halves: Vec<_> =
                bars.iter().enumerate().map(|(n, section)| (n % 2, section)).collect();
            assert!((1..N_BARS).all(|n| !halves[..n].contains(&halves[n])), "{bars:?}");
        }
    }

    #[test]
    fn a_bar_takes_its_half_of_its_sections_phrase() {
        let phrase = |from| std::array::from_fn(|step| from + step);
        let sections = Sections { a: phrase(0), varied: phrase(100), b: phrase(200) };

        let line = Form([Section::A, Section::A, Section::Varied, Section::B]).lay(&sections);

        assert_eq!(line.len(), 64);
        assert_eq!([line[0], line[16], line[32], line[48], line[63]], [0, 16, 100, 216, 231]);
    }
}
