//! The LSTM cell of the released checkpoints.

/// Added to the forget gate before its sigmoid, so that an untrained cell remembers.
///
/// TensorFlow adds it when the cell runs and never stores it: without it a checkpoint still loads,
/// but its melodies wander off after a few steps.
pub const FORGET_BIAS: f32 = 1.0;
