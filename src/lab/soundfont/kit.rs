//! Percussion kits, and the keys that play them.

use crate::lab::soundfont::{
    piece::Piece,
    sf2::{Font, KIT_BANK, Preset},
};

/// A preset of bank 128.
pub struct Kit {
    /// At most 19 ASCII characters.
    pub name: &'static str,
    /// MIDI program.
    pub program: u16,
    /// Sample rate of the stored recordings, [`SAMPLE_RATE`] or a whole fraction of it.
    pub rate: u32,
    /// The instruments.
    pub pieces: Vec<Piece>,
}

/// Keys of each instrument, and similar General MIDI keys.
pub mod keys {
    pub const KICK: &[(u8, i8)] = &[(36, 0), (35, -1)];
    pub const RIM: &[(u8, i8)] = &[(37, 0)];
    pub const SNARE: &[(u8, i8)] = &[(38, 0), (40, 1)];
    pub const CLAP: &[(u8, i8)] = &[(39, 0)];
    pub const CLOSED_HAT: &[(u8, i8)] = &[(42, 0), (44, -1)];
    pub const OPEN_HAT: &[(u8, i8)] = &[(46, 0)];
    pub const LOW_TOM: &[(u8, i8)] = &[(45, 0), (43, -2), (41, -4)];
    pub const MID_TOM: &[(u8, i8)] = &[(48, 0), (47, -1)];
    pub const HIGH_TOM: &[(u8, i8)] = &[(50, 0)];
    pub const CRASH: &[(u8, i8)] = &[(49, 0), (57, 2), (55, 5), (52, -3)];
    pub const RIDE: &[(u8, i8)] = &[(51, 0), (59, 1), (53, 4)];
    pub const SHAKER: &[(u8, i8)] = &[(70, 0), (82, -2)];
    pub const COWBELL: &[(u8, i8)] = &[(56, 0)];
    pub const HIGH_CONGA: &[(u8, i8)] = &[(63, 0), (62, 3)];
    pub const LOW_CONGA: &[(u8, i8)] = &[(64, 0)];
    pub const CLAVES: &[(u8, i8)] = &[(75, 0)];
}

impl Kit {
    /// Adds the kit's samples and preset to `font`.
    pub fn add_to(&self, font: &mut Font) {
        let zones =
            self.pieces.iter().flat_map(|piece| piece.zones(font, self.name, self.rate)).collect();
        let name = self.name.to_owned();
        font.add_preset(Preset { name, bank: KIT_BANK, program: self.program, zones });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::drums::Drum;

    #[test]
    fn every_drum_class_has_its_key() {
        let all = [
            keys::KICK,
            keys::SNARE,
            keys::CLOSED_HAT,
            keys::OPEN_HAT,
            keys::LOW_TOM,
            keys::MID_TOM,
            keys::HIGH_TOM,
            keys::CRASH,
            keys::RIDE,
        ];
        for (keys, drum) in all.into_iter().zip(Drum::ALL) {
            assert_eq!(keys[0], (drum.pitch(), 0));
        }
    }
}
