//! Training of the chorale network: a corpus to weights.
//!
//! Reading order: [`corpus`] and [`split`] (data), [`windows`] (a batch), [`weights`] (variables and forward
//! pass, with operations `embed` and `logits`), [`fit`] (a step).

pub mod corpus;
mod embed;
pub mod fit;
mod logits;
pub mod split;
pub mod weights;
pub mod windows;
