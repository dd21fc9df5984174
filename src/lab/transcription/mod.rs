//! Transcription of recordings: pitched notes, drum hits, beats and bars, as MIDI.
//!
//! [`recording`] decodes a file. Pitched notes: [`cqt`] (the network's input), [`planes`] and [`convolution`]
//! (layers of [`pitch_network`]), [`activations`] (a whole recording), [`onset_peaks`] and [`note_creation`];
//! [`pitch_model`] is the network's file, and [`agreement`] evaluates notes. [`basic_pitch`] reads the
//! published network from an [`onnx`] file. Drum hits: [`drums`]. Beats and bars: [`beats`]. Notes and hits
//! on the grid: [`score`]. [`transcript`] holds everything found in a recording.

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
pub mod onset_peaks;
pub mod pitch_model;
pub mod pitch_network;
pub mod planes;
pub mod recording;
pub mod score;
pub mod transcript;

pub use event::{HeardNote, Hit};
