//! Keys of a theme that say how bass and lead are drawn from the trio model.

use crate::{
    config::{section::Section, value::set},
    musicvae::net::{decode_rule::DecodeRule, repeat::Repeat},
};

/// The theme's `temperature` at which the temperatures below apply unscaled.
pub(super) const PLAIN_TEMPERATURE: f64 = 0.5;

/// How the tokens of bass and lead are drawn.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Decoding {
    /// Temperature of rhythm at a theme's `temperature` of 0.5, 0.05 to 2. Default 0.9.
    pub rhythm_temperature: f64,
    /// Temperature of pitches, likewise.
    pub pitch_temperature: f64,
    /// Which bars of a phrase repeat each other. Default ABAB.
    pub repeat: Repeat,
    /// Share of the notes of a repeating bar whose pitch is repeated, too, 0 to 1. Default 0.5.
    pub repeat_pitches: f64,
}

impl Default for Decoding {
    fn default() -> Self {
        let rule = DecodeRule::default();
        Self {
            rhythm_temperature: rule.rhythm_temperature,
            pitch_temperature: rule.pitch_temperature,
            repeat: rule.repeat,
            repeat_pitches: rule.repeat_pitches,
        }
    }
}

impl Decoding {
    /// Reads the keys of `section`; missing keys leave their fields unchanged.
    pub(super) fn read(&mut self, section: &mut Section) {
        set(&mut self.rhythm_temperature, section.number("rhythm_temperature", 0.05..=2.0));
        set(&mut self.pitch_temperature, section.number("pitch_temperature", 0.05..=2.0));
        set(&mut self.repeat, section.choice("repeat"));
        set(&mut self.repeat_pitches, section.number("repeat_pitches", 0.0..=1.0));
    }

    /// The rule for a theme's `temperature`, which scales those of rhythm and pitch.
    pub(super) fn rule(self, temperature: f64) -> DecodeRule {
        let scale = temperature / PLAIN_TEMPERATURE;
        DecodeRule {
            rhythm_temperature: self.rhythm_temperature * scale,
            pitch_temperature: self.pitch_temperature * scale,
            repeat: self.repeat,
            repeat_pitches: self.repeat_pitches,
            temperature,
            ..DecodeRule::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_themes_temperature_scales_rhythm_and_pitch_and_is_that_of_drums() {
        let decoding =
            Decoding { rhythm_temperature: 0.8, pitch_temperature: 1.0, ..Decoding::default() };
        for (temperature, rhythm, pitch) in [(0.5, 0.8, 1.0), (0.25, 0.4, 0.5), (1.0, 1.6, 2.0)] {
            let rule = decoding.rule(temperature);
            assert_eq!((rule.rhythm_temperature, rule.pitch_temperature), (rhythm, pitch));
            assert_eq!(rule.temperature, temperature);
        }
    }
}
