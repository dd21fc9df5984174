//! A station's recent past, to save as notes or sound, or to replay.
//!
//! A station remembers its last bars ([`memory`]); they are shared with the renderer, so a bar takes a few
//! kilobytes. A [`take`] is a range of them with the moves of the desk; [`mod@file`] renders it from a cold
//! start, and [`moment`] renders a minute of it as MP3.

pub mod file;
pub mod memory;
pub mod moment;
mod moments;
pub mod take;
mod trim;
