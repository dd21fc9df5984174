//! Tools beside the radio, behind the feature `lab`: data sets, training, import, evaluation,
//! critique, pictures, and the SoundFont.

pub mod dataset;
pub mod measure;
pub mod picture;
pub mod preview;
pub mod soundfont;
pub mod train;

pub mod cli;
pub mod cmd;
