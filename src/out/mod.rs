//! Where a mount's sound goes besides its listeners: each reads the same ring as they do.

pub mod followers;
