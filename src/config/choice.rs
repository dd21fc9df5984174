//! Keys whose value is one of a few words.

use std::str::FromStr;

/// Whether a station plays pieces or one that has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Form {
    /// Pieces of some minutes, each with a title, key, tempo and instruments of its own.
    #[default]
    Tracks,
    /// One piece that turns for hours.
    Endless,
}

/// How sections follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Shape {
    /// Builds, drops and breaks.
    #[default]
    Club,
    /// Verse and chorus, a bridge, the chorus again.
    Song,
    /// Long waves without drops.
    Flow,
}

/// What bass and lead keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Strictness {
    /// The chord on strong beats, the scale between them.
    #[default]
    Chords,
    /// The scale alone.
    Scale,
}

/// A word that is none of those that a key has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected}, found {found:?}")]
pub struct NoChoice {
    expected: String,
    found: String,
}

pub(super) fn choose<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, NoChoice> {
    let chosen = choices.iter().find(|(word, _)| *word == text);
    chosen.map(|&(_, choice)| choice).ok_or_else(|| {
        let words: Vec<String> = choices.iter().map(|(word, _)| format!("{word:?}")).collect();
        NoChoice { expected: words.join(", "), found: text.to_owned() }
    })
}

impl FromStr for Form {
    type Err = NoChoice;

    fn from_str(text: &str) -> Result<Self, NoChoice> {
        choose(text, &[("tracks", Self::Tracks), ("endless", Self::Endless)])
    }
}

impl FromStr for Shape {
    type Err = NoChoice;

    fn from_str(text: &str) -> Result<Self, NoChoice> {
        choose(text, &[("club", Self::Club), ("song", Self::Song), ("flow", Self::Flow)])
    }
}

impl FromStr for Strictness {
    type Err = NoChoice;

    fn from_str(text: &str) -> Result<Self, NoChoice> {
        choose(text, &[("chords", Self::Chords), ("scale", Self::Scale)])
    }
}
