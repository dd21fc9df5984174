//! Damage of a file: what could not be decoded is played as a gap.

use std::fmt;

/// Damage of a file that is still played.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Damage {
    /// Packets that could not be decoded.
    pub n_packets: u64,
    /// Bytes between packets that belong to none.
    pub n_bytes: u64,
    /// Seconds of sound before the first of them.
    pub second: f64,
}

impl Damage {
    /// Notes a packet that could not be decoded, after `second` seconds of sound.
    pub(super) fn add(&mut self, second: f64) {
        if self.n_packets == 0 {
            self.second = second;
        }
        self.n_packets += 1;
    }

    /// Whether there is any.
    pub fn is_some(&self) -> bool {
        0 < self.n_packets || 0 < self.n_bytes
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.n_packets {
            0 => write!(f, "{} bytes that are no audio are left out", self.n_bytes),
            n => write!(f, "damage from {:.1} s on, {n} packets are played as gaps", self.second),
        }
    }
}
