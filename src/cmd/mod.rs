//! What each command does; one file each.

pub mod check;
pub mod dataset;
pub mod eval;
mod model;
pub mod render;
pub mod serve;
pub mod soundfont;
pub mod stats;
pub mod train;
