//! The SoundFont of each part.

use std::sync::Arc;

use rustysynth::SoundFont;

use crate::music::bar::{N_PARTS, Part};

/// A SoundFont for each part, most often the same one.
#[derive(Clone)]
pub struct PartFonts([Arc<SoundFont>; N_PARTS]);

impl PartFonts {
    /// The font of each part, by `Part as usize`.
    pub fn new(fonts: [Arc<SoundFont>; N_PARTS]) -> Self {
        Self(fonts)
    }

    /// The font of `part`.
    pub fn of(&self, part: Part) -> &Arc<SoundFont> {
        &self.0[part as usize]
    }
}

impl From<&Arc<SoundFont>> for PartFonts {
    /// One font for all parts.
    fn from(font: &Arc<SoundFont>) -> Self {
        Self(std::array::from_fn(|_| font.clone()))
    }
}

impl From<&Self> for PartFonts {
    fn from(fonts: &Self) -> Self {
        fonts.clone()
    }
}
