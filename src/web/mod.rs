//! Everything that speaks HTTP: streams, the player page, what is on air as JSON.

pub mod answer;
pub mod api;
pub mod date;
pub mod hls;
pub mod listen;
pub mod page;
pub mod route;
pub mod server;
pub mod site;
pub mod status;

#[cfg(test)]
mod tests;
