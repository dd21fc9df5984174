//! Everything that speaks HTTP: streams, the player page, what is on air as JSON, the admin's commands.
//!
//! A [`server`] accepts connections; hyper reads requests on each ([`connection`]) and sends whole
//! answers ([`answer`]). A request for a stream is another matter: the socket is taken back from
//! hyper, gets head and burst ([`listen`]) and is then carried by the threads of `stream::fanout`.

pub mod admin;
pub mod answer;
pub mod api;
pub mod auth;
pub mod client;
pub mod connection;
pub mod date;
pub mod hls;
pub mod listen;
pub mod logins;
pub mod metrics;
pub mod page;
pub mod query;
pub mod route;
pub mod server;
pub mod shoutcast;
pub mod site;
pub mod status;
pub mod status_page;
pub mod tls;
pub mod tree;

#[cfg(test)]
mod tests;
