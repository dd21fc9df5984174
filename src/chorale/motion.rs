//! Motion of two voices: similar or contrary, from and to perfect intervals.

use crate::chorale::past::{Act, Sung};

/// An interval of two voices, modulo octaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// An octave or a unison.
    Octave,
    /// A fifth.
    Fifth,
    /// Any other.
    Other,
}

impl Distance {
    fn of(semitones: i16) -> Self {
        match semitones.rem_euclid(12) {
            0 => Self::Octave,
            7 => Self::Fifth,
            _ => Self::Other,
        }
    }
}

/// Motion of a voice against one above that has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Motion {
    /// Whether both go up, or both down.
    pub is_similar: bool,
    /// The interval before.
    pub from: Distance,
    /// The interval after.
    pub to: Distance,
}

/// Number of different motions.
pub const N_MOTIONS: usize = 2 * 3 * 3;

impl Motion {
    /// The motion if `own`, which is still open, moves to `pitch` after `above` has moved; `None` if one
    /// of them stays or was silent.
    pub fn of(above: &Sung, own: &Sung, pitch: u8) -> Option<Self> {
        let (Act::Moved(step), Some(theirs), Some(before)) = (above.act, above.pitch, own.pitch)
        else {
            return None;
        };
        let step = i16::from(step);
        let own_step = i16::from(pitch) - i16::from(before);
        (step != 0 && own_step != 0).then(|| Self {
            is_similar: step.signum() == own_step.signum(),
            from: Distance::of(i16::from(theirs) - step - i16::from(before)),
            to: Distance::of(i16::from(theirs) - i16::from(pitch)),
        })
    }

    /// Whether these are parallel fifths or octaves.
    pub fn is_parallel(self) -> bool {
        self.is_similar && self.from == self.to && self.to != Distance::Other
    }
}

/// Index of the [motion](Motion::of), below [`N_MOTIONS`].
pub fn number(above: &Sung, own: &Sung, pitch: u8) -> Option<usize> {
    let motion = Motion::of(above, own, pitch)?;
    Some((usize::from(motion.is_similar) * 3 + motion.from as usize) * 3 + motion.to as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{frame::Voice, past::Past, token::strike},
        music::scale::{Key, Mode},
    };

    /// The motion of an alto that goes to `alto` when the soprano has gone to `soprano`, from a fifth.
    fn from_a_fifth(soprano: u8, alto: u8) -> Option<Motion> {
        let mut past = Past::new(Key { root: 0, mode: Mode::Major });
        for pitch in [67, 60, 55, 48, soprano] {
            past.write(strike(pitch).unwrap());
        }
        Motion::of(past.voice(Voice::Soprano), past.voice(Voice::Alto), alto)
    }

    #[test]
    fn parallels_are_similar_motion_between_equal_perfect_distances() {
        assert!(from_a_fifth(69, 62).unwrap().is_parallel());
        assert!(!from_a_fifth(69, 64).unwrap().is_parallel(), "a fourth");
        assert!(!from_a_fifth(72, 53).unwrap().is_parallel(), "apart, to a twelfth");
        assert!(!from_a_fifth(71, 71).unwrap().is_parallel(), "a unison");
        assert_eq!((from_a_fifth(67, 62), from_a_fifth(69, 60)), (None, None));
    }
}
