//! Free composition: tokens drawn one after the other.

use crate::{
    chorale::{
        cue::cues,
        frame::{Chorale, N_VOICES},
        inputs,
        network::Network,
        past::Past,
        rules::n_broken,
        terms::logits,
        token::{N_TOKENS, decode},
    },
    music::scale::Key,
    musicvae::net::sampling,
    rng::Rng,
};

/// How tokens are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// 0 takes the most probable token, 1 draws as the network says.
    pub temperature: f64,
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
    let mut past = Past::new(key);
    let mut memory = network.start(1);
    let mut tokens = Vec::with_capacity(N_VOICES * fermatas.len());
    for cue in cues(fermatas) {
        for _ in 0..N_VOICES {
            let mut rows = Vec::new();
            inputs::push(&mut rows, &past, cue);
            let mut logits = logits(&network.step(&rows, &mut memory), &past);
            forbid(&mut logits, &past, manner.strictness);
            let token = sampling::draw(&mut logits, manner.temperature as f32, rng) as u8;
            past.write(token);
            tokens.push(token);
        }
    }
    decode(&tokens, key, fermatas)
}

/// Makes tokens impossible that can't be written next, and those less probable that break rules.
fn forbid(logits: &mut [f32; N_TOKENS], past: &Past, strictness: f64) {
    for (token, logit) in (0..).zip(logits) {
        match past.allows(token) {
            true => *logit -= strictness as f32 * n_broken(past, token) as f32,
            false => *logit = f32::NEG_INFINITY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{frame::Voice, network::testing::network},
        music::scale::Mode,
        rng,
    };

    #[test]
    fn a_seed_gives_a_chorale_within_the_ranges() {
        let network = network(2);
        let key = Key { root: 7, mode: Mode::Minor };
        let fermatas = [vec![false; 12], vec![true; 4]].concat();
        let manner = Manner { temperature: 1.0, strictness: 2.0 };
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
}
