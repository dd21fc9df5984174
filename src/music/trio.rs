//! Tokens of three parts, step by step: what the trio model reads and writes.

/// A line of tokens, one a sixteenth.
///
/// Drum lines hold sets of classes ([`crate::music::drums`]), melody and bass lines the tokens of
/// [`crate::music::melody`]: 0 goes on as before, 1 ends the note, 2..=89 begins pitch 21..=108.
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
