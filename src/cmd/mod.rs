//! What each command does; one file each.

pub mod dataset;
pub mod train;
//! One file a subcommand.

pub mod soundfont;
