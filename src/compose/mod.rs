//! Composing: from a setting and the progress so far to the next phrase of bars.
//!
//! No clock, no thread, no file.

pub mod accompaniment;
pub mod composer;
pub mod drummer;
pub mod drums;
pub mod fallback;
pub mod form;
pub mod lines;
pub mod loaded_theme;
pub mod memory;
pub mod pad;
pub mod phrase;
pub mod piece;
pub mod progress;
pub mod sections;
pub mod shared;
pub mod taste;
pub mod titles;
pub mod walk;
