//! Token lines as bit planes of 64 steps per word, which compare 64 steps in a few instructions.

use crate::lab::measure::tokens::Kind;

/// Steps in a word.
const WORD: usize = u64::BITS as usize;

/// A packed line of tokens. Plane `p` of a word holds bit `p` of 64 consecutive tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitPlanes<const N: usize>(Vec<[u64; N]>);

/// Packed melody or bass: 90 tokens need 7 bits.
pub type PitchedPlanes = BitPlanes<7>;

/// Packed drums: 512 tokens need 9 bits.
pub type DrumPlanes = BitPlanes<9>;

/// Onsets and note ends of a pitched line, which transposition does not change.
pub type Rhythm = BitPlanes<2>;

impl<const N: usize> BitPlanes<N> {
    /// Packs tokens below 2^N; an incomplete last word is padded with token 0.
    pub fn pack(line: &[u16]) -> Self {
        let pack_word = |tokens: &[u16]| {
            let mut planes = [0; N];
            for (step, &token) in tokens.iter().enumerate() {
                for (bit, plane) in planes.iter_mut().enumerate() {
                    *plane |= u64::from(token >> bit & 1) << step;
                }
            }
            planes
        };
        Self(line.chunks(WORD).map(pack_word).collect())
    }

    /// The number of steps at which two lines of equal length differ.
    pub fn n_different(&self, other: &Self) -> u32 {
        let words = self.0.iter().zip(&other.0);
        let differing = |(a, b): (&[u64; N], &[u64; N])| {
            let planes = a.iter().zip(b);
            planes.fold(0, |differing, (a, b)| differing | (a ^ b)).count_ones()
        };
        words.map(differing).sum()
    }
}

impl Rhythm {
    /// Packs the state of each step of a pitched `line`: 0 continues, 1 ends a note, 2 starts one.
    pub fn of(line: &[u16]) -> Self {
        let state = |&token: &u16| if Kind::Pitched.is_onset(token) { 2 } else { token & 1 };
        Self::pack(&line.iter().map(state).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_lines_differ_in_as_many_steps_as_unpacked_ones() {
        let a: Vec<u16> = (0..100).map(|step| step * 5 % 512).collect();
        let b: Vec<u16> = (0..100).map(|step| step * 7 % 512).collect();
        let n_different = a.iter().zip(&b).filter(|(a, b)| a != b).count() as u32;

        assert_eq!(DrumPlanes::pack(&a).n_different(&DrumPlanes::pack(&b)), n_different);
        assert_eq!(DrumPlanes::pack(&a).n_different(&DrumPlanes::pack(&a)), 0);
    }

    #[test]
    fn rhythms_differ_at_onsets_and_ends() {
        let (a, moved, other) = ([30, 0, 1, 40], [31, 0, 1, 41], [30, 1, 0, 0]);
        assert_eq!(Rhythm::of(&a).n_different(&Rhythm::of(&moved)), 0);
        assert_eq!(Rhythm::of(&a).n_different(&Rhythm::of(&other)), 3);
    }
}
