//! The lengths of a kind of room.

use crate::music::room::RoomKind;

/// Lines of the network: a power of two, as its matrix needs.
pub(super) const N_LINES: usize = 16;

/// All-pass filters before the network in each channel.
pub(super) const N_DIFFUSERS: usize = 5;

/// Lengths in frames and other constants of a kind of room.
pub(super) struct Shape {
    /// Lengths of the lines: primes, so that echoes rarely coincide.
    pub lines: [usize; N_LINES],
    /// Lengths of the all-passes, by channel.
    pub diffusers: [[usize; N_DIFFUSERS]; 2],
    /// Gain of the all-passes.
    pub diffusion: f32,
    /// Swing of the modulated lines to either side, in frames.
    pub swing: f32,
}

const ROOM: Shape = Shape {
    lines: [331, 397, 463, 541, 613, 683, 757, 829, 907, 983, 1061, 1151, 1229, 1301, 1381, 1451],
    diffusers: [[67, 103, 149, 211, 307], [71, 97, 157, 223, 293]],
    diffusion: 0.6,
    swing: 16.0,
};

const PLATE: Shape = Shape {
    lines: [
        509, 617, 743, 863, 991, 1109, 1231, 1361, 1483, 1607, 1733, 1861, 1987, 2111, 2237, 2357,
    ],
    diffusers: [[89, 127, 191, 271, 389], [83, 139, 181, 283, 373]],
    diffusion: 0.65,
    swing: 16.0,
};

const HALL: Shape = Shape {
    lines: [
        557, 743, 937, 1123, 1321, 1511, 1709, 1901, 2099, 2293, 2477, 2671, 2861, 3061, 3251, 3449,
    ],
    diffusers: [[97, 167, 269, 421, 619], [103, 173, 257, 433, 607]],
    diffusion: 0.65,
    swing: 16.0,
};

impl Shape {
    pub fn of(kind: RoomKind) -> &'static Self {
        match kind {
            RoomKind::Room => &ROOM,
            RoomKind::Plate | RoomKind::Spring => &PLATE,
            RoomKind::Hall => &HALL,
        }
    }
}
