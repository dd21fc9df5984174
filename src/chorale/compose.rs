//! Free composition: tokens drawn one after another.

use rand::RngExt as _;

use crate::{
    chorale::{
        cue::{Cue, cues},
        frame::{Chorale, N_VOICES},
        likelihood::log_softmax,
        network::{Memory, Network},
        past::Past,
        rules::n_broken,
        token::{HOLD, N_TOKENS, decode},
    },
    music::scale::Key,
    musicvae::net::sampling,
    rng::Rng,
};

/// How tokens are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// Temperature of pitches: 0 takes the most probable token, 1 keeps the distribution.
    pub temperature: f64,
    /// Temperature of holds, above 0. Low values hold notes for too long.
    pub rhythm_temperature: f64,
    /// Nats subtracted from a token's logit for each of the [`rules`](super::rules) that it breaks.
    pub strictness: f64,
}

/// A chorale in `key`, with a frame for each of `fermatas`.
pub fn compose(
    network: &Network,
    key: Key,
    fermatas: &[bool],
    manner: Manner,
    rng: &mut Rng,
) -> Chorale {
    let mut writer = Writer::new(network, key, manner);
    for cue in cues(fermatas) {
        writer.write(cue, [None; N_VOICES], rng);
    }
    decode(writer.tokens(), key, fermatas)
}

/// A chorale being written, frame by frame.
///
/// Where tokens are given, several drafts can be written in parallel, as a particle filter (Gordon, Salmond
/// and Smith 1993, *Novel approach to nonlinear/non-Gaussian Bayesian state estimation*): drafts under which
/// the next given token is improbable are replaced by others, so that the drawn voices prepare for it. With
/// many drafts, the drawn voices approach the posterior under the given ones.
pub struct Writer<'a> {
    network: &'a Network,
    manner: Manner,
    drafts: Vec<Draft>,
    memory: Memory,
}

#[derive(Clone)]
struct Draft {
    past: Past,
    tokens: Vec<u8>,
    /// Log probability of the tokens given since the last selection, in nats.
    nats: f64,
}

impl<'a> Writer<'a> {
    /// Starts a chorale in `key`, with one draft.
    pub fn new(network: &'a Network, key: Key, manner: Manner) -> Self {
        let draft = Draft { past: Past::new(key), tokens: vec![], nats: 0.0 };
        Self { network, manner, drafts: vec![draft], memory: network.start(1) }
    }

    /// Keeps `n` copies of the first draft, at least one.
    pub fn split(&mut self, n: usize) {
        self.choose(&vec![0; n.max(1)]);
    }

    /// Feeds in frames of `tokens` and `cues` that were written before. They are not in [`Writer::tokens`].
    pub fn recall(&mut self, tokens: &[u8], cues: &[Cue]) {
        for (tokens, &cue) in tokens.chunks_exact(N_VOICES).zip(cues) {
            for &token in tokens {
                self.outputs(cue);
                self.drafts.iter_mut().for_each(|draft| draft.past.write(token));
            }
        }
    }

    /// Writes a frame: the `given` tokens are kept, the others drawn.
    pub fn write(&mut self, cue: Cue, given: [Option<u8>; N_VOICES], rng: &mut Rng) {
        self.frame(cue, given, true, rng);
    }

    /// Writes a frame in which no drawn voice holds a note from the frame before.
    pub fn write_anew(&mut self, cue: Cue, given: [Option<u8>; N_VOICES], rng: &mut Rng) {
        self.frame(cue, given, false, rng);
    }

    /// The tokens of the best draft: the one under which the tokens given since the last selection are the
    /// most probable.
    pub fn tokens(&self) -> &[u8] {
        let best = self.drafts.iter().rev().max_by(|a, b| a.nats.total_cmp(&b.nats));
        best.map_or(&[], |draft| &draft.tokens)
    }

