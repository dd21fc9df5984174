//! The split of the 368 chorales of music21's corpus into training, validation and test sets.
//!
//! It follows the split of JSB Chorales (Boulanger-Lewandowski et al. 2012), on which results are published.
//! Chorales are matched by their music in any key. Those that JSB lacks or that could not be matched are
//! trained on.

use crate::chorale::frame::{Chorale, Frame};

/// Number of chorales that the split below covers.
const N_CHORALES: usize = 368;

/// Chorales of the test set, by index in the corpus.
const TEST: [usize; 72] = [
    2, 7, 9, 11, 21, 23, 31, 34, 38, 45, 46, 54, 64, 71, 87, 96, 103, 105, 112, 114, 120, 135, 141,
    157, 158, 159, 160, 162, 166, 176, 181, 186, 187, 190, 197, 198, 203, 210, 211, 212, 222, 233,
    235, 240, 241, 245, 247, 271, 281, 286, 287, 292, 301, 312, 313, 314, 315, 324, 332, 334, 337,
    340, 343, 344, 345, 351, 356, 358, 361, 362, 364, 367,
];

/// Chorales of the validation set.
const VALID: [usize; 68] = [
    0, 3, 6, 8, 12, 17, 22, 24, 27, 35, 40, 51, 52, 53, 55, 57, 59, 66, 70, 73, 76, 92, 98, 116,
    117, 122, 126, 129, 133, 134, 140, 147, 148, 149, 155, 156, 172, 177, 180, 184, 185, 188, 189,
    194, 195, 200, 219, 223, 226, 227, 232, 236, 239, 242, 260, 269, 282, 290, 293, 296, 299, 300,
    303, 318, 319, 322, 350, 359,
];

/// A corpus in three parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Trained on.
    pub train: Vec<Chorale>,
    /// For validation.
    pub valid: Vec<Chorale>,
    /// Held out for the test.
    pub test: Vec<Chorale>,
}

impl Split {
    /// Splits `chorales`: music21's corpus like JSB Chorales, any other by number, one in ten each for
    /// validation and test. A chorale whose music is also in a later part is dropped.
    pub fn of(chorales: Vec<Chorale>) -> Self {
        let is_corpus = chorales.len() == N_CHORALES;
        let mut split = Self { train: vec![], valid: vec![], test: vec![] };
        for (number, chorale) in chorales.into_iter().enumerate() {
            let part = match is_corpus {
                true if TEST.contains(&number) => &mut split.test,
                true if VALID.contains(&number) => &mut split.valid,
                false if number % 10 == 9 => &mut split.test,
                false if number % 10 == 4 => &mut split.valid,
                _ => &mut split.train,
            };
            part.push(chorale);
        }
        split.train.retain(|chorale| {
            !split.test.iter().chain(&split.valid).any(|kept| is_same(chorale, kept))
        });
        split.valid.retain(|chorale| !split.test.iter().any(|kept| is_same(chorale, kept)));
        split
    }
}

/// Whether two chorales have the same sounds in any key.
fn is_same(a: &Chorale, b: &Chorale) -> bool {
    let lowest =
        |chorale: &Chorale| chorale.frames.first().and_then(|frame| frame.sounds[3].pitch());
    let (Some(from), Some(to)) = (lowest(a), lowest(b)) else { return a.frames == b.frames };
    let moved = |frame: &Frame| frame.sounds.map(|sound| sound.transposed(to as i8 - from as i8));
    a.frames.len() == b.frames.len()
        && a.frames.iter().zip(&b.frames).all(|(a, b)| moved(a) == b.sounds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::frame::testing::chords;

    #[test]
    fn the_parts_are_disjoint() {
        assert!(TEST.iter().all(|number| !VALID.contains(number) && *number < N_CHORALES));
        assert!(TEST.is_sorted() && VALID.is_sorted());
    }

    #[test]
    fn a_double_in_another_key_is_not_learnt_from() {
        let chorale = |n: u8| chords(&[[60 + n, 60, 55, 48], [62, 60, 55, 48]]);
        let mut chorales: Vec<Chorale> = (0..10).map(chorale).collect();
        chorales[0] = chorales[9].transposed(2);

        let split = Split::of(chorales);

        assert_eq!((split.train.len(), split.valid.len(), split.test.len()), (7, 1, 1));
    }
}
