//! The styles of patterns: one table that names each style and its book.

use std::{fmt, str::FromStr};

use crate::{
    patterns::{
        acid, ambient, book::Book, draw::weighted, drum_and_bass, dub, free_jazz, hip_hop, house,
        lo_fi, punk, techno,
    },
    rng::Rng,
};

/// A style with patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // Self-explanatory.
pub enum Style {
    Techno,
    House,
    Dub,
    HipHop,
    Punk,
    Ambient,
    Acid,
    FreeJazz,
    LoFi,
    DrumAndBass,
}

/// Each style in the order of the variants, its name in radio.toml and file names, and its book.
///
/// [`Style::ALL`], parsing, error messages and the choices of command-line options derive from this
/// table.
const STYLES: &[(Style, &str, &Book)] = &[
    (Style::Techno, "techno", &techno::BOOK),
    (Style::House, "house", &house::BOOK),
    (Style::Dub, "dub", &dub::BOOK),
    (Style::HipHop, "hip-hop", &hip_hop::BOOK),
    (Style::Punk, "punk", &punk::BOOK),
    (Style::Ambient, "ambient", &ambient::BOOK),
    (Style::Acid, "acid", &acid::BOOK),
    (Style::FreeJazz, "free-jazz", &free_jazz::BOOK),
    (Style::LoFi, "lo-fi", &lo_fi::BOOK),
    (Style::DrumAndBass, "drum-and-bass", &drum_and_bass::BOOK),
];

impl Style {
    /// All styles.
    pub const ALL: [Self; STYLES.len()] = {
        let mut all = [Self::Techno; STYLES.len()];
        let mut n = 0;
        while n < all.len() {
            assert!(STYLES[n].0 as usize == n, "the table is not in the order of the variants");
            all[n] = STYLES[n].0;
            n += 1;
        }
        all
    };

    /// The name in radio.toml and in file names.
    pub const fn name(self) -> &'static str {
        STYLES[self as usize].1
    }

    /// The names of all styles, separated by commas.
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Plays one of the style's drum fills over the end of `bar`, one bar of tokens.
    pub fn play_fill(self, bar: &mut [u16], rng: &mut Rng) {
        weighted(self.book().drums.fills, rng).play(bar, rng);
    }

    pub(super) fn book(self) -> &'static Book {
        STYLES[self as usize].2
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An unknown style name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {styles}, found {0:?}", styles = Style::names())]
pub struct NotAStyle(String);

impl FromStr for Style {
    type Err = NotAStyle;

    fn from_str(text: &str) -> Result<Self, NotAStyle> {
        let named = |style: &Self| style.name() == text;
        Self::ALL.into_iter().find(named).ok_or_else(|| NotAStyle(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_parses_as_it_is_displayed() {
        for style in Style::ALL {
            assert_eq!(style.to_string().parse(), Ok(style));
        }
        assert!("polka".parse::<Style>().unwrap_err().to_string().contains("polka"));
    }
}
