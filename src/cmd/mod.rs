//! The commands, one file each.

pub mod check;
mod playlists;
mod reload;
pub mod render;
pub mod schema;
pub mod serve;
mod signals;
mod systemd;
