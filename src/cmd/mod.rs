//! What each command does; one file each.

mod ahead;
pub mod attributes;
pub mod check;
pub mod critique;
pub mod dataset;
pub mod decode;
pub mod encode;
pub mod eval;
pub mod import;
pub mod interpolate;
mod model;
mod npy;
mod playlists;
pub mod render;
pub mod sample;
pub mod schema;
pub mod serve;
pub mod soundfont;
pub mod stats;
mod systemd;
mod takes;
pub mod train;
