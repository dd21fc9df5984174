//! Sections of a piece.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A section of a piece, 4 to 32 bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Section {
    /// Parts enter one after the other.
    Intro,
    /// Tension rises: more drums, an opening filter.
    Build,
    /// All parts, the loudest section.
    Drop,
    /// The motifs as they are.
    Main,
    /// Most parts are silent.
    Break,
    /// Parts drop out until only those remain that the next piece starts with.
    Outro,
}

impl Section {
    /// All sections.
    pub const ALL: [Self; 6] =
        [Self::Intro, Self::Build, Self::Drop, Self::Main, Self::Break, Self::Outro];

    /// The name on the player page and in reports.
    pub fn name(self) -> &'static str {
        ["intro", "build", "drop", "main", "break", "outro"][self as usize]
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
