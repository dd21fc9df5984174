//! Magenta's training settings for each configuration (musicvae `configs.py`), used where the
//! command line gives none; this project's configurations have those of the ones they vary.

use crate::musicvae::net::family::Family;

/// Settings that differ between configurations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Defaults {
    /// Free bits: KL per example that is not penalised, in bits.
    pub free_bits: f64,
    /// Final weight (beta) of the KL beyond the free bits.
    pub max_beta: f64,
    /// Beta at a step is `max_beta * (1 - beta_rate^step)`; with 0 it is `max_beta` from step 1 on.
    pub beta_rate: f64,
    /// Probability that the decoder gets the previous step as an input (1 - input dropout).
    pub keep_prob: f64,
}

/// Examples per step. Magenta uses 256 and 512 on a GPU; on a CPU small batches learn faster.
pub const BATCH_SIZE: usize = 64;

/// The settings of `family`.
///
/// Magenta also uses scheduled sampling (`inverse_sigmoid`, rate 1000) for two-bar drums and
/// melodies. It pays off after hundreds of thousands of steps and is off by default here.
pub fn defaults(family: Family) -> Defaults {
    let plain = Defaults { free_bits: 48.0, max_beta: 0.2, beta_rate: 0.0, keep_prob: 1.0 };
    match family {
        Family::Drums2Bar | Family::Drums2BarBig | Family::NadeDrums2Bar => plain,
        Family::Melody2Bar => Defaults { free_bits: 0.0, beta_rate: 0.99999, ..plain },
        Family::Melody2BarBig => {
            Defaults { free_bits: 0.0, max_beta: 0.5, beta_rate: 0.99999, ..plain }
        }
        Family::HierdecMelody16Bar
        | Family::HierMelody16Bar
        | Family::Trio4Bar
        | Family::ElectropunkTrio4Bar
        | Family::HierdecTrio16Bar
        | Family::HierTrio16Bar => Defaults { free_bits: 256.0, ..plain },
        Family::FlatTrio16Bar => Defaults { free_bits: 0.0, max_beta: 1.0, ..plain },
        // Magenta's code has no free bits and beta 1 from the start, with which the decoder ignores z; its
        // published checkpoints were trained with 64 or 256 free bits.
        Family::Multitrack1Bar | Family::ElectropunkMultitrack1Bar => {
            Defaults { free_bits: 64.0, max_beta: 0.2, beta_rate: 0.999, keep_prob: 0.7 }
        }
        Family::Humanize2Bar | Family::Tap2Bar | Family::Groove4Bar => {
            Defaults { keep_prob: 0.3, ..plain }
        }
    }
}
