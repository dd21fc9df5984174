//! Where a mount's sound goes besides its listeners: each reads the same ring as they do.

pub mod archive;
pub mod client;
pub mod connect;
pub mod directory;
pub mod followers;
pub mod hls;
pub mod push;
pub mod sinks;
pub mod status;
#[cfg(test)]
mod testing;
