//! Recordings to notes: pitched notes, drum hits, beats and bars, and the MIDI that they make.
//!
//! [`recording`] decodes a file. Pitched notes: [`cqt`] (levels of frequencies), [`planes`] and
//! [`convolution`] (the layers of) [`pitch_network`], [`activations`] (a whole recording),
//! [`note_creation`]; [`pitch_model`] is the network's file, and [`agreement`] judges notes.
//! [`basic_pitch`] reads the published network from an [`onnx`] file.
//! Drum hits: [`drums`]. Their rhythm: [`beats`], and all of it on the grid: [`score`].
//! [`transcript`] holds all that is found in a recording.

pub mod activations;
pub mod agreement;
pub mod basic_pitch;
pub mod beats;
pub mod convolution;
pub mod cqt;
pub mod drums;
mod event;
pub mod note_creation;
pub mod onnx;
pub mod pitch_model;
pub mod pitch_network;
pub mod planes;
pub mod recording;
pub mod score;
pub mod transcript;

pub use event::{HeardNote, Hit};
