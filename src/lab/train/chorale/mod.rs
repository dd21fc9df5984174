//! Training of the network of chorales: a corpus to weights.
//!
//! Reading order: [`corpus`] and [`split`] (data), [`windows`] (a batch), [`weights`] (variables and
//! their function, with `embed` and `logits` as operations), [`fit`] (a step).

pub mod corpus;
mod embed;
pub mod fit;
mod logits;
pub mod split;
pub mod weights;
pub mod windows;
