//! How Magenta trains each configuration (musicvae `configs.py`), where the command line is silent.

use crate::musicvae::net::family::Family;

/// Settings that differ between configurations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Defaults {
    /// KL that costs nothing, in bits an example.
    pub free_bits: f64,
    /// Weight of the KL beyond, in the end.
    pub max_beta: f64,
    /// How slowly it gets there.
    pub beta_rate: f64,
    /// Share of steps at which the decoder is told the step before.
    pub keep_prob: f64,
}

/// Examples in a step. Magenta has 256 and 512, for a GPU; on a CPU small batches learn sooner.
pub const BATCH_SIZE: usize = 64;

/// The settings of `family`.
///
/// Two-bar drums and melodies also have a sampling schedule of `inverse_sigmoid` with rate 1000,
/// which is for hundreds of thousands of steps: here it is asked for by name.
pub fn defaults(family: Family) -> Defaults {
    let plain = Defaults { free_bits: 48.0, max_beta: 0.2, beta_rate: 0.0, keep_prob: 1.0 };
    match family {
        Family::Drums2Bar | Family::Drums2BarBig | Family::NadeDrums2Bar => plain,
        Family::Melody2Bar => Defaults { free_bits: 0.0, beta_rate: 0.99999, ..plain },
        Family::Melody2BarBig => {
            Defaults { free_bits: 0.0, max_beta: 0.5, beta_rate: 0.99999, ..plain }
        }
        Family::Trio4Bar | Family::HierdecTrio16Bar | Family::HierTrio16Bar => {
            Defaults { free_bits: 256.0, ..plain }
        }
        Family::FlatTrio16Bar | Family::Multitrack1Bar => {
            Defaults { free_bits: 0.0, max_beta: 1.0, ..plain }
        }
        Family::Humanize2Bar | Family::Tap2Bar => Defaults { keep_prob: 0.3, ..plain },
    }
}
