//! Four-voice chorales, after `BachBot` (Liang et al. 2017, "Automatic stylistic composition of Bach
//! chorales with deep LSTM"): a network that writes soprano, alto, tenor and bass sixteenth by
//! sixteenth, with ties, under a plan of fermatas.
//!
//! As in `BachBot`, an LSTM continues a stream of tokens. Unlike `BachBot`'s, the stream has exactly four
//! tokens per frame; fermatas and the key are inputs and not drawn; and besides the last token the network
//! reads intervals between the voices, how the voices above just moved, and where the line ends.
//!
//! Reading order: [`frame`] (the music), [`token`] (its encoding), [`cue`] (what is given), [`past`],
//! [`motion`] and [`chord`] (what has been written), [`inputs`] and [`terms`] (both as numbers; [`bachbot`]
//! is another [`encoding`]), [`network`], then its uses: [`likelihood`], [`compose`] and [`harmonise`], the
//! latter two with [`rules`]. [`plan`] and [`notes`] convert tunes to frames and frames to MIDI files.

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