    fn frame(&mut self, cue: Cue, given: [Option<u8>; N_VOICES], may_hold: bool, rng: &mut Rng) {
        let encoding = self.network.encoding();
        for given in given {
            let outputs = self.outputs(cue);
            for (draft, outputs) in
                self.drafts.iter_mut().zip(outputs.chunks_exact(encoding.n_outputs()))
            {
                let logits = encoding.logits(outputs, &draft.past);
                let token = match given {
                    Some(token) => {
                        draft.nats += f64::from(log_softmax(&logits)[usize::from(token)]);
                        token
                    }
                    None => draw(self.manner, &draft.past, logits, (cue, may_hold), rng),
                };
                draft.past.write(token);
                draft.tokens.push(token);
            }
            if given.is_some() {
                self.select(rng);
            }
        }
    }

    fn outputs(&mut self, cue: Cue) -> Vec<f32> {
        let mut rows = Vec::new();
        for draft in &self.drafts {
            self.network.encoding().push(&mut rows, &draft.past, cue);
        }
        self.network.step(&rows, &mut self.memory)
    }

    /// Resamples the drafts in proportion to their weights once the effective number of drafts is below
    /// half of them.
    fn select(&mut self, rng: &mut Rng) {
        let top = self.drafts.iter().map(|draft| draft.nats).fold(f64::NEG_INFINITY, f64::max);
        if self.drafts.len() == 1 || !top.is_finite() {
            return;
        }
        // libm, so that every CPU gets the same result.
        let weights: Vec<f64> =
            self.drafts.iter().map(|draft| libm::exp(draft.nats - top)).collect();
        let sum: f64 = weights.iter().sum();
        let n_counting = sum * sum / weights.iter().map(|weight| weight * weight).sum::<f64>();
        if n_counting < 0.5 * weights.len() as f64 {
            self.choose(&evenly(&weights, rng.random()));
            self.drafts.iter_mut().for_each(|draft| draft.nats = 0.0);
        }
    }

    /// Replaces the drafts by those numbered `chosen`, with repeats.
    fn choose(&mut self, chosen: &[usize]) {
        self.drafts = chosen.iter().map(|&number| self.drafts[number].clone()).collect();
        self.memory = self.memory.select(chosen);
    }
}

/// Systematic resampling: as many indices as `weights`, each in proportion to its weight to within one; `at`,
/// 0 to 1, offsets the grid.
fn evenly(weights: &[f64], at: f64) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    let (mut index, mut reached) = (0, weights[0]);
    let next = |n: usize| {
        let wanted = sum * (n as f64 + at) / weights.len() as f64;
        while reached <= wanted && index + 1 < weights.len() {
            index += 1;
            reached += weights[index];
        }
        index
    };
    (0..weights.len()).map(next).collect()
}

/// Draws the next token after `past` from the allowed ones, with a penalty for each rule that it breaks.
fn draw(
    manner: Manner,
    past: &Past,
    mut logits: [f32; N_TOKENS],
    (cue, may_hold): (Cue, bool),
    rng: &mut Rng,
) -> u8 {
    for (token, logit) in (0..).zip(&mut logits) {
        match past.allows(token) && (may_hold || token != HOLD) {
            true => *logit -= (manner.strictness * n_broken(past, token, cue) as f64) as f32,
            false => *logit = f32::NEG_INFINITY,
        }
    }
    pick(&mut logits, manner, rng)
}

/// Draws a token: first hold or not, then which other token.
fn pick(logits: &mut [f32; N_TOKENS], manner: Manner, rng: &mut Rng) -> u8 {
    let Manner { temperature, rhythm_temperature, .. } = manner;
    if 0.0 < temperature && logits[usize::from(HOLD)].is_finite() {
        let holds = hold_odds(logits) / rhythm_temperature as f32;
        if rng.random::<f32>() < 1.0 / (1.0 + libm::expf(-holds)) {
            return HOLD;
        }
        logits[usize::from(HOLD)] = f32::NEG_INFINITY;
    }
    sampling::draw(logits, temperature as f32, rng) as u8
}

