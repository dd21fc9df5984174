//! Notes to tokens and back: Magenta's converters.

pub mod extract;
pub mod groove;
pub mod notes;
pub mod performance;
pub mod themed;
pub mod voices;
pub mod window;
