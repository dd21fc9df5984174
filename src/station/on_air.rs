//! What a station tells the world about what it plays.

use std::{collections::VecDeque, sync::Arc};

use crate::music::bar::Bar;

/// A bar and where it sounds.
#[derive(Debug, Clone)]
pub struct AiredBar {
    /// Seconds of sound between the station's first frame and the bar's beginning.
    pub start_second: f64,
    /// What it plays.
    pub bar: Arc<Bar>,
}

/// The newest bars; published by the renderer through a `tokio::sync::watch` after each chunk.
#[derive(Debug, Clone, Default)]
pub struct OnAir {
    /// Seconds of sound that the ring has been given: its live edge. Listeners hear earlier ones.
    pub rendered_seconds: f64,
    /// The bars of the last half minute or so and those rendered ahead, oldest first.
    pub bars: VecDeque<AiredBar>,
}
