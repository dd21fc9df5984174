//! What is on air and when.

pub mod on_air;
