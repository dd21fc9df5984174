//! Likelihood of given chorales under a network.

use std::ops::AddAssign;

use crate::chorale::{
    cue::{Cue, cues},
    frame::{Chorale, N_VOICES},
    network::Network,
    past::Past,
    token::{self, HOLD, N_TOKENS, encode},
};

/// Chorales evaluated in one batch.
const N_ABREAST: usize = 16;

/// Negative log likelihood of chorales in nats: each token given the true past, the key and the fermatas.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Surprise {
    /// Number of frames.
    pub n_frames: usize,
    /// Of the tokens of each voice: pitches and ties.
    pub tokens: [f64; N_VOICES],
    /// Of the pitches of each voice: repeated and held pitches count as the same.
    pub pitches: [f64; N_VOICES],
}

impl Surprise {
    /// Nats per token: voice and frame.
    pub fn per_token(&self) -> f64 {
        self.tokens.iter().sum::<f64>() / (N_VOICES * self.n_frames).max(1) as f64
    }

    /// Nats per note: a voice's pitch in a frame.
    pub fn per_note(&self) -> f64 {
        self.pitches.iter().sum::<f64>() / (N_VOICES * self.n_frames).max(1) as f64
    }

    fn add(&mut self, voice: usize, of_token: f64, of_pitch: f64) {
        self.tokens[voice] += of_token;
        self.pitches[voice] += of_pitch;
    }
}

impl AddAssign for Surprise {
    fn add_assign(&mut self, other: Self) {
        self.n_frames += other.n_frames;
        let both = [(&mut self.tokens, other.tokens), (&mut self.pitches, other.pitches)];
        for (ours, theirs) in both {
            ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| *ours += theirs);
        }
    }
}

/// A chorale being evaluated.
struct Judged {
    tokens: Vec<u8>,
    cues: Vec<Cue>,
    past: Past,
}

/// The surprise of `network` at `chorales`. Chorales with pitches that have no token are skipped.
pub fn surprise(network: &Network, chorales: &[Chorale]) -> Surprise {
    let judged = |chorale: &Chorale| {
        let (tokens, cues) = (encode(chorale)?, cues(&chorale.fermatas()));
        Some(Judged { tokens, cues, past: Past::new(chorale.key) })
    };
    let mut judged: Vec<Judged> = chorales.iter().filter_map(judged).collect();
    // Longest first, so that the unfinished ones are always in front.
    judged.sort_by_key(|chorale| std::cmp::Reverse(chorale.tokens.len()));
    let mut sum = Surprise::default();
    judged.chunks_mut(N_ABREAST).for_each(|chunk| judge(network, chunk, &mut sum));
    sum
}

fn judge(network: &Network, chorales: &mut [Judged], sum: &mut Surprise) {
    let encoding = network.encoding();
    let n_steps = chorales.first().map_or(0, |chorale| chorale.tokens.len());
    let mut memory = network.start(chorales.len());
    let mut n_before = chorales.len();
    for step in 0..n_steps {
        let n = chorales.iter().take_while(|chorale| step < chorale.tokens.len()).count();
        if n < n_before {
            memory = memory.select(&(0..n).collect::<Vec<_>>());
            n_before = n;
        }
        let mut rows = Vec::new();
        for chorale in &chorales[..n] {
            encoding.push(&mut rows, &chorale.past, chorale.cues[step / N_VOICES]);
        }
        let outputs = network.step(&rows, &mut memory);
        for (chorale, outputs) in
            chorales.iter_mut().zip(outputs.chunks_exact(encoding.n_outputs()))
        {
            let token = chorale.tokens[step];
            let nats = log_softmax(&encoding.logits(outputs, &chorale.past));
            let of_pitch = of_pitch(&nats, &chorale.past, token);
            sum.add(step % N_VOICES, -f64::from(nats[usize::from(token)]), -of_pitch);
            sum.n_frames += usize::from(step % N_VOICES == 0);
            chorale.past.write(token);
        }
    }
}

/// Log probability of the pitch that `token` sounds.
fn of_pitch(nats: &[f32; N_TOKENS], past: &Past, token: u8) -> f64 {
    let before = past.voice(past.next()).pitch;
    let pitch = if token == HOLD { before } else { token::pitch(token) };
    let nats = |token: u8| f64::from(nats[usize::from(token)]);
    match pitch.filter(|_| pitch == before).and_then(token::strike) {
        Some(strike) => (nats(HOLD).exp() + nats(strike).exp()).ln(),
        None => nats(token),
    }
}

/// Log probabilities of `logits`.
pub fn log_softmax(logits: &[f32; N_TOKENS]) -> [f32; N_TOKENS] {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // libm, so that every CPU gets the same result.
    let sum: f32 = logits.iter().map(|logit| libm::expf(logit - top)).sum();
    let total = top + libm::logf(sum);
    logits.map(|logit| logit - total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::{frame::testing::chords, network::testing::network};

    #[test]
    fn chorales_of_any_length_are_judged_beside_each_other_as_alone() {
        let network = network(5);
        let chorales = [
            chords(&[[72, 67, 60, 48]]),
            chords(&[[72, 67, 60, 48], [74, 65, 59, 43], [72, 64, 60, 48]]),
            chords(&[[60, 60, 55, 52], [60, 57, 53, 53]]),
        ];

        let together = surprise(&network, &chorales);

        assert_eq!(together.n_frames, 24);
        let alone: f64 = chorales
            .iter()
            .map(|chorale| surprise(&network, std::slice::from_ref(chorale)))
            .map(|one| one.per_token() * one.n_frames as f64)
            .sum();
        assert!((together.per_token() * 24.0 - alone).abs() < 1e-6);
        assert!(together.per_note() < together.per_token());
    }

    #[test]
    fn probabilities_add_up_to_one() {
        let mut logits = [0.0; N_TOKENS];
        (logits[3], logits[7]) = (80.0, 79.0);
        let sum: f32 = log_softmax(&logits).into_iter().map(f32::exp).sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }
}
