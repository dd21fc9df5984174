//! Free composition: tokens drawn one after the other.

use rand::RngExt as _;

use crate::{
    chorale::{
        cue::{Cue, cues},
        frame::{Chorale, N_VOICES},
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
    /// How pitches are drawn: 0 takes the most probable token, 1 draws as the network says.
    pub temperature: f64,
    /// How it is drawn whether a note goes on, likewise; above 0. Lower ones hold notes for too long.
    pub rhythm_temperature: f64,
    /// Nats by which a token is less probable for each of the [`rules`](super::rules) that it breaks.
    pub strictness: f64,
}

/// A chorale in `key` with these fermatas, one frame for each.
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
    decode(&writer.tokens, key, fermatas)
}

/// A chorale that is being written, frame by frame.
pub struct Writer<'a> {
    network: &'a Network,
    manner: Manner,
    past: Past,
    memory: Memory,
    tokens: Vec<u8>,
}

impl<'a> Writer<'a> {
    /// At the start of a chorale in `key`.
    pub fn new(network: &'a Network, key: Key, manner: Manner) -> Self {
        Self { network, manner, past: Past::new(key), memory: network.start(1), tokens: vec![] }
    }

    /// Goes on after frames of `tokens` and `cues` that were written before. They are not in
    /// [`Writer::tokens`].
    pub fn recall(&mut self, tokens: &[u8], cues: &[Cue]) {
        for (tokens, &cue) in tokens.chunks_exact(N_VOICES).zip(cues) {
            for &token in tokens {
                self.outputs(cue);
                self.past.write(token);
            }
        }
    }

    /// Writes a frame: the `given` tokens are kept, the others drawn.
    pub fn write(&mut self, cue: Cue, given: [Option<u8>; N_VOICES], rng: &mut Rng) {
        self.frame(cue, given, true, rng);
    }

    /// Writes a frame in which no voice that is drawn goes on with a note from before.
    pub fn write_anew(&mut self, cue: Cue, given: [Option<u8>; N_VOICES], rng: &mut Rng) {
        self.frame(cue, given, false, rng);
    }

    /// The tokens written.
    pub fn tokens(&self) -> &[u8] {
        &self.tokens
    }

    fn frame(&mut self, cue: Cue, given: [Option<u8>; N_VOICES], may_hold: bool, rng: &mut Rng) {
        for given in given {
            let outputs = self.outputs(cue);
            let token = given.unwrap_or_else(|| {
                let mut logits = self.network.encoding().logits(&outputs, &self.past);
                self.forbid(&mut logits, cue, may_hold);
                draw(&mut logits, self.manner, rng)
            });
            self.past.write(token);
            self.tokens.push(token);
        }
    }

    fn outputs(&mut self, cue: Cue) -> Vec<f32> {
        let mut rows = Vec::new();
        self.network.encoding().push(&mut rows, &self.past, cue);
        self.network.step(&rows, &mut self.memory)
    }

    /// Makes tokens impossible that can't be written next, and those less probable that break rules.
    fn forbid(&self, logits: &mut [f32; N_TOKENS], cue: Cue, may_hold: bool) {
        for (token, logit) in (0..).zip(logits) {
            match self.past.allows(token) && (may_hold || token != HOLD) {
                true => {
                    let n_broken = n_broken(&self.past, token, cue) as f64;
                    *logit -= (self.manner.strictness * n_broken) as f32;
                }
                false => *logit = f32::NEG_INFINITY,
            }
        }
    }
}

/// Draws a token: first whether the note goes on, then what begins.
fn draw(logits: &mut [f32; N_TOKENS], manner: Manner, rng: &mut Rng) -> u8 {
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

/// Logarithm of how much more probable a hold is than all others together.
fn hold_odds(logits: &[f32; N_TOKENS]) -> f32 {
    let hold = usize::from(HOLD);
    let others = || logits.iter().enumerate().filter(|(token, _)| *token != hold);
    let top = others().map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
    // Not by the system's functions, so that every CPU gets the same.
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
    fn temperatures_are_of_rhythm_and_of_pitch() {
        let mut logits = [f32::NEG_INFINITY; N_TOKENS];
        (logits[0], logits[5], logits[6]) = (1.0, 1.0, 0.0);
        let odds = hold_odds(&logits);
        assert!((odds - (1.0 - (1f32.exp() + 1.0).ln())).abs() < 1e-6, "{odds}");
        let n = |temperature: f64, rhythm_temperature: f64, wanted: u8| {
            let manner = Manner { temperature, rhythm_temperature, strictness: 0.0 };
            let mut rng = rng::stream(1, "test");
            (0..2000).filter(|_| draw(&mut logits.clone(), manner, &mut rng) == wanted).count()
        };
        // A hold has 42 %, and of the rest 5 has 73 %.
        assert!(n(1.0, 1.0, 0).abs_diff(845) < 60);
        assert!(n(1.0, 1.0, 5).abs_diff(845) < 60);
        assert!(n(0.1, 1.0, 0).abs_diff(845) < 60, "the pitch's temperature moves no rhythm");
        assert!(n(0.1, 1.0, 6) < 5);
        assert!(n(1.0, 0.1, 0) < 200, "less probable than all others");
    }
}
