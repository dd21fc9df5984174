//! Named configurations: Magenta's (`configs.py`) and two of this project. Domain and wiring of each.

use std::{fmt, str::FromStr};

use crate::musicvae::net::domain::{Domain, GrooveInput};

/// A configuration of MusicVAE, by Magenta's name. `hier-trio_4bar` is magenta-js's `trio_4bar`;
/// the `electropunk-` configurations are this project's variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // See `name`.
pub enum Family {
    Drums2Bar,
    Drums2BarBig,
    NadeDrums2Bar,
    Melody2Bar,
    Melody2BarBig,
    HierdecMelody16Bar,
    HierMelody16Bar,
    Trio4Bar,
    ElectropunkTrio4Bar,
    HierdecTrio16Bar,
    HierTrio16Bar,
    FlatTrio16Bar,
    Multitrack1Bar,
    ElectropunkMultitrack1Bar,
    Humanize2Bar,
    Tap2Bar,
    Groove4Bar,
}

/// Which of encoder and decoder are hierarchical, that is, split the sequence into segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wiring {
    /// Neither.
    Flat,
    /// Only the decoder: segments under a conductor.
    Hierdec,
    /// Both.
    Hier,
}

impl Family {
    /// All configurations, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::Drums2Bar,
        Self::Drums2BarBig,
        Self::NadeDrums2Bar,
        Self::Melody2Bar,
        Self::Melody2BarBig,
        Self::HierdecMelody16Bar,
        Self::HierMelody16Bar,
        Self::Trio4Bar,
        Self::ElectropunkTrio4Bar,
        Self::HierdecTrio16Bar,
        Self::HierTrio16Bar,
        Self::FlatTrio16Bar,
        Self::Multitrack1Bar,
        Self::ElectropunkMultitrack1Bar,
        Self::Humanize2Bar,
        Self::Tap2Bar,
        Self::Groove4Bar,
    ];

    /// Magenta's name, or this project's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drums2Bar => "cat-drums_2bar_small",
            Self::Drums2BarBig => "cat-drums_2bar_big",
            Self::NadeDrums2Bar => "nade-drums_2bar_full",
            Self::Melody2Bar => "cat-mel_2bar_small",
            Self::Melody2BarBig => "cat-mel_2bar_big",
            Self::HierdecMelody16Bar => "hierdec-mel_16bar",
            Self::HierMelody16Bar => "hier-mel_16bar",
            Self::Trio4Bar => "hier-trio_4bar",
            Self::ElectropunkTrio4Bar => "electropunk-trio_4bar",
            Self::HierdecTrio16Bar => "hierdec-trio_16bar",
            Self::HierTrio16Bar => "hier-trio_16bar",
            Self::FlatTrio16Bar => "flat-trio_16bar",
            Self::Multitrack1Bar => "hier-multiperf_vel_1bar_med",
            Self::ElectropunkMultitrack1Bar => "electropunk-multitrack_1bar",
            Self::Humanize2Bar => "groovae_2bar_humanize",
            Self::Tap2Bar => "groovae_2bar_tap_fixed_velocity",
            Self::Groove4Bar => "groovae_4bar",
        }
    }

    /// The configuration called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    /// What its sequences represent.
    pub fn domain(self) -> Domain {
        match self {
            Self::Drums2Bar | Self::Drums2BarBig => Domain::Drums,
            Self::NadeDrums2Bar => Domain::DrumRoll,
            Self::Melody2Bar
            | Self::Melody2BarBig
            | Self::HierdecMelody16Bar
            | Self::HierMelody16Bar => Domain::Melody,
            Self::Trio4Bar
            | Self::ElectropunkTrio4Bar
            | Self::HierdecTrio16Bar
            | Self::HierTrio16Bar
            | Self::FlatTrio16Bar => Domain::Trio,
            Self::Multitrack1Bar | Self::ElectropunkMultitrack1Bar => Domain::Performance,
            Self::Humanize2Bar => Domain::Groove(GrooveInput::Hits),
            Self::Tap2Bar => Domain::Groove(GrooveInput::Tap),
            Self::Groove4Bar => Domain::Groove(GrooveInput::All),
        }
    }

    /// The wiring of encoder and decoder.
    pub fn wiring(self) -> Wiring {
        match self {
            Self::HierdecTrio16Bar | Self::HierdecMelody16Bar => Wiring::Hierdec,
            Self::HierMelody16Bar
            | Self::Trio4Bar
            | Self::ElectropunkTrio4Bar
            | Self::HierTrio16Bar
            | Self::Multitrack1Bar
            | Self::ElectropunkMultitrack1Bar => Wiring::Hier,
            _ => Wiring::Flat,
        }
    }

    /// Whether melody and bass are transposed to a common key and register before encoding
    /// ([`normalise`](crate::music::normalise)); decoded lines are in them too.
    pub fn is_normalised(self) -> bool {
        self == Self::ElectropunkTrio4Bar
    }

    /// Whether the heads of melody and bass choose the rhythm first, then the pitch of an onset
    /// ([`Head::RhythmAndPitch`](crate::musicvae::net::head::Head::RhythmAndPitch)).
    pub fn splits_rhythm_and_pitch(self) -> bool {
        self == Self::ElectropunkTrio4Bar
    }

    /// Whether the core decoders read their position in the bar.
    pub fn reads_metre(self) -> bool {
        self == Self::ElectropunkTrio4Bar
    }

    /// Whether each part has a separate core decoder; otherwise one decoder outputs all parts.
    pub fn has_core_for_each_part(self) -> bool {
        self.domain() == Domain::Trio && self.wiring() != Wiring::Flat
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An unknown configuration name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {names}, found {0:?}", names = Family::ALL.map(Family::name).join(", "))]
pub struct UnknownFamily(String);

impl FromStr for Family {
    type Err = UnknownFamily;

    fn from_str(text: &str) -> Result<Self, UnknownFamily> {
        Self::from_name(text).ok_or_else(|| UnknownFamily(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_names_round_trip() {
        for family in Family::ALL {
            assert_eq!(family.name().parse(), Ok(family));
        }
        let message = Family::from_str("polka").unwrap_err().to_string();
        assert!(message.contains("hier-trio_4bar") && message.contains("\"polka\""), "{message}");
    }
}
