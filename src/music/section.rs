//! What a stretch of music is for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A section of a piece: 4 to 32 bars of one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Section {
    /// Parts come in one after the other.
    Intro,
    /// Tension rises: more drums, a filter that opens.
    Build,
    /// Everything at once, the loudest place.
    Drop,
    /// The tune as it is.
    Main,
    /// Most parts are silent.
    Break,
    /// Parts leave until only those are left that the next piece begins with.
    Outro,
}

impl Section {
    /// All sections.
    pub const ALL: [Self; 6] =
        [Self::Intro, Self::Build, Self::Drop, Self::Main, Self::Break, Self::Outro];

    /// How the player page and reports call it.
    pub fn name(self) -> &'static str {
        ["intro", "build", "drop", "main", "break", "outro"][self as usize]
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
