//! The state of a chorale so far that the next token depends on.

use crate::{
    chorale::{
        frame::{N_VOICES, Voice},
        token::{self, HOLD, N_TOKENS},
    },
    music::scale::{Key, Mode},
};

/// What a voice did in the current frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It has not been written yet.
    Open,
    /// It held.
    Held,
    /// It was silent.
    Rested,
    /// It began a note, this many semitones from its last.
    Moved(i8),
}

/// What one voice has sung.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sung {
    /// The pitch that sounds, or sounded in the frame before if the voice is still open.
    pub pitch: Option<u8>,
    /// Its last pitch, before rests.
    pub last: Option<u8>,
    /// Interval by which the last note was reached, in semitones.
    pub interval: Option<i8>,
    /// Frames of the note so far.
    pub n_frames: u8,
    /// What it did in this frame.
    pub act: Act,
}

/// The chorale so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    key: Key,
    next: usize,
    voices: [Sung; N_VOICES],
}

impl Past {
    /// The start of a chorale in `key`.
    pub fn new(key: Key) -> Self {
        let voice = Sung { pitch: None, last: None, interval: None, n_frames: 0, act: Act::Open };
        Self { key, next: 0, voices: [voice; N_VOICES] }
    }

    /// The next voice to write.
    pub fn next(&self) -> Voice {
        Voice::ALL[self.next]
    }

    /// What `voice` has sung.
    pub fn voice(&self, voice: Voice) -> &Sung {
        &self.voices[voice as usize]
    }

    /// Semitones of `pitch` above the tonic, 0 to 11.
    pub fn degree(&self, pitch: u8) -> usize {
        usize::from((pitch + 12 - self.key.root) % 12)
    }

    /// Index of the key, 0 to 23: its root, minor keys after major ones.
    pub fn key(&self) -> usize {
        usize::from(self.key.root) + 12 * self.mode()
    }

    /// 0 for major keys, 1 for others.
    pub fn mode(&self) -> usize {
        usize::from(self.key.mode != Mode::Major)
    }

    /// Whether `token` can be written next: a hold needs a note, and a note has to be in the voice's
    /// range.
    pub fn allows(&self, token: u8) -> bool {
        match token::pitch(token) {
            Some(pitch) => self.next().range().contains(&pitch),
            None => token != HOLD || self.voices[self.next].pitch.is_some(),
        }
    }

    /// All tokens that can be written next.
    pub fn allowed(&self) -> impl Iterator<Item = u8> {
        (0..N_TOKENS as u8).filter(|&token| self.allows(token))
    }

    /// Writes `token`.
    pub fn write(&mut self, token: u8) {
        let voice = &mut self.voices[self.next];
        match token::pitch(token) {
            Some(pitch) => {
                let interval = voice.last.map(|last| pitch as i8 - last as i8);
                let (pitch, act) = (Some(pitch), Act::Moved(interval.unwrap_or(0)));
                *voice = Sung { pitch, last: pitch, interval, n_frames: 1, act };
            }
            None if token == HOLD => {
                voice.n_frames = voice.n_frames.saturating_add(1);
                voice.act = Act::Held;
            }
            None => *voice = Sung { pitch: None, n_frames: 0, act: Act::Rested, ..*voice },
        }
        self.next = (self.next + 1) % N_VOICES;
        if self.next == 0 {
            self.voices.iter_mut().for_each(|voice| voice.act = Act::Open);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::token::{REST, strike},
        music::scale::Mode,
    };

    #[test]
    fn voices_remember_their_notes_through_a_rest() {
        let mut past = Past::new(Key { root: 2, mode: Mode::Minor });
        assert!(!past.allows(HOLD));
        for token in [strike(69), strike(62), strike(57), strike(50)] {
            past.write(token.unwrap());
        }
        assert_eq!((past.key(), past.degree(69), past.next()), (14, 7, Voice::Soprano));
        for token in [HOLD, REST, HOLD] {
            past.write(token);
        }
        assert_eq!((past.next(), past.voice(Voice::Alto).act), (Voice::Bass, Act::Rested));
        for token in [HOLD, strike(67).unwrap(), strike(64).unwrap()] {
            past.write(token);
        }

        let [soprano, alto] = [Voice::Soprano, Voice::Alto].map(|voice| *past.voice(voice));
        assert_eq!(
            (soprano.interval, soprano.n_frames, soprano.act),
            (Some(-2), 1, Act::Moved(-2))
        );
        assert_eq!((alto.pitch, alto.interval), (Some(64), Some(2)));
        assert_eq!(past.voice(Voice::Bass).act, Act::Open);
        assert_eq!(past.voice(Voice::Bass).n_frames, 2);
        assert!(past.allows(HOLD) && past.allows(strike(69).unwrap()));
        assert!(!past.allows(strike(70).unwrap()));
    }
}
