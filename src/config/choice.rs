//! Keys whose value is one of a few words.

use crate::{
    music::{percussion::Percussion, room::RoomKind},
    musicvae::net::{precision::Precision, repeat::Repeat},
    patterns::style::Style,
};

/// A type that radio.toml writes as one of a fixed set of words. Reading and the schema share the set.
pub(super) trait Choice: Copy + 'static {
    /// Each word with its value.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of `word`.
    fn read(word: &str) -> Result<Self, String> {
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|&(_, choice)| choice).ok_or_else(|| {
            let words: Vec<String> = Self::words().map(|word| format!("{word:?}")).collect();
            format!("expected one of {}, found {word:?}", words.join(", "))
        })
    }

    /// The words alone.
    fn words() -> impl Iterator<Item = &'static str> {
        Self::WORDS.iter().map(|(word, _)| *word)
    }
}

/// Whether a station plays separate pieces or one endless piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Form {
    /// Pieces of a few minutes, each with its own title, key, tempo and instruments.
    #[default]
    Tracks,
    /// One piece that changes slowly over hours.
    Endless,
}

/// The order of a piece's sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Shape {
    /// Builds, drops and breaks.
    #[default]
    Club,
    /// Verse, chorus and bridge.
    Song,
    /// Long waves without drops.
    Flow,
}

/// What bass and lead must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Strictness {
    /// The chord on strong beats, the scale between them.
    #[default]
    Chords,
    /// The scale only.
    Scale,
}

/// The role of the lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Role {
    /// Two repeated bars, of which one note changes at a time.
    Riff,
    /// A singable tune in closed phrases of four bars.
    #[default]
    Hook,
    /// A short call, a rest, an answer.
    Call,
    /// A slow arch of long notes.
    PadLine,
}

/// What plays the drums: a machine or a drummer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Player {
    /// A drum machine: accents by rule, on the grid, bars that repeat.
    Machine,
    /// A drummer: velocities and timing of the groove model.
    #[default]
    Drummer,
}

/// The source of the drums' beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Beat {
    /// From the drum model, at a point of the drum pad.
    #[default]
    Pad,
    /// From the trio model, at the point of bass and lead.
    Trio,
}

impl Choice for Form {
    const WORDS: &'static [(&'static str, Self)] =
        &[("tracks", Self::Tracks), ("endless", Self::Endless)];
}

impl Choice for Shape {
    const WORDS: &'static [(&'static str, Self)] =
        &[("club", Self::Club), ("song", Self::Song), ("flow", Self::Flow)];
}

impl Choice for Strictness {
    const WORDS: &'static [(&'static str, Self)] =
        &[("chords", Self::Chords), ("scale", Self::Scale)];
}

impl Choice for Role {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("riff", Self::Riff),
        ("hook", Self::Hook),
        ("call", Self::Call),
        ("pad line", Self::PadLine),
    ];
}

impl Choice for Player {
    const WORDS: &'static [(&'static str, Self)] =
        &[("machine", Self::Machine), ("drummer", Self::Drummer)];
}

impl Choice for Beat {
    const WORDS: &'static [(&'static str, Self)] = &[("pad", Self::Pad), ("trio", Self::Trio)];
}

impl Choice for Style {
    const WORDS: &'static [(&'static str, Self)] = &{
        let mut words = [("", Self::ALL[0]); Self::ALL.len()];
        let mut n = 0;
        while n < words.len() {
            words[n] = (Self::ALL[n].name(), Self::ALL[n]);
            n += 1;
        }
        words
    };
}

impl Choice for Percussion {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("clap", Self::Clap),
        ("rim", Self::Rim),
        ("shaker", Self::Shaker),
        ("conga", Self::Conga),
        ("cowbell", Self::Cowbell),
    ];
}

impl Choice for RoomKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("room", Self::Room),
        ("plate", Self::Plate),
        ("hall", Self::Hall),
        ("spring", Self::Spring),
    ];
}

impl Choice for Precision {
    const WORDS: &'static [(&'static str, Self)] = &[("f32", Self::F32), ("q8", Self::Q8)];
}

impl Choice for Repeat {
    const WORDS: &'static [(&'static str, Self)] = &Self::WORDS;
}
