//! MP3 bytes to listeners. No HTTP, no music: it would carry any MP3.

pub mod audience;
pub mod fanout;
pub mod feed;
pub mod icy;
pub mod mount;
pub mod mp3;
pub mod ring;
