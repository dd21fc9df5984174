//! Notes to lines of tokens and back, after Magenta's converters.
//!
//! - [`extract`]: monophonic melodies, basses and drums (`OneHotMelodyConverter`, `DrumsConverter`,
//!   `TrioConverter`);
//! - [`groove`]: drums with velocity and micro-timing (`GrooveConverter`);
//! - [`performance`]: tracks of events (`MultiInstrumentPerformanceConverter`);
//! - [`window`]: a piece cut into the examples of a network; [`notes`]: examples back to notes;
//! - [`pattern_windows`]: examples from this program's hand-written patterns;
//! - [`voices`]: the parts of an example as plain lines, for statistics and pictures.

pub mod extract;
pub mod groove;
pub mod notes;
pub mod pattern_windows;
pub mod performance;
pub mod voices;
pub mod window;
