//! Why the tensors of a checkpoint make no model.

use crate::musicvae::net;

/// Why a checkpoint that was read can't be used as a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No configuration fits the tensors.
    #[error(
        "expected the tensors of one of Magenta's configurations, found others; \
         --config NAME shows which tensor does not fit"
    )]
    Unrecognised,
    /// The network is conditioned on more than z, by its settings.
    #[error("expected a network conditioned on z alone, found one also conditioned on {0}")]
    Conditioned(&'static str),
    /// The decoder has more inputs than the previous step and z.
    #[error(
        "expected a decoder that reads the previous step and z, found {n} further inputs, \
         such as {example}"
    )]
    FurtherInputs {
        /// Number of inputs.
        n: usize,
        /// What networks of this kind read there.
        example: &'static str,
    },
    /// Melody tokens stand for other pitches.
    #[error("expected melodies of MIDI pitches {expected:?}, found {found:?}")]
    Pitches {
        /// Lowest and highest pitch of this program's melodies.
        expected: (u8, u8),
        /// Lowest and highest pitch of the checkpoint's.
        found: (u8, u8),
    },
    /// A groove has separate steps for each drum.
    #[error("expected a step for all drums, found a step for each drum (splitInstruments)")]
    SplitInstruments,
    /// The configuration has another number of bars.
    #[error("expected a number of bars that {family} can have, found {n_bars}")]
    Bars {
        /// The configuration.
        family: net::family::Family,
        /// The number asked for.
        n_bars: usize,
    },
    /// A tensor is missing or doesn't fit the configuration asked for.
    #[error(transparent)]
    Tensors(#[from] net::Error),
}
