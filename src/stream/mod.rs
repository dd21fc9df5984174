//! Coded audio from an encoder to listeners. No HTTP, no music: any encoded audio can be streamed.
//!
//! ```text
//! encoder ─► ring::Writer ─► ring ─► Reader ─► feed (titles, limits) ─► fanout thread ─► socket
//!                             └─► Reader ─► HLS, archive, push
//! ```

pub mod audience;
pub mod client;
pub mod closings;
pub mod coding;
pub mod fanout;
pub mod feed;
pub mod icy;
pub mod mount;
pub mod mp3;
pub mod ogg;
pub mod retitler;
pub mod ring;
