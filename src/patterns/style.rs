//! The styles that themed patterns are written in.

use std::{fmt, str::FromStr};

/// A style of which we write patterns of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names say it.
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

impl Style {
    /// All styles.
    pub const ALL: [Self; 10] = [
        Self::Techno,
        Self::House,
        Self::Dub,
        Self::HipHop,
        Self::Punk,
        Self::Ambient,
        Self::Acid,
        Self::FreeJazz,
        Self::LoFi,
        Self::DrumAndBass,
    ];

    /// How radio.toml and file names call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Techno => "techno",
            Self::House => "house",
            Self::Dub => "dub",
            Self::HipHop => "hip-hop",
            Self::Punk => "punk",
            Self::Ambient => "ambient",
            Self::Acid => "acid",
            Self::FreeJazz => "free-jazz",
            Self::LoFi => "lo-fi",
            Self::DrumAndBass => "drum-and-bass",
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A style that we don't write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {styles}, found {0:?}", styles = Style::ALL.map(Style::name).join(", "))]
pub struct NotAStyle(String);

impl FromStr for Style {
    type Err = NotAStyle;

    fn from_str(text: &str) -> Result<Self, NotAStyle> {
        Self::ALL
            .into_iter()
            .find(|style| style.name() == text)
            .ok_or_else(|| NotAStyle(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_read_as_it_is_written() {
        assert!(Style::ALL.iter().all(|style| style.name().parse() == Ok(*style)));
        assert!("polka".parse::<Style>().unwrap_err().to_string().contains("polka"));
    }
}
