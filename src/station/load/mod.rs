//! Opens the files that a station names: models, anchors, waypoints, SoundFonts.

pub mod anchors;
mod dreams;
mod error;
pub mod library;
pub mod point_file;
pub mod theme;
pub mod waypoints;

pub use self::error::Error;
