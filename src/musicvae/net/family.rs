//! The named configurations: Magenta's names, what each reads and writes, and how it is wired.

use std::{fmt, str::FromStr};

use crate::musicvae::net::domain::{Domain, Prompt};

/// A configuration of MusicVAE, by Magenta's name; `hier-trio_4bar` is ours, for what magenta-js
/// calls `trio_4bar`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // `name` says it.
pub enum Family {
    Drums2Bar,
    Drums2BarBig,
    NadeDrums2Bar,
    Melody2Bar,
    Melody2BarBig,
    Trio4Bar,
    HierdecTrio16Bar,
    HierTrio16Bar,
    FlatTrio16Bar,
    Multitrack1Bar,
    Humanize2Bar,
    Tap2Bar,
}

/// How the sequence is cut for the encoder and the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wiring {
    /// As a whole for both.
    Flat,
    /// As a whole for the encoder, in segments under a conductor for the decoder.
    Hierdec,
    /// In segments for both.
    Hier,
}

impl Family {
    /// All configurations, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Drums2Bar,
        Self::Drums2BarBig,
        Self::NadeDrums2Bar,
        Self::Melody2Bar,
        Self::Melody2BarBig,
        Self::Trio4Bar,
        Self::HierdecTrio16Bar,
        Self::HierTrio16Bar,
        Self::FlatTrio16Bar,
        Self::Multitrack1Bar,
        Self::Humanize2Bar,
        Self::Tap2Bar,
    ];

    /// The configuration's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drums2Bar => "cat-drums_2bar_small",
            Self::Drums2BarBig => "cat-drums_2bar_big",
            Self::NadeDrums2Bar => "nade-drums_2bar_full",
            Self::Melody2Bar => "cat-mel_2bar_small",
            Self::Melody2BarBig => "cat-mel_2bar_big",
            Self::Trio4Bar => "hier-trio_4bar",
            Self::HierdecTrio16Bar => "hierdec-trio_16bar",
            Self::HierTrio16Bar => "hier-trio_16bar",
            Self::FlatTrio16Bar => "flat-trio_16bar",
            Self::Multitrack1Bar => "hier-multiperf_vel_1bar_med",
            Self::Humanize2Bar => "groovae_2bar_humanize",
            Self::Tap2Bar => "groovae_2bar_tap_fixed_velocity",
        }
    }

    /// The configuration that `name` names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    /// What its sequences are made of.
    pub fn domain(self) -> Domain {
        match self {
            Self::Drums2Bar | Self::Drums2BarBig => Domain::Drums,
            Self::NadeDrums2Bar => Domain::DrumRoll,
            Self::Melody2Bar | Self::Melody2BarBig => Domain::Melody,
            Self::Trio4Bar | Self::HierdecTrio16Bar | Self::HierTrio16Bar | Self::FlatTrio16Bar => {
                Domain::Trio
            }
            Self::Multitrack1Bar => Domain::Performance,
            Self::Humanize2Bar => Domain::Groove(Prompt::Hits),
            Self::Tap2Bar => Domain::Groove(Prompt::Tap),
        }
    }

    /// How it is wired.
    pub fn wiring(self) -> Wiring {
        match self {
            Self::HierdecTrio16Bar => Wiring::Hierdec,
            Self::Trio4Bar | Self::HierTrio16Bar | Self::Multitrack1Bar => Wiring::Hier,
            _ => Wiring::Flat,
        }
    }

    /// Whether each part has a decoder of its own; otherwise one decoder says all parts.
    pub fn has_core_for_each_part(self) -> bool {
        self.domain() == Domain::Trio && self.wiring() != Wiring::Flat
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no configuration's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {names}, found {0:?}", names = Family::ALL.map(Family::name).join(", "))]
pub struct NotAFamily(String);

impl FromStr for Family {
    type Err = NotAFamily;

    fn from_str(text: &str) -> Result<Self, NotAFamily> {
        Self::from_name(text).ok_or_else(|| NotAFamily(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_names_its_configuration_alone() {
        for family in Family::ALL {
            assert_eq!(family.name().parse(), Ok(family));
        }
        let message = Family::from_str("polka").unwrap_err().to_string();
        assert!(message.contains("hier-trio_4bar") && message.contains("\"polka\""), "{message}");
    }
}
