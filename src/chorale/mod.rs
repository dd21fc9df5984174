//! Four-voice chorales, after `BachBot` (Liang et al. 2017, "Automatic stylistic composition of Bach
//! chorales with deep LSTM"): a network that writes soprano, alto, tenor and bass sixteenth by
//! sixteenth, with ties, under a plan of fermatas.
//!
//! As in `BachBot`, a chorale is a stream of tokens that an LSTM continues. Unlike there, the stream has
//! exactly four tokens a frame; fermatas and the key are given instead of drawn; and the network sees
//! what a singer sees besides the last token: intervals between the voices, what the voices above just
//! did, and where the line ends.
//!
//! Reading order: [`frame`] (the music), [`token`] (its encoding), [`cue`] (what is known ahead),
//! [`past`], [`motion`] and [`chord`] (what has been written), [`inputs`] and [`terms`] (both as numbers; [`bachbot`] is
//! another [`encoding`]), [`network`], then what
//! it is used for: [`likelihood`], [`compose`] and [`harmonise`], both by the [`rules`]. [`plan`] and
//! [`notes`] lead from tunes to frames and from frames to MIDI files.

pub mod bachbot;
pub mod chord;
pub mod compose;
pub mod cue;
pub mod encoding;
pub mod frame;
pub mod harmonise;
pub mod inputs;
pub mod likelihood;
pub mod motion;
pub mod network;
pub mod notes;
pub mod past;
pub mod plan;
pub mod rules;
pub mod terms;
pub mod token;
