//! Panels: groups of columns of a weight matrix, stored one after the other.

use std::ops::Range;

/// Columns in a panel.
pub(super) const WIDTH: usize = 32;

/// Sequences that share one pass over a panel: their sums fill the registers of most CPUs.
pub(super) const BLOCK: usize = 4;

/// The columns of a panel; the last panel may be narrower.
pub(super) fn columns(panel: usize, n_outputs: usize) -> Range<usize> {
    panel * WIDTH..n_outputs.min((panel + 1) * WIDTH)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Deterministic numbers from -1 to 1 without a pattern.
    pub fn noise(seed: usize, n: usize) -> Vec<f32> {
        (0..n).map(|i| ((seed + i) as f32 * 12.9898).sin()).collect()
    }

    #[test]
    fn the_last_panel_may_be_narrower() {
        assert_eq!(columns(0, 40), 0..32);
        assert_eq!(columns(1, 40), 32..40);
    }
}
