//! The real binary as a server: what its listeners, players, servers of others and operators meet.

// Helpers of tests too stop at what they can't go on from.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod archive;
mod faults;
mod hls;
mod listen;
mod live;
mod opus;
mod page;
mod players;
mod push;
mod restart;
mod server;
mod soak;
mod upload;
