//! The decode rule. For melodies and basses, rhythm and pitch are drawn one after the other, each at its own
//! temperature, with random numbers that bars share.
//!
//! A melody's softmax spreads the probability of an onset over the pitches, so a low temperature
//! favours the single hold token: at 0.5, lines rest and repeat pitches far more than the training
//! songs. Here rhythm is drawn first, from hold, off and onset, so its temperature and that of
//! pitch don't affect each other. But independent draws lose the recurring rhythms of songs, which
//! the shared numbers restore.
//!
//! Event tracks have their own rule, [`track_rule`](crate::musicvae::net::track_rule).

use rand::Rng as _;

use crate::{
    music::melody,
    musicvae::{
        convert::performance,
        net::{
            domain::Domain,
            head::Pick,
            repeat::{PartNumbers, Repeat, Sharing},
            sampling,
            track_rule::{TrackPlace, TrackTemperatures},
        },
    },
    rng::{self, Rng},
};

/// The first pitch token; those before it are hold and off.
const FIRST_PITCH: usize = 2;

/// How tokens are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecodeRule {
    /// Temperature of the rhythm of melodies and basses, at least 0: hold, off or onset.
    pub rhythm_temperature: f64,
    /// Temperature of the pitch of their onsets, at least 0.
    pub pitch_temperature: f64,
    /// Which bars of melodies and basses share random numbers.
    pub repeat: Repeat,
    /// Share of a repeating bar's steps whose rhythm is drawn with the shared number, 0 to 1.
    pub repeat_rhythm: f64,
    /// Share of its onsets whose pitch is drawn with the shared number, 0 to 1; 1 for a riff.
    pub repeat_pitches: f64,
    /// Temperature of the programs of tracks, at least 0.
    pub program_temperature: f64,
    /// Temperature of all other tokens, at least 0.
    pub temperature: f64,
}

impl Default for DecodeRule {
    fn default() -> Self {
        Self {
            rhythm_temperature: 0.9,
            pitch_temperature: 0.9,
            repeat: Repeat::default(),
            repeat_rhythm: 1.0,
            repeat_pitches: 0.5,
            program_temperature: 1.0,
            temperature: 0.5,
        }
    }
}

impl DecodeRule {
    /// Draws one sequence with numbers from `rng`.
    ///
    /// Each melody or bass has a stream of its own, so that its tokens don't depend on which other
    /// parts are decoded. Other tokens are drawn from `rng` itself, one number each.
    pub fn sampler(self, rng: Rng) -> RuleSampler {
        let seed = rng.clone().next_u64();
        RuleSampler { rule: self, rng, seed, parts: Vec::new(), track: TrackPlace::default() }
    }

    /// Draws one sequence with numbers from `rng`: event tracks by the default rule, other tokens from one
    /// softmax at `temperature`, as in Magenta.
    pub fn of_tracks_or_plain(domain: Domain, temperature: f64, mut rng: Rng) -> Box<dyn Pick> {
        match domain.is_multitrack() {
            true => Box::new(Self::default().sampler(rng)),
            false => Box::new(move |_: usize, logits: &mut [f32]| {
                sampling::draw(logits, temperature as f32, &mut rng)
            }),
        }
    }

    fn sharing(&self) -> Sharing {
        let pitch = if self.repeat == Repeat::Riff { 1.0 } else { self.repeat_pitches };
        Sharing { repeat: self.repeat, rhythm: self.repeat_rhythm, pitch }
    }
}

/// Draws the tokens of one sequence by a [`DecodeRule`].
#[derive(Debug, Clone)]
pub struct RuleSampler {
    rule: DecodeRule,
    rng: Rng,
    seed: u64,
    /// Random numbers of the parts, by index.
    parts: Vec<PartNumbers>,
    /// The position in a bar of tracks.
    track: TrackPlace,
}

impl RuleSampler {
    fn numbers(&mut self, part: usize) -> &mut PartNumbers {
        while self.parts.len() <= part {
            let rng = rng::stream(self.seed, &format!("part {}", self.parts.len()));
            self.parts.push(PartNumbers::new(self.rule.sharing(), rng));
        }
        &mut self.parts[part]
    }
}