/// Log odds of a hold against all other tokens.
fn hold_odds(logits: &[f32; N_TOKENS]) -> f32 {
    let hold = usize::from(HOLD);
    let others = || logits.iter().enumerate().filter(|(token, _)| *token != hold);
    let top = others().map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
    // libm, so that every CPU gets the same result.
    let sum: f32 = others().map(|(_, logit)| libm::expf(logit - top)).sum();
    logits[hold] - top - libm::logf(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{frame::Voice, network::testing::network, token::strike},
        music::scale::Mode,
        rng,
    };

    #[test]
    fn a_seed_gives_a_chorale_within_the_ranges() {
        let network = network(2);
        let key = Key { root: 7, mode: Mode::Minor };
        let fermatas = [vec![false; 12], vec![true; 4]].concat();
        let manner = Manner { temperature: 1.0, rhythm_temperature: 1.0, strictness: 2.0 };
        let compose =
            |seed| compose(&network, key, &fermatas, manner, &mut rng::stream(seed, "test"));

        let chorale = compose(1);

        assert_eq!((chorale.fermatas(), chorale.key), (fermatas.clone(), key));
        assert_eq!(chorale, compose(1));
        assert_ne!(chorale, compose(2));
        for frame in &chorale.frames {
            let mut pairs = Voice::ALL.into_iter().zip(frame.sounds);
            assert!(
                pairs
                    .all(|(voice, sound)| sound.pitch().is_none_or(|p| voice.range().contains(&p)))
            );
        }
    }

    #[test]
    fn a_writer_goes_on_where_another_has_ended() {
        let network = network(2);
        let key = Key { root: 2, mode: Mode::Major };
        let cues = cues(&[false; 8]);
        let manner = Manner { temperature: 0.0, rhythm_temperature: 1.0, strictness: 2.0 };
        let mut rng = rng::stream(1, "test");
        let mut whole = Writer::new(&network, key, manner);
        for &cue in &cues {
            whole.write(cue, [None; N_VOICES], &mut rng);
        }

        let mut later = Writer::new(&network, key, manner);
        later.recall(&whole.tokens()[..5 * N_VOICES], &cues);
        for &cue in &cues[5..] {
            later.write(cue, [None; N_VOICES], &mut rng);
        }

        assert_eq!(later.tokens(), &whole.tokens()[5 * N_VOICES..]);
        let given = [Some(HOLD), None, Some(strike(50).unwrap()), None];
        later.write_anew(cues[0], given, &mut rng);
        let last = &later.tokens()[3 * N_VOICES..];
        assert_eq!((last[0], last[2]), (HOLD, strike(50).unwrap()));
        assert!(last[1] != HOLD && last[3] != HOLD);
    }

    #[test]
    fn drafts_go_on_as_often_as_they_weigh() {
        assert_eq!(evenly(&[1.0, 0.0, 2.0, 1.0], 0.5), [0, 2, 2, 3]);
        assert_eq!(evenly(&[0.0, 0.0, 5.0], 0.9), [2, 2, 2]);
        assert_eq!(evenly(&[2.5, 1.5], 0.6), [0, 1]);
    }

    #[test]
    fn temperatures_are_of_rhythm_and_of_pitch() {
        let mut logits = [f32::NEG_INFINITY; N_TOKENS];
        (logits[0], logits[5], logits[6]) = (1.0, 1.0, 0.0);
        let odds = hold_odds(&logits);
        assert!((odds - (1.0 - (1f32.exp() + 1.0).ln())).abs() < 1e-6, "{odds}");
        let n = |temperature: f64, rhythm_temperature: f64, wanted: u8| {
            let manner = Manner { temperature, rhythm_temperature, strictness: 0.0 };
            let mut rng = rng::stream(1, "test");
            (0..2000).filter(|_| pick(&mut logits.clone(), manner, &mut rng) == wanted).count()
        };
        // A hold has 42 %, and of the rest 5 has 73 %.
        assert!(n(1.0, 1.0, 0).abs_diff(845) < 60);
        assert!(n(1.0, 1.0, 5).abs_diff(845) < 60);
        assert!(n(0.1, 1.0, 0).abs_diff(845) < 60, "the pitch's temperature moves no rhythm");
        assert!(n(0.1, 1.0, 6) < 5);
        assert!(n(1.0, 0.1, 0) < 200, "less probable than all others");
    }
}
