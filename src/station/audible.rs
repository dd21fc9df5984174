//! Decides when a renderer whose sound is silent or stuck is restarted.

use std::fmt;

use crate::{
    sound::{
        Error,
        frame::Block,
        sound_check::{Reading, SoundCheck},
    },
    station::on_air::OnAir,
};

/// Seconds of silence or of a stuck sound after which the renderer is restarted.
const LIMIT: f64 = 30.0;

/// Longest time between restarts in a row, in seconds: the music itself may be silent.
const LONGEST: f64 = 3600.0;

/// Measures what a station sends.
pub struct Audible {
    check: SoundCheck,
    /// Seconds of a fault after which the next restart is due.
    due: f64,
    n_restarts: u64,
}

/// A fault of the sound, with its duration in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// Nothing can be heard.
    Silent(f64),
    /// The same sound, without events.
    Stuck(f64),
}

/// A change of the sound that is logged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// The renderer is to be restarted.
    Restart(Fault),
    /// The sound is back.
    Back,
}

impl Fault {
    /// The fault that `reading` shows, if it has lasted for `limit` seconds.
    pub fn of(reading: &Reading, limit: f64) -> Option<Self> {
        let Reading { silent_seconds, stuck_seconds, .. } = *reading;
        if limit <= silent_seconds {
            return Some(Self::Silent(silent_seconds));
        }
        (limit <= stuck_seconds).then_some(Self::Stuck(stuck_seconds))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(seconds) => write!(f, "silent for {seconds:.0} s"),
            Self::Stuck(seconds) => write!(f, "the same sound for {seconds:.0} s"),
        }
    }
}

impl Audible {
    /// Nothing measured yet.
    ///
    /// # Errors
    /// The loudness meter can't be created.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { check: SoundCheck::new()?, due: LIMIT, n_restarts: 0 })
    }

    /// Measures a block that is sent.
    pub fn add(&mut self, block: &Block) {
        self.check.add(block);
    }

    /// Writes the measurements to `on_air`.
    pub fn publish(&self, on_air: &mut OnAir) {
        (on_air.sound, on_air.n_sound_restarts) = (self.check.reading(), self.n_restarts);
    }

    /// The change since the last chunk. The time between restarts doubles while the fault lasts.
    pub fn change(&mut self) -> Option<Change> {
        let reading = self.check.reading();
        if let Some(fault) = Fault::of(&reading, self.due) {
            self.due = (2.0 * self.due).min(self.due + LONGEST);
            self.n_restarts += 1;
            return Some(Change::Restart(fault));
        }
        let is_back = LIMIT < self.due && Fault::of(&reading, LIMIT).is_none();
        if is_back {
            self.due = LIMIT;
        }
        is_back.then_some(Change::Back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::frame::FRAMES_PER_MP3_FRAME;

    /// A block of noise of a level that changes from block to block.
    fn music(n: u32) -> Block {
        let mut block = Block::SILENCE;
        for i in 0..FRAMES_PER_MP3_FRAME {
            let noise = (n * 1152 + i as u32).wrapping_mul(2_654_435_761) as i32;
            block.left[i] = noise as f32 / i32::MAX as f32 * 0.05 * (1 + n % 7) as f32;
        }
        block.right = block.left;
        block
    }

    fn changes(audible: &mut Audible, seconds: u32, block: impl Fn(u32) -> Block) -> Vec<Change> {
        let blocks = (0..seconds * 1000 / 26).map(block);
        blocks
            .filter_map(|block| {
                audible.add(&block);
                audible.change()
            })
            .collect()
    }

    #[test]
    fn silence_restarts_the_renderer_ever_later_until_the_sound_is_back() {
        let mut audible = Audible::new().unwrap();
        assert_eq!(changes(&mut audible, 60, music), []);

        let silent = changes(&mut audible, 130, |_| Block::SILENCE);
        let [Change::Restart(Fault::Silent(first)), Change::Restart(second), third] = silent[..]
        else {
            panic!("{silent:?}")
        };
        assert!((30.0..32.0).contains(&first), "{first}");
        assert!(second.to_string().starts_with("silent for 6"), "{second}");
        assert!(matches!(third, Change::Restart(Fault::Silent(120.0..122.0))), "{third:?}");

        assert_eq!(changes(&mut audible, 10, music), [Change::Back]);
        assert_eq!(changes(&mut audible, 32, |_| Block::SILENCE).len(), 1);
    }
}
