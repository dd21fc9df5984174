//! The commands, one file each.

mod alerts;
pub mod check;
pub mod doctor;
pub mod play;
mod playlists;
mod reload;
pub mod render;
pub mod schema;
pub mod serve;
mod signals;
mod systemd;
mod zone;
