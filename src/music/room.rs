//! The settings of a theme's reverb.

use serde::{Deserialize, Serialize};

/// A kind of reverb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RoomKind {
    /// A small room: short paths, dense from the start.
    Room,
    /// A steel plate: bright, dense from the start, without the sound of walls.
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
    /// Its kind.
    pub kind: RoomKind,
    /// Time in which the mids fall by 60 dB, 0.2 to 10 s.
    pub t60_seconds: f64,
    /// Time before the reverb starts, 0 to 200 ms.
    pub pre_delay_ms: f64,
    /// Damping, 0 to 0.9: highs last 1 - `damping` times as long as mids.
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
