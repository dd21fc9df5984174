//! Trains the transcription networks on takes, whose notes are known.
//!
//! Takes: [`pieces`] and [`piece`] (MIDI files in seconds), [`take`] (a rendered stretch of one), [`room`]
//! and [`mp3`] (augmentations), [`mixdown`] (a take as a recording). The pitch network: [`example`],
//! [`targets`], [`initial`], [`backward`] and [`weight_gradient`], [`fit`], [`held_out`]. The drum network:
//! [`drums`].

pub mod backward;
pub mod drums;
pub mod example;
pub mod fit;
pub mod held_out;
pub mod initial;
pub mod mixdown;
pub mod mp3;
pub mod piece;
pub mod pieces;
pub mod room;
pub mod take;
pub mod targets;
pub mod weight_gradient;
