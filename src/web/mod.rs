//! The HTTP server: streams, the player page, what is on air as JSON, admin commands.
//!
//! A [`server`] accepts connections on its endpoints. Each connection is a tokio task with a permit, which
//! limits the connections in all and from one address. hyper reads its requests and sends plain responses
//! ([`connection`], [`answer`]); [`route`] maps paths to routes.
//!
//! A request for a stream takes the socket back from hyper, which can't send an endless HTTP/1.0 response
//! in the form that old players expect. The socket gets the response's head and the burst ([`listen`]);
//! then the threads of `stream::fanout` take it over, which write to all plain sockets without a task each.
//! An HTTPS stream stays in its task, since only the task can encrypt.
//!
//! Requests read a [`site`], an immutable snapshot of all stations behind a `watch` channel. A change of
//! radio.toml publishes a new one; requests in progress keep the old one. At shutdown the server stops
//! accepting, connections that are not streams finish their request, and streams end when their ring does,
//! or when the drain time is over.

pub mod admin;
pub mod admission;
pub mod answer;
pub mod api;
pub mod auth;
pub mod body;
pub mod certificate;
pub mod client;
pub mod connection;
pub mod date;
pub mod download;
pub mod expiry;
pub mod hls;
pub mod like;
pub mod likers;
pub mod likes;
pub mod limits;
pub mod listen;
pub mod logins;
pub mod metrics;
pub mod origin;
pub mod page;
pub mod picture_files;
pub mod pictures;
pub mod query;
pub mod range;
pub mod request;
pub mod response;
pub mod route;
pub mod server;
pub mod shoutcast;
pub mod shutdown;
pub mod site;
pub mod status;
pub mod status_page;
pub mod studio;
pub mod summary;
pub mod takes;
pub mod tls;
pub mod tree;
pub mod troubles;

#[cfg(test)]
mod tests;
