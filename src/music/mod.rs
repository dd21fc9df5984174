//! Notes and time, on paper: no audio, no tensors.

pub mod arrange;
pub mod bar;
pub mod drums;
pub mod extract;
pub mod groove;
pub mod humanise;
pub mod melody;
pub mod meter;
pub mod midi;
pub mod note;
pub mod performance;
pub mod scale;
pub mod sequence;
pub mod style;
pub mod trio;
