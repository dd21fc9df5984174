//! What each command does; one file each.

pub mod check;
pub mod dataset;
pub mod decode;
pub mod encode;
pub mod eval;
pub mod import;
pub mod interpolate;
mod model;
mod npy;
pub mod render;
pub mod sample;
pub mod serve;
pub mod soundfont;
mod takes;
pub mod train;
