//! The chord of a voice and the voices above it.

use crate::chorale::{frame::Voice, past::Past};

/// Pitch-class intervals above a pitch, as bits: the minor second is bit 0, the major seventh bit 10. Unisons
/// and octaves have no bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intervals(pub u16);

const fn bits(first: u16, second: u16) -> u16 {
    1 << (first - 1) | 1 << (second - 1)
}

/// Major and minor triads, from the root, from the third and from the fifth.
const TRIADS: [u16; 6] = [bits(4, 7), bits(3, 7), bits(3, 8), bits(4, 9), bits(5, 9), bits(5, 8)];

/// Root-position ones.
const N_FROM_ROOT: usize = 2;

impl Intervals {
    /// The intervals from `pitch` up to the voices above the next one to be written.
    pub fn below(past: &Past, pitch: u8) -> Self {
        let above = Voice::ALL.into_iter().filter(|&above| above < past.next());
        let intervals = above
            .filter_map(|above| past.voice(above).pitch)
            .map(|above| (i16::from(above) - i16::from(pitch)).rem_euclid(12));
        Self(intervals.filter(|&n| n != 0).fold(0, |set, n| set | 1 << (n - 1)))
    }

    /// Whether they fit a major or minor triad.
    pub fn are_of_triad(self) -> bool {
        self.are_among(&TRIADS)
    }

    /// Whether they fit a major or minor triad in root position.
    pub fn are_of_triad_on_root(self) -> bool {
        self.are_among(&TRIADS[..N_FROM_ROOT])
    }

    fn are_among(self, triads: &[u16]) -> bool {
        triads.iter().any(|triad| self.0 & !triad == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::token::strike,
        music::scale::{Key, Mode},
    };

    fn below(above: &[u8], pitch: u8) -> Intervals {
        let mut past = Past::new(Key { root: 0, mode: Mode::Major });
        for &pitch in above {
            past.write(strike(pitch).unwrap());
        }
        Intervals::below(&past, pitch)
    }

    #[test]
    fn triads_are_known_in_any_position_and_on_their_root() {
        for (above, pitch, of_triad, on_root) in [
            (&[72, 67, 64][..], 48, true, true),
            (&[72, 67, 64], 52, true, false),
            (&[72, 67, 64], 55, true, false),
            (&[72, 67, 65], 48, false, false),
            (&[72, 69], 60, true, false),
            (&[72], 60, true, true),
            (&[], 60, true, true),
        ] {
            let found = below(above, pitch);
            let kinds = (found.are_of_triad(), found.are_of_triad_on_root());
            assert_eq!(kinds, (of_triad, on_root), "{above:?} over {pitch}");
        }
        assert_eq!(below(&[72, 67, 64], 48), below(&[69, 66, 62], 38), "in any key and spacing");
    }
}
