//! The priors that a theme samples from.

use serde_json::{Value, json};

use crate::{config::text::quoted, patterns::style::Style};

/// The name of the prior of a musician's songs.
pub const SONGS: &str = "songs";

/// The name of a prior that a model may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dream {
    /// Of the patterns of a style.
    Style(Style),
    /// Of the songs that the model was trained on.
    Songs,
}

impl Dream {
    /// Its name, in radio.toml and in model files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Style(style) => style.name(),
            Self::Songs => SONGS,
        }
    }

    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text == SONGS {
            return Ok(Self::Songs);
        }
        let unknown = |_| format!("expected {} or {SONGS}, found {}", Style::names(), quoted(text));
        text.parse().map(Self::Style).map_err(unknown)
    }

    /// The schema of a dream's text.
    pub(super) fn schema() -> Value {
        let mut names = Style::ALL.map(Style::name).to_vec();
        names.push(SONGS);
        json!({ "enum": names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dream_is_a_style_or_the_songs() {
        for name in ["drum-and-bass", "songs"] {
            assert_eq!(Dream::read(name).map(Dream::name), Ok(name));
        }
        assert!(Dream::read("polka").unwrap_err().ends_with("or songs, found \"polka\""));
    }
}
