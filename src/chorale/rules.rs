//! Rules of part-writing that a network learns late: no parallel fifths and octaves, no crossed voices.

use crate::chorale::{
    frame::Voice,
    past::{Act, Past, Sung},
    token::{self, HOLD},
};

/// Semitones, octaves aside, of the distances that may not be repeated: octave and fifth.
const PERFECT: [i16; 2] = [0, 7];

/// Number of rules that `token` breaks after `past`: one for each voice above that it moves in parallel
/// with, and one if it crosses its neighbour.
pub fn n_broken(past: &Past, token: u8) -> usize {
    let own = past.voice(past.next());
    let pitch = if token == HOLD { own.pitch } else { token::pitch(token) };
    let Some(pitch) = pitch else { return 0 };
    let above = || Voice::ALL.into_iter().filter(|&above| above < past.next());
    let n_parallels = above().filter(|&above| is_parallel(past.voice(above), own, pitch)).count();
    let neighbour = above().next_back().and_then(|above| past.voice(above).pitch);
    n_parallels + usize::from(neighbour.is_some_and(|neighbour| neighbour < pitch))
}

/// Whether a voice that moves to `pitch` moves with `above` the same way from a perfect distance to the
/// same.
fn is_parallel(above: &Sung, own: &Sung, pitch: u8) -> bool {
    let (Act::Moved(step), Some(theirs), Some(before)) = (above.act, above.pitch, own.pitch) else {
        return false;
    };
    let own_step = i16::from(pitch) - i16::from(before);
    let distance = (i16::from(theirs) - i16::from(pitch)).rem_euclid(12);
    let distance_before = (i16::from(theirs) - i16::from(step) - i16::from(before)).rem_euclid(12);
    step != 0
        && i16::from(step).signum() == own_step.signum()
        && distance == distance_before
        && PERFECT.contains(&distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::token::{REST, strike},
        music::scale::{Key, Mode},
    };

    /// Rules that the last of `pitches` breaks; a pitch of 0 is held.
    fn broken(pitches: &[u8]) -> usize {
        let token = |&pitch: &u8| if pitch == 0 { HOLD } else { strike(pitch).unwrap() };
        let (last, before) = pitches.split_last().unwrap();
        let mut past = Past::new(Key { root: 0, mode: Mode::Major });
        for pitch in before {
            past.write(token(pitch));
        }
        assert_eq!(n_broken(&past, REST), 0);
        n_broken(&past, token(last))
    }

    #[test]
    fn parallels_with_each_voice_above_and_a_crossing_count() {
        let chord = [72, 67, 60, 48];
        let after = |pitches: &[u8]| broken(&[&chord[..], pitches].concat());
        assert_eq!(after(&[74, 69, 62]), 2, "a fifth below the alto, an octave below the soprano");
        assert_eq!(after(&[74, 69, 59]), 0, "contrary");
        assert_eq!(after(&[0, 0, 62]), 0, "oblique");
        assert_eq!(after(&[72, 67, 0]), 0, "repeated");
        assert_eq!(after(&[71, 67, 72]), 1, "crossed");
        assert_eq!(after(&[71, 65, 57, 45]), 1, "an octave below the tenor");
        assert_eq!(broken(&chord), 0);
    }
}
