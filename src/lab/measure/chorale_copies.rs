//! Copies: the longest passage that a chorale shares with others, in any key.

use crate::chorale::frame::{Chorale, Frame, N_VOICES};

/// A frame regardless of the key: the distances of the voices from the soprano, and the soprano's interval
/// from the frame before.
type Shape = [Option<i16>; N_VOICES];

/// Frames of the longest passage of `chorale` that one of `others` also has, in any key.
pub fn longest_copy(chorale: &Chorale, others: &[Chorale]) -> usize {
    let shapes = shapes(chorale);
    others.iter().map(|other| longest_common(&shapes, &self::shapes(other))).max().unwrap_or(0)
}

fn shapes(chorale: &Chorale) -> Vec<Shape> {
    let mut before = None;
    let shape = |frame: &Frame| {
        let [soprano, ..] = frame.sounds.map(|sound| sound.pitch().map(i16::from));
        let mut shape = frame.sounds.map(|sound| Some(i16::from(sound.pitch()?) - soprano?));
        shape[0] = soprano.zip(before).map(|(now, before): (i16, i16)| now - before);
        before = soprano.or(before);
        shape
    };
    chorale.frames.iter().map(shape).collect()
}

/// Length of the longest common run.
fn longest_common(a: &[Shape], b: &[Shape]) -> usize {
    // Lengths of the runs that end at each place of `b` and the current place of `a`.
    let mut runs = vec![0; b.len() + 1];
    let mut longest = 0;
    for a in a {
        for (at, b) in b.iter().enumerate().rev() {
            runs[at + 1] = if a == b { runs[at] + 1 } else { 0 };
            longest = longest.max(runs[at + 1]);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::frame::testing::chords;

    #[test]
    fn a_passage_is_found_in_another_key() {
        let a = chords(&[[72, 67, 60, 48], [74, 65, 59, 43], [76, 67, 60, 48]]);
        let b = chords(&[[60, 60, 55, 52], [72, 67, 60, 48], [74, 65, 59, 43], [60, 60, 55, 52]]);
        // The first frame has no interval from a frame before.
        assert_eq!(longest_copy(&a, &[b.transposed(-1)]), 7);
        assert_eq!(longest_copy(&a, std::slice::from_ref(&a)), 12);
        assert_eq!(longest_copy(&a, &[]), 0);
    }
}
