//! How a command draws tokens, by its options.

use serde_json::{Value, json};

use crate::{
    lab::cli,
    musicvae::net::{decode_rule::DecodeRule, head::Pick, sampling},
    rng::Rng,
};

/// How a command draws tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// Plain sampling at this temperature.
    Plain(f64),
    /// Melodies and basses by the decode rule.
    Rule(DecodeRule),
}

impl Sampling {
    /// The sampling of `options`; `temperature` is the command's default for plain sampling and for
    /// other parts than melodies and basses.
    pub fn of(options: &cli::Sampling, temperature: f64) -> Self {
        let plain = options.temperature.unwrap_or(temperature);
        if options.plain {
            return Self::Plain(plain);
        }
        let default = DecodeRule::default();
        let either = |own: Option<f64>, default| own.or(options.temperature).unwrap_or(default);
        // At temperature 0 programs are greedy too.
        let program = if plain == 0.0 { 0.0 } else { default.program_temperature };
        Self::Rule(DecodeRule {
            rhythm_temperature: either(options.rhythm_temperature, default.rhythm_temperature),
            pitch_temperature: either(options.pitch_temperature, default.pitch_temperature),
            program_temperature: options.program_temperature.unwrap_or(program),
            repeat: options.repeat,
            repeat_pitches: options.repeat_pitches,
            temperature: plain,
            ..default
        })
    }

    /// Draws one sequence with numbers from `rng`.
    pub fn sampler(self, mut rng: Rng) -> Box<dyn Pick> {
        match self {
            Self::Plain(temperature) => Box::new(move |_: usize, logits: &mut [f32]| {
                sampling::draw(logits, temperature as f32, &mut rng)
            }),
            Self::Rule(rule) => Box::new(rule.sampler(rng)),
        }
    }

    /// Its settings for a report.
    pub fn facts(self) -> Value {
        match self {
            Self::Plain(temperature) => json!({ "temperature": temperature }),
            Self::Rule(rule) => json!({
                "temperature": rule.temperature,
                "rhythm_temperature": rule.rhythm_temperature,
                "pitch_temperature": rule.pitch_temperature,
                "program_temperature": rule.program_temperature,
                "repeat": rule.repeat.name(),
                "repeat_pitches": rule.repeat_pitches,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        sampling: cli::Sampling,
    }

    fn of(line: &str) -> Sampling {
        let words = ["electropunk"].into_iter().chain(line.split_whitespace());
        Sampling::of(&Line::try_parse_from(words).unwrap().sampling, 0.0)
    }

    #[test]
    fn a_temperature_is_that_of_rhythm_and_pitch_unless_they_have_their_own() {
        let rule =
            DecodeRule { program_temperature: 0.0, temperature: 0.0, ..DecodeRule::default() };
        assert_eq!(of(""), Sampling::Rule(rule));
        let rhythm = of("--temperature 0.7 --pitch-temperature 1.1");
        let expected = DecodeRule {
            rhythm_temperature: 0.7,
            pitch_temperature: 1.1,
            temperature: 0.7,
            ..DecodeRule::default()
        };
        assert_eq!(rhythm, Sampling::Rule(expected));
        assert_eq!(of("--plain --temperature 0.3"), Sampling::Plain(0.3));
    }
}
