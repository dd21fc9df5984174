//! Sinks of a mount's audio besides its listeners: HLS, archive, pushes, uploads. Also directory entries
//! and alerts. Each sink reads the mount's ring, as a listener does.

pub mod alerts;
pub mod archive;
pub mod client;
pub mod connect;
pub mod directory;
pub mod hls;
pub mod mount_tasks;
pub mod push;
pub mod sinks;
pub mod status;
#[cfg(test)]
mod testing;
