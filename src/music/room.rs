//! The room that a theme sounds in, as values.

use serde::{Deserialize, Serialize};

/// What the room is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RoomKind {
    /// A small room: short paths, dense at once.
    Room,
    /// A steel plate: bright, dense at once, without the sound of walls.
    #[default]
    Plate,
    /// A hall: long paths, a slow start.
    Hall,
    /// Two coil springs in a tank: each hit returns as a chirp.
    Spring,
}

/// The room of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// What it is like.
    pub kind: RoomKind,
    /// Time in which the mids fall by 60 dB, 0.2 to 10 s.
    pub t60_seconds: f64,
    /// Time before the room answers, 0 to 200 ms.
    pub pre_delay_ms: f64,
    /// How much faster highs fall: they last 1 - `damping` times as long, 0 to 0.9.
    pub damping: f64,
}

impl Room {
    /// A plate of 1.6 s.
    pub const DEFAULT: Self =
        Self { kind: RoomKind::Plate, t60_seconds: 1.6, pre_delay_ms: 10.0, damping: 0.5 };
}

impl Default for Room {
    fn default() -> Self {
        Self::DEFAULT
    }
}
