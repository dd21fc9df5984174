//! Macros of a theme: knobs of the studio, each of which moves several values at once.

use serde_json::Value;

/// The prefix of fader keys: `desk.bass.filter`.
const DESK: &str = "desk.";

/// A knob from 0 to 1 that moves several values of a theme, and faders of the desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Macro {
    /// 1 to 40 lower-case letters, digits and hyphens.
    pub name: String,
    /// What it moves, 1 to 16.
    pub moves: Vec<Moved>,
}

/// What a macro moves, and how far.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// A value's key, such as `energy` or `bass.gain_db`, or a fader's: `desk.bass.filter`.
    pub key: String,
    /// The number with the macro at 0 and at 1. Invariant: valid for the key.
    pub ends: [f64; 2],
    /// Whether it is a whole number.
    pub is_whole: bool,
}

impl Moved {
    /// The number with the macro at `position`, 0 to 1.
    pub fn at(&self, position: f64) -> Value {
        // What "keep" writes into radio.toml should be short.
        const PARTS: f64 = 1e6;
        let [from, to] = self.ends;
        let number = from + position * (to - from);
        match self.is_whole {
            true => (number.round() as i64).into(),
            false => ((PARTS * number).round() / PARTS).into(),
        }
    }

    /// The part and the name of the fader that it moves, such as `bass.filter`; none for a value.
    pub fn fader(key: &str) -> Option<&str> {
        key.strip_prefix(DESK)
    }
}
