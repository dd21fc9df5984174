//! Coded sound to listeners. No HTTP, no music: it would carry anybody's.

pub mod audience;
pub mod coding;
pub mod fanout;
pub mod feed;
pub mod icy;
pub mod mount;
pub mod mp3;
pub mod ogg;
pub mod retitled;
pub mod ring;
