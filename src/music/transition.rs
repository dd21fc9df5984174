//! Sounds that lead from one section to the next, as values of a bar.

/// Transition sounds within one bar. Levels are shares of the sound's full level, 0 (silent) to 1; the
/// renderer synthesises the sounds, so they need no SoundFont.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Transition {
    /// How far a riser has risen at the start and at the end of the bar.
    pub riser: [f32; 2],
    /// A reversed cymbal that swells over the bar and ends with it.
    pub swell: f32,
    /// A boom on the bar's first beat.
    pub impact: f32,
    /// A sine that falls into the sub bass from the bar's first beat on.
    pub sub_drop: f32,
}
