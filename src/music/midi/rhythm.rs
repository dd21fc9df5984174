//! Which channels play drums: the tenth of General MIDI, and those that a file sets as rhythm parts.
//!
//! - Bank select: 120 is General MIDI 2's rhythm bank, 126 and 127 are XG's sound effect and drum
//!   kits. In GS, 126 and 127 are melodic banks.
//! - Sysex: GS's "use for rhythm part" and XG's "part mode". They apply to the whole file, at any position,
//!   as files send them before the first note.

use midly::{Smf, TrackEventKind};

/// The percussion channel of General MIDI, counted from 0.
pub const DRUM_CHANNEL: u8 = 9;

/// The rhythm bank of General MIDI 2.
const GM2_BANK: u8 = 120;

/// The sound effect and drum kits of XG.
const XG_BANKS: [u8; 2] = [126, 127];

/// Roland's identifier, and the GS model's.
const ROLAND: u8 = 0x41;
const GS: u8 = 0x42;

/// Yamaha's identifier, and the XG model's.
const YAMAHA: u8 = 0x43;
const XG: u8 = 0x4c;

/// Which of the 16 channels are drums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// Whether a sysex makes a channel a rhythm part or a melodic one.
    by_sysex: [Option<bool>; 16],
    banks: [u8; 16],
    is_gs: bool,
}

impl Rhythm {
    /// The kinds set by a file's sysex messages.
    pub fn of(smf: &Smf) -> Self {
        let mut rhythm = Self::default();
        for event in smf.tracks.iter().flatten() {
            if let TrackEventKind::SysEx(data) = event.kind {
                rhythm.sysex(data);
            }
        }
        rhythm
    }

    /// Selects a bank, the value of controller 0, for `channel`, 0 to 15.
    pub fn select_bank(&mut self, channel: u8, bank: u8) {
        self.banks[usize::from(channel & 15)] = bank;
    }

    /// Whether `channel`, 0 to 15, plays drums.
    pub fn is_drum(&self, channel: u8) -> bool {
        let bank = self.banks[usize::from(channel & 15)];
        let is_bank = bank == GM2_BANK || (XG_BANKS.contains(&bank) && !self.is_gs);
        self.by_sysex[usize::from(channel & 15)].unwrap_or(channel == DRUM_CHANNEL || is_bank)
    }

    /// Applies a sysex message; `data` are the bytes after F0.
    fn sysex(&mut self, data: &[u8]) {
        match *data {
            // A data set of GS: address 40 1x 15, a part's use for rhythm; 0 is off.
            [ROLAND, _, GS, 0x12, 0x40, part @ 0x10..=0x1f, 0x15, map, ..] => {
                self.by_sysex[usize::from(gs_channel(part & 15))] = Some(map != 0);
                self.is_gs = true;
            }
            [ROLAND, _, GS, 0x12, ..] => self.is_gs = true,
            // A parameter change of XG: address 08 part 07, the part's mode; 0 is normal.
            [YAMAHA, _, XG, 0x08, part @ 0x00..=0x0f, 0x07, mode, ..] => {
                self.by_sysex[usize::from(part)] = Some(mode != 0);
            }
            _ => {}
        }
    }
}

/// The channel of a block in GS's part addresses: block 0 is the tenth part.
fn gs_channel(block: u8) -> u8 {
    match block {
        0 => DRUM_CHANNEL,
        1..=9 => block - 1,
        _ => block,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drums(rhythm: &Rhythm) -> Vec<u8> {
        (0..16).filter(|&channel| rhythm.is_drum(channel)).collect()
    }

    #[test]
    fn only_the_tenth_channel_plays_drums_by_default() {
        assert_eq!(drums(&Rhythm::default()), [9]);
    }

    #[test]
    fn banks_of_drum_kits_are_drums_until_another_is_selected() {
        for bank in [120, 126, 127] {
            let mut rhythm = Rhythm::default();
            rhythm.select_bank(10, bank);
            assert_eq!(drums(&rhythm), [9, 10], "bank {bank}");
            rhythm.select_bank(10, 0);
            assert_eq!(drums(&rhythm), [9], "bank {bank}");
        }
    }

    #[test]
    fn xg_kits_are_melodic_banks_in_gs() {
        let mut rhythm = Rhythm::default();
        rhythm.sysex(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7f, 0x00, 0x41, 0xf7]);
        rhythm.select_bank(3, 127);

        assert_eq!(drums(&rhythm), [9]);
    }

    #[test]
    fn sysex_sets_rhythm_parts() {
        let gs = |block: u8, map| [0x41, 0x10, 0x42, 0x12, 0x40, 0x10 | block, 0x15, map, 0, 0xf7];
        let mut rhythm = Rhythm::default();
        // Blocks 1, 10 and 15 are channels 0, 10 and 15; block 0 is channel 9.
        for (block, map) in [(1, 1), (10, 2), (15, 1), (0, 0)] {
            rhythm.sysex(&gs(block, map));
        }
        assert_eq!(drums(&rhythm), [0, 10, 15]);

        let mut rhythm = Rhythm::default();
        rhythm.sysex(&[0x43, 0x10, 0x4c, 0x08, 0x0a, 0x07, 0x02, 0xf7]);
        assert_eq!(drums(&rhythm), [9, 10]);
    }
}
