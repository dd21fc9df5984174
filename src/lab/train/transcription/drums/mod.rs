//! Training of the drum network: performances, played by random kits, to weights.
//!
//! Reading order: [`performances`] (MIDI files), [`source`] (the sound of a group of drums), [`kit`] (which
//! sounds play a performance, and how late each is), [`deck`] (recordings made of performances), [`pass`]
//! (the network's gradient), [`fit`] (a step), [`judgement`] (figures by drum, and the thresholds).

pub mod deck;
pub mod fit;
pub mod judgement;
pub mod kit;
pub mod pass;
pub mod performances;
pub mod source;
