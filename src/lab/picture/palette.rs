//! The colours of all pictures. They equal those of the player page.

use std::fmt;

/// An RGB colour, 0 to 255 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// Mixes with `other`: this colour at 0, `other` at 255.
    pub fn mix(self, other: Self, share: u8) -> Self {
        let share = u16::from(share);
        let blend = |from: u8, to: u8| {
            ((u16::from(from) * (255 - share) + u16::from(to) * share + 127) / 255) as u8
        };
        Self(std::array::from_fn(|channel| blend(self.0[channel], other.0[channel])))
    }
}

/// As in SVG: `#rrggbb`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Background.
pub const GROUND: Colour = Colour([0x0b, 0x0c, 0x12]);
/// Background of panels.
pub const RAISED: Colour = Colour([0x15, 0x16, 0x20]);
/// Minor grid lines.
pub const FAINT: Colour = Colour([0x24, 0x26, 0x33]);
/// Major grid lines.
pub const RULE: Colour = Colour([0x42, 0x45, 0x58]);
/// Titles.
pub const TEXT: Colour = Colour([0xee, 0xee, 0xf4]);
/// Secondary text.
pub const QUIET: Colour = Colour([0xa0, 0xa2, 0xb4]);

/// Warnings, such as values over a limit.
pub const BAD: Colour = Colour([0xff, 0x6b, 0x6b]);

/// The heat map from 0 to 1: panel, violet, orange, white.
const HEAT: [Colour; 5] = [
    RAISED,
    Colour([0x45, 0x37, 0x82]),
    Colour([0xa0, 0x62, 0xc4]),
    Colour([0xff, 0xb3, 0x5c]),
    Colour([0xff, 0xf6, 0xe2]),
];

/// The heat map colour of an amount, clamped to 0 to 1; NaN counts as 0.
pub fn heat(amount: f64) -> Colour {
    let place = amount.clamp(0.0, 1.0) * (HEAT.len() - 1) as f64;
    let below = (place as usize).min(HEAT.len() - 2);
    HEAT[below].mix(HEAT[below + 1], ((place - below as f64) * 255.0) as u8)
}

/// The kind of a token line, for its colour and drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Voice {
    /// Melody tokens, high.
    #[default]
    Melody,
    /// Melody tokens, low.
    Bass,
    /// Several pitches at once.
    Chords,
    /// Drum tokens.
    Drums,
}

impl Voice {
    /// The voice of the part `name`; unknown parts count as melody.
    pub fn of(name: &str) -> Self {
        match name {
            "drums" => Self::Drums,
            "bass" => Self::Bass,
            "chords" => Self::Chords,
            _ => Self::Melody,
        }
    }

    /// The colour of the part.
    pub fn colour(self) -> Colour {
        match self {
            Self::Melody => Colour([0xb7, 0x9b, 0xff]),
            Self::Bass => Colour([0x5e, 0xe0, 0xd0]),
            Self::Chords => Colour([0xff, 0x7f, 0xa8]),
            Self::Drums => Colour([0xff, 0xb3, 0x5c]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_goes_from_one_colour_to_the_other() {
        let (black, white) = (Colour([0; 3]), Colour([255; 3]));
        assert_eq!(black.mix(white, 0), black);
        assert_eq!(black.mix(white, 255), white);
        assert_eq!(black.mix(white, 51), Colour([51; 3]));
    }

    #[test]
    fn each_part_has_its_own_colour() {
        assert_eq!(Voice::of("melody").colour().to_string(), "#b79bff");
        assert_eq!(Voice::of("piano"), Voice::Melody);
        assert_ne!(Voice::of("bass").colour(), Voice::of("drums").colour());
    }
}
