//! The nine drum classes of MusicVAE and their tokens.
//!
//! A drum token is the set of classes that sound at a step, as bits: class 0 is bit 0, token 0 is
//! silence, and there are 512 tokens (musicvae `data.py`, `DrumsConverter`).

/// Number of classes.
pub const N_CLASSES: usize = 9;

/// Number of drum tokens.
pub const N_TOKENS: usize = 1 << N_CLASSES;

/// One of nine drum sounds; the discriminant is its bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // Self-explanatory.
pub enum Drum {
    Kick = 0,
    Snare = 1,
    ClosedHat = 2,
    OpenHat = 3,
    LowTom = 4,
    MidTom = 5,
    HighTom = 6,
    Crash = 7,
    Ride = 8,
}

/// Drums that share a sound source: a closed hat chokes an open one, and toms are tuned together.
pub const GROUPS: [&[Drum]; 5] = [
    &[Drum::Kick],
    &[Drum::Snare],
    &[Drum::ClosedHat, Drum::OpenHat],
    &[Drum::LowTom, Drum::MidTom, Drum::HighTom],
    &[Drum::Crash, Drum::Ride],
];

impl Drum {
    /// All classes, in bit order.
    pub const ALL: [Self; N_CLASSES] = [
        Self::Kick,
        Self::Snare,
        Self::ClosedHat,
        Self::OpenHat,
        Self::LowTom,
        Self::MidTom,
        Self::HighTom,
        Self::Crash,
        Self::Ride,
    ];

    /// The token with this class alone.
    pub fn bit(self) -> u16 {
        1 << self as u16
    }

    /// The display name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kick => "kick",
            Self::Snare => "snare",
            Self::ClosedHat => "closed hat",
            Self::OpenHat => "open hat",
            Self::LowTom => "low tom",
            Self::MidTom => "mid tom",
            Self::HighTom => "high tom",
            Self::Crash => "crash",
            Self::Ride => "ride",
        }
    }

    /// The General MIDI key that plays the class: the first in Magenta's table.
    pub fn pitch(self) -> u8 {
        KEYS[self as usize][0]
    }
}

/// General MIDI keys of each class, in bit order (`note_seq` 0.0.5, `drums_encoder_decoder.py`).
///
/// magenta-js differs: it maps 43 to a high tom and 52 to a ride, and drops 22 and 26. The
/// published checkpoints were trained with the Python table, so this is the one used here.
const KEYS: [&[u8]; N_CLASSES] = [
    &[36, 35],
    &[38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85],
    &[42, 44, 54, 68, 69, 70, 71, 73, 78, 80, 22],
    &[46, 67, 72, 74, 79, 81, 26],
    &[45, 29, 41, 43, 61, 64, 84],
    &[48, 47, 60, 63, 77, 86, 87],
    &[50, 30, 62, 76, 83],
    &[49, 52, 55, 57, 58],
    &[51, 53, 59, 82],
];

/// The class of a General MIDI percussion key; shakers and the like have none.
pub fn class(pitch: u8) -> Option<Drum> {
    Drum::ALL.into_iter().find(|&class| KEYS[class as usize].contains(&pitch))
}

/// Keys of electronic kits that were added after Magenta's full drum roll was fixed.
const NOT_IN_ROLL: [u8; 2] = [22, 26];

/// The keys of the full drum roll in order, a class each (musicvae `data.py`,
/// `FULL_DRUM_PITCH_CLASSES`).
fn roll_keys() -> impl Iterator<Item = u8> {
    KEYS.iter().flat_map(|keys| keys.iter().copied()).filter(|key| !NOT_IN_ROLL.contains(key))
}

/// The class of a General MIDI percussion key in a roll of `n_classes`: one of the nine, or a class
/// per key.
pub fn roll_class(pitch: u8, n_classes: usize) -> Option<usize> {
    match n_classes {
        N_CLASSES => class(pitch).map(|drum| drum as usize),
        _ => roll_keys().take(n_classes).position(|key| key == pitch),
    }
}

/// The key that plays `class` in a roll of `n_classes`.
pub fn roll_pitch(class: usize, n_classes: usize) -> Option<u8> {
    match n_classes {
        N_CLASSES => Drum::ALL.get(class).map(|drum| drum.pitch()),
        _ => roll_keys().nth(class),
    }
}

/// The classes that sound in `token`.
pub fn classes(token: u16) -> impl Iterator<Item = Drum> {
    Drum::ALL.into_iter().filter(move |class| token & class.bit() != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_played_by_one_of_its_keys() {
        assert!(Drum::ALL.iter().all(|&drum| class(drum.pitch()) == Some(drum)));
        assert_eq!(class(82), Some(Drum::Ride));
        assert_eq!(class(20), None);
    }

    #[test]
    fn no_key_is_in_two_classes() {
        let mut keys: Vec<u8> = KEYS.concat();
        keys.sort_unstable();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_full_roll_has_61_keys() {
        assert_eq!(roll_keys().count(), 61);
        for n_classes in [N_CLASSES, 61] {
            for class in 0..n_classes {
                let pitch = roll_pitch(class, n_classes).unwrap();
                assert_eq!(roll_class(pitch, n_classes), Some(class));
            }
        }
    }

    #[test]
    fn a_token_is_the_set_of_its_classes() {
        let token = Drum::Kick.bit() | Drum::Ride.bit();
        assert!(classes(token).eq([Drum::Kick, Drum::Ride]));
    }
}
