//! What each command does; one file each.

pub mod check;
mod playlists;
pub mod render;
pub mod schema;
pub mod serve;
mod systemd;
