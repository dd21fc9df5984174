//! The nine drum classes of MusicVAE and the tokens made of them.
//!
//! A drum token is a step's set of classes as bits: class 0 is bit 0, so 0 is silence and there are
//! 512 tokens (musicvae `data.py`, `DrumsConverter`).

/// How many classes there are.
pub const N_CLASSES: usize = 9;

/// How many drum tokens there are.
pub const N_TOKENS: usize = 1 << N_CLASSES;

/// One of the nine sounds that a kit is reduced to; the discriminant is its bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names say it.
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

impl Drum {
    /// All classes in the order of their bits.
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

    /// The token in which this class sounds alone.
    pub fn bit(self) -> u16 {
        1 << self as u16
    }

    /// The General MIDI key that we play it with: the first of Magenta's for the class.
    pub fn pitch(self) -> u8 {
        [36, 38, 42, 46, 45, 48, 50, 49, 51][self as usize]
    }
}

/// The classes that `token` sounds together.
pub fn classes(token: u16) -> impl Iterator<Item = Drum> {
    Drum::ALL.into_iter().filter(move |class| token & class.bit() != 0)
}
