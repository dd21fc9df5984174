//! Training of the drum network: performances, played by random kits, to weights.
//!
//! Reading order: [`performances`] (MIDI files), [`kit`] (which sounds play them, and how late each is),
//! [`deck`] (recordings made of them), [`pass`] (the network's gradient), [`fit`] (a step),
//! [`judgement`] (figures by drum, and the thresholds).

pub mod deck;
pub mod fit;
pub mod judgement;
pub mod kit;
pub mod pass;
pub mod performances;