impl Pick for RuleSampler {
    fn pick(&mut self, part: usize, logits: &mut [f32]) -> u16 {
        if logits.len() == performance::N_TOKENS {
            let DecodeRule { program_temperature: program, temperature: event, .. } = self.rule;
            return self.track.draw(logits, TrackTemperatures { program, event }, &mut self.rng);
        }
        // No other vocabulary has this size.
        if logits.len() != melody::N_TOKENS {
            return sampling::draw(logits, self.rule.temperature as f32, &mut self.rng);
        }
        let numbers = self.numbers(part).step();
        let (sustain, pitches) = logits.split_at_mut(FIRST_PITCH);
        let mut rhythm = [sustain[0], sustain[1], sampling::log_sum_exp(pitches)];
        let rhythm_temperature = self.rule.rhythm_temperature as f32;
        let event = sampling::draw_by(&mut rhythm, rhythm_temperature, numbers.rhythm);
        if usize::from(event) < FIRST_PITCH {
            return event;
        }
        let pitch_temperature = self.rule.pitch_temperature as f32;
        event + sampling::draw_by(pitches, pitch_temperature, numbers.pitch)
    }

    fn begin(&mut self, segment: usize) {
        self.track = TrackPlace::start(segment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hold and off as likely as each other; an onset, of either of two pitches, as likely as both.
    fn logits() -> Vec<f32> {
        let mut logits = vec![f32::NEG_INFINITY; melody::N_TOKENS];
        logits[..4].copy_from_slice(&[0.0, 0.0, 1.5f32.ln(), 0.5f32.ln()]);
        logits
    }

    fn line(rule: DecodeRule, seed: u64, n: usize) -> Vec<u16> {
        let mut sampler = rule.sampler(rng::stream(seed, "test"));
        (0..n).map(|_| sampler.pick(0, &mut logits())).collect()
    }

    fn share(line: &[u16], tokens: &[u16]) -> f64 {
        line.iter().filter(|token| tokens.contains(token)).count() as f64 / line.len() as f64
    }

    fn is_near(found: f64, expected: f64) -> bool {
        // Four standard deviations of a share of 4000 steps.
        (found - expected).abs() < 4.0 * (expected * (1.0 - expected) / 4000.0).sqrt()
    }

    #[test]
    fn at_temperature_1_tokens_have_their_probability() {
        let rule = DecodeRule {
            rhythm_temperature: 1.0,
            pitch_temperature: 1.0,
            repeat: Repeat::None,
            ..DecodeRule::default()
        };
        let line = line(rule, 1, 4000);
        for (token, expected) in [(0, 0.25), (1, 0.25), (2, 0.375), (3, 0.125)] {
            assert!(is_near(share(&line, &[token]), expected), "{token}");
        }
    }

    #[test]
    fn each_temperature_changes_its_own_choice() {
        let rule = |rhythm_temperature, pitch_temperature| DecodeRule {
            rhythm_temperature,
            pitch_temperature,
            repeat: Repeat::None,
            ..DecodeRule::default()
        };
        // Weights 1 : 1 : 2 squared; pitches 3 : 1 as they are, or squared.
        let onsets = |rule| share(&line(rule, 2, 4000), &[2, 3]);
        assert!(is_near(onsets(rule(0.5, 1.0)), 4.0 / 6.0));
        assert!(is_near(onsets(rule(1.0, 0.5)), 0.5));
        let second = |rule| share(&line(rule, 3, 4000), &[3]);
        assert!(is_near(second(rule(1.0, 0.5)), 0.5 / 10.0));
        assert_eq!((onsets(rule(0.0, 1.0)), second(rule(1.0, 0.0))), (1.0, 0.0));
    }

    #[test]
    fn repeating_bars_have_the_same_rhythm() {
        let line = line(DecodeRule::default(), 4, 64);

        let rhythm = |bar: usize| -> Vec<u16> {
            line[16 * bar..][..16].iter().map(|&token| token.min(2)).collect()
        };
        assert_eq!((rhythm(0), rhythm(1)), (rhythm(2), rhythm(3)));
        assert_ne!(rhythm(0), rhythm(1));
    }

    #[test]
    fn a_part_does_not_depend_on_the_others() {
        let sampler = || DecodeRule::default().sampler(rng::stream(5, "test"));
        let (mut all, mut alone) = (sampler(), sampler());
        for _ in 0..64 {
            all.pick(0, &mut logits());
            all.pick(2, &mut [0.0; 512]);
            assert_eq!(all.pick(1, &mut logits()), alone.pick(1, &mut logits()));
        }
    }

    #[test]
    fn drums_are_drawn_as_without_the_rule() {
        let rule = DecodeRule { temperature: 0.7, ..DecodeRule::default() };
        let mut sampler = rule.sampler(rng::stream(6, "test"));
        let mut rng = rng::stream(6, "test");
        let drums: Vec<f32> = (0..512).map(|token| (token % 7) as f32).collect();
        for _ in 0..32 {
            sampler.pick(0, &mut logits());
            let expected = sampling::draw(&mut drums.clone(), 0.7, &mut rng);
            assert_eq!(sampler.pick(2, &mut drums.clone()), expected);
        }
    }
}
