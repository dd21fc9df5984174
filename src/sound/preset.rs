//! Chooses the preset of a SoundFont for a voice.

use rustysynth::SoundFont;

use crate::music::bar::Voice;

/// Bank and program of a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// 0 for melodic presets, 128 for kits.
    pub bank: i32,
    /// MIDI program within the bank.
    pub program: i32,
}

impl Preset {
    /// The preset that `voice` requests.
    pub fn of(voice: &Voice) -> Self {
        Self { bank: voice.bank.into(), program: voice.program.into() }
    }

    /// The preset's name in `font`, if the font has it.
    pub fn name(self, font: &SoundFont) -> Option<&str> {
        let mut presets = font.get_presets().iter();
        let found = presets.find(|found| Self::at(found) == self);
        found.map(rustysynth::Preset::get_name)
    }

    fn at(preset: &rustysynth::Preset) -> Self {
        Self { bank: preset.get_bank_number(), program: preset.get_patch_number() }
    }
}

/// The wanted preset or the nearest one: in the same bank if possible, with the nearest program.
///
/// Returns the wanted one for a font without presets, which rustysynth refuses to load.
pub fn nearest(font: &SoundFont, wanted: Preset) -> Preset {
    font.get_presets()
        .iter()
        .map(Preset::at)
        .min_by_key(|found| {
            (found.bank != wanted.bank, found.program.abs_diff(wanted.program), found.bank)
        })
        .unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{font_file, tiny_font};

    #[test]
    fn a_missing_preset_falls_back_within_its_bank_first() {
        let font = font_file::parse(&tiny_font::build(), "tiny").unwrap();
        let nearest = |bank, program| {
            let found = nearest(&font, Preset { bank, program });
            (found.bank, found.program)
        };

        assert_eq!(nearest(0, 5), (0, 5));
        assert_eq!(nearest(0, 4), (0, 5));
        assert_eq!(nearest(0, 100), (0, 5));
        assert_eq!(nearest(128, 25), (128, 0));
        assert_eq!(nearest(3, 0), (0, 0));
    }
}
