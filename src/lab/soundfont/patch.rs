//! Melodic patches, and how they are stored in a font.

use crate::{
    lab::soundfont::{
        layer::{Cache, Layer},
        sf2::{Font, Preset},
    },
    units::Decibels,
};

/// A melodic preset.
#[derive(Debug, Clone)]
pub struct Patch {
    /// At most 19 ASCII characters.
    pub name: &'static str,
    /// General MIDI program.
    pub program: u16,
    /// Level correction, so that all patches are equally loud.
    pub level: Decibels,
    /// Layers that sound together.
    pub layers: Vec<Layer>,
}

impl Patch {
    /// Adds the patch's samples and preset to `font`.
    pub fn add_to(&self, font: &mut Font) {
        let mut cache = Cache::new();
        let zones = self
            .layers
            .iter()
            .flat_map(|layer| layer.zones(font, self.name, self.level, &mut cache))
            .collect();
        let name = self.name.to_owned();
        font.add_preset(Preset { name, bank: 0, program: self.program, zones });
    }
}
