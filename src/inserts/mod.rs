//! Inserts: recorded items (jingles, idents, adverts, guest tracks) placed in the music.
//!
//! A station's playlists are read as insert lists ([`list`]). [`prefetch`] opens the next recording of
//! each list ahead of time, in the order of its [`rotation`], and puts it into a slot ([`slots`]).
//! [`player`] asks the [`schedule`] at each beat which list is due, takes the insert from its slot and
//! hands it to the [`mix`], which fades the music and adds the recording.
//!
//! These types advance only when called. The thread that runs the prefetch belongs to the station; only the
//! decoder of an open recording has a thread here, since it ends with the recording.

pub mod list;
pub mod local_time;
pub mod mix;
pub mod player;
pub mod prefetch;
pub mod rotation;
pub mod schedule;
pub mod slots;
pub mod source;
