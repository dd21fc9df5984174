//! The step grid of all music: 4/4 in sixteenths.

/// Sixteenths in a quarter note.
pub const STEPS_PER_QUARTER: usize = 4;

/// Sixteenths in a bar; MusicVAE supports 4/4 only.
pub const STEPS_PER_BAR: usize = 16;

/// Sixteenths between strong beats: beats one and three.
pub const STEPS_PER_STRONG_BEAT: usize = 8;
