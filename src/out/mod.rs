//! Where a mount's sound goes besides its listeners: each reads the same ring as they do.

pub mod archive;
pub mod followers;
pub mod hls;
pub mod outlets;
#[cfg(test)]
mod testing;
