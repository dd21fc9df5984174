//! Four voices in frames of a sixteenth.

use std::ops::RangeInclusive;

use crate::music::scale::Key;

/// Number of voices.
pub const N_VOICES: usize = 4;

/// Frames per quarter.
pub const FRAMES_PER_BEAT: usize = 4;

/// A voice, from the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names are the field's.
pub enum Voice {
    Soprano,
    Alto,
    Tenor,
    Bass,
}

impl Voice {
    /// All voices, in the order in which a frame is written.
    pub const ALL: [Self; N_VOICES] = [Self::Soprano, Self::Alto, Self::Tenor, Self::Bass];

    /// The name, in lower case.
    pub fn name(self) -> &'static str {
        ["soprano", "alto", "tenor", "bass"][self as usize]
    }

    /// Lowest and highest pitch in Bach's chorales.
    pub fn range(self) -> RangeInclusive<u8> {
        [57..=81, 53..=74, 48..=69, 36..=64][self as usize].clone()
    }
}

/// What a voice does in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sound {
    /// It is silent.
    Rest,
    /// It begins a note.
    Struck(u8),
    /// It holds the note of the frame before: tied.
    Held(u8),
}

impl Sound {
    /// The pitch that sounds.
    pub fn pitch(self) -> Option<u8> {
        match self {
            Self::Rest => None,
            Self::Struck(pitch) | Self::Held(pitch) => Some(pitch),
        }
    }

    /// Transposed by `semitones`.
    pub fn transposed(self, semitones: i8) -> Self {
        let moved = |pitch: u8| pitch.saturating_add_signed(semitones);
        match self {
            Self::Rest => Self::Rest,
            Self::Struck(pitch) => Self::Struck(moved(pitch)),
            Self::Held(pitch) => Self::Held(moved(pitch)),
        }
    }
}

/// A sixteenth of all voices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// What each voice does, from the soprano.
    pub sounds: [Sound; N_VOICES],
    /// Whether it is under a fermata: the end of a line of the hymn.
    pub has_fermata: bool,
}

/// A chorale. It begins on a beat.
#[derive(Debug, Clone, PartialEq)]
pub struct Chorale {
    /// Its key; the mode is major or minor.
    pub key: Key,
    /// Its frames.
    pub frames: Vec<Frame>,
}

impl Chorale {
    /// Whether each frame is under a fermata.
    pub fn fermatas(&self) -> Vec<bool> {
        self.frames.iter().map(|frame| frame.has_fermata).collect()
    }

    /// A copy transposed by `semitones`.
    pub fn transposed(&self, semitones: i8) -> Self {
        let root = (i16::from(self.key.root) + i16::from(semitones)).rem_euclid(12) as u8;
        let moved = |frame: &Frame| Frame {
            sounds: frame.sounds.map(|sound| sound.transposed(semitones)),
            ..*frame
        };
        Self { key: Key { root, ..self.key }, frames: self.frames.iter().map(moved).collect() }
    }

    /// Transpositions in semitones, at most six, that stay in the voices' ranges; 0 is always among them.
    pub fn shifts(&self) -> RangeInclusive<i8> {
        let (mut down, mut up) = (6, 6);
        for frame in &self.frames {
            for (voice, sound) in Voice::ALL.into_iter().zip(frame.sounds) {
                let Some(pitch) = sound.pitch() else { continue };
                let range = voice.range();
                down = pitch.saturating_sub(*range.start()).min(down);
                up = range.end().saturating_sub(pitch).min(up);
            }
        }
        -(down as i8)..=up as i8
    }
}

#[cfg(test)]
pub mod testing {
    //! Chorales for tests.

    use super::{Chorale, Frame, Sound};
    use crate::music::scale::{Key, Mode};

    /// Chords of `pitches`, from the soprano, of a quarter each, in C major; the last is under a
    /// fermata. A pitch of 0 is a rest.
    pub fn chords(pitches: &[[u8; 4]]) -> Chorale {
        let n = pitches.len();
        let of_chord = |(number, chord): (usize, &[u8; 4])| {
            let chord = *chord;
            (0..4).map(move |tick| Frame {
                sounds: chord.map(|pitch| match (pitch, tick) {
                    (0, _) => Sound::Rest,
                    (_, 0) => Sound::Struck(pitch),
                    _ => Sound::Held(pitch),
                }),
                has_fermata: number + 1 == n,
            })
        };
        let frames = pitches.iter().enumerate().flat_map(of_chord).collect();
        Chorale { key: Key { root: 0, mode: Mode::Major }, frames }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::chords, *};

    #[test]
    fn a_chorale_moves_within_the_ranges_of_its_voices() {
        let chorale = chords(&[[79, 67, 60, 48], [72, 64, 55, 38]]);
        assert_eq!(chorale.shifts(), -2..=2);

        let moved = chorale.transposed(-2);

        assert_eq!(moved.key.root, 10);
        assert_eq!(moved.frames[0].sounds.map(|sound| sound.pitch().unwrap()), [77, 65, 58, 46]);
        assert_eq!(moved.frames[7].sounds[3], Sound::Held(36));
        assert_eq!(moved.shifts(), 0..=4);
    }
}
