//! Inserts: recorded items (jingles, idents, adverts, guest tracks) placed in the music.

pub mod cues;
pub mod list;
pub mod local_time;
pub mod mix;
pub mod player;
pub mod prefetch;
pub mod rotation;
pub mod schedule;
pub mod slots;
