//! The commands, one file each.

pub mod check;
pub mod play;
mod playlists;
mod reload;
pub mod render;
pub mod schema;
pub mod serve;
mod systemd;
