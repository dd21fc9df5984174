//! Examples to weights.

pub mod lstm;
