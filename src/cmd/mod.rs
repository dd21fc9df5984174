//! What each command does; one file each.

pub mod dataset;
pub mod serve;
pub mod soundfont;
pub mod train;
