//! The workshop beside the radio: data sets, training, evaluation, critique, pictures, SoundFonts.

pub mod dataset;
pub mod measure;
pub mod picture;
pub mod preview;
pub mod soundfont;
pub mod train;

pub mod cli;
pub mod cmd;
