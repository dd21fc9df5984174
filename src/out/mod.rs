//! Where a mount's sound goes besides its listeners: each reads the same ring as they do.

pub mod client;
pub mod connect;
pub mod directory;
pub mod followers;
pub mod outlets;
pub mod push;
