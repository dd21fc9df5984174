//! Token lines of three parts: the input and output of the trio model.

/// A line of tokens, one per step.
///
/// A drum line holds sets of classes ([`crate::music::drums`]). Melody and bass lines hold the
/// tokens of [`crate::music::melody`]: 0 continues, 1 ends the note, 2..=89 starts pitch 21..=108.
pub type Line = Vec<u16>;

/// Three lines of equal length.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Trio {
    /// Melody tokens.
    pub melody: Line,
    /// Melody tokens of the bass.
    pub bass: Line,
    /// Drum tokens.
    pub drums: Line,
}
