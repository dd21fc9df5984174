//! The shift between the composer's bar numbers and those on air.

use serde::{Deserialize, Serialize};

/// Fallback bars played so far: a composed bar goes on air with a number that much higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shift(pub u64);

impl Shift {
    /// The number on air of the bar that the composer numbered `composed`.
    pub fn aired(self, composed: u64) -> u64 {
        composed + self.0
    }

    /// The composer's number of the bar numbered `aired`. For a fallback bar, that of a bar before it.
    pub fn composed(self, aired: u64) -> u64 {
        aired.saturating_sub(self.0)
    }

    /// Counts a fallback bar.
    pub fn add_bar(&mut self) {
        self.0 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_bars_go_on_air_after_the_fallback_bars() {
        let mut shift = Shift::default();
        assert_eq!((shift.aired(7), shift.composed(7)), (7, 7));

        (0..4).for_each(|_| shift.add_bar());

        assert_eq!((shift.aired(7), shift.composed(11), shift.composed(2)), (11, 7, 0));
    }
}
