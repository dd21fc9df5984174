//! Examples to weights.

pub mod adam;
pub mod cross_entropy;
pub mod lstm;
