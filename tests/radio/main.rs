//! The program as a server, with listeners, players, other servers and operators.

// Tests may panic.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod alerts;
mod archive;
mod faults;
mod files;
mod hardship;
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
mod studio;
mod studio_page;
mod upload;
