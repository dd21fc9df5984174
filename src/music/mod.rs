//! Notes and time, on paper: no audio, no tensors.

pub mod arrange;
pub mod bar;
pub mod chord;
pub mod drums;
pub mod harmony;
pub mod humanise;
pub mod melody;
pub mod meter;
pub mod midi;
pub mod note;
pub mod rhythm;
pub mod scale;
pub mod section;
pub mod sequence;
pub mod trio;
pub mod voicing;
