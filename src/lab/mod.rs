//! Tools beside the radio, behind the feature `lab`: data sets, training, import, evaluation,
//! critique, pictures, the SoundFont, and the tools that answer a musician's MIDI file.

pub mod dataset;
pub mod measure;
pub mod picture;
pub mod preview;
pub mod soundfont;
pub mod tools;
pub mod train;
pub mod transcription;

pub mod cli;
pub mod cmd;
