//! The commands, one file each.

mod alerts;
pub mod check;
pub mod doctor;
pub mod play;
mod playlists;
mod reload;
pub mod render;
mod render_past;
pub mod schema;
pub mod serve;
mod signals;
mod studio_orders;
mod systemd;
mod values;
mod zone;
