//! Harmonisation: given voices are kept, beam search finds the others.
//!
//! The beam holds the most probable prefixes of the chorale. Given notes are forced and their probability
//! counts, so a prefix that makes the tune's next note improbable drops out. The harmony thus prepares for
//! what follows, which greedy decoding can't.

use crate::{
    chorale::{
        cue::{Cue, cues},
        frame::{Chorale, N_VOICES, Sound},
        likelihood::log_softmax,
        network::{Memory, Network},
        past::Past,
        rules::n_broken,
        token::{decode, of_sound},
    },
    music::scale::Key,
};

/// The given voices, the key and the fermatas.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The key.
    pub key: Key,
    /// What each voice does in each frame; `None` for a voice that is to be found.
    pub voices: [Option<Vec<Sound>>; N_VOICES],
    /// Whether each frame is under a fermata.
    pub fermatas: Vec<bool>,
}

/// A harmonised chorale.
#[derive(Debug, Clone, PartialEq)]
pub struct Harmonised {
    /// The chorale.
    pub chorale: Chorale,
    /// Its log probability in nats, given notes included.
    pub log_probability: f64,
}

/// Settings of the beam search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// Width of the beam, at least 1.
    pub width: usize,
    /// Nats subtracted from a prefix's score for each of the [`rules`](super::rules) that it breaks.
    pub strictness: f64,
}

/// A prefix of the chorale.
#[derive(Clone)]
struct Beginning {
    past: Past,
    tokens: Vec<u8>,
    merit: Merit,
}

/// What a prefix is scored by.
#[derive(Debug, Clone, Copy, Default)]
struct Merit {
    log_probability: f64,
    n_broken: usize,
}

impl Merit {
    /// The merit with one more token, of log probability `nats`, which breaks `n` rules.
    fn after(self, nats: f32, n: usize) -> Self {
        Self {
            log_probability: self.log_probability + f64::from(nats),
            n_broken: self.n_broken + n,
        }
    }

    fn value(self, strictness: f64) -> f64 {
        self.log_probability - strictness * self.n_broken as f64
    }
}

/// A prefix's next token.
#[derive(Clone, Copy)]
struct Candidate {
    from: usize,
    token: u8,
    merit: Merit,
}

/// The best chorale that the beam search finds for the `given` voices; a width of 1 is greedy.
///
/// `None` if a given pitch has no token, a given voice has another number of frames than `fermatas`, or
/// `is_stopped` returned true.
pub fn harmonise(
    network: &Network,
    given: &Given,
    search: Search,
    is_stopped: &dyn Fn() -> bool,
) -> Option<Harmonised> {
    let forced = forced(given)?;
    let past = Past::new(given.key);
    let mut beam = vec![Beginning { past, tokens: vec![], merit: Merit::default() }];
    let mut memory = network.start(1);
    for (cue, forced) in cues(&given.fermatas).into_iter().zip(&forced) {
        if is_stopped() {
            return None;
        }
        for &forced in forced {
            let candidates = candidates(network, &beam, &mut memory, cue, forced);
            (beam, memory) = extend(&beam, &memory, best(candidates, search));
        }
    }
    let Beginning { tokens, merit, .. } = beam.into_iter().next()?;
    let chorale = decode(&tokens, given.key, &given.fermatas);
    Some(Harmonised { chorale, log_probability: merit.log_probability })
}

/// The token of each voice in each frame, where it is given.
fn forced(given: &Given) -> Option<Vec<[Option<u8>; N_VOICES]>> {
    let mut forced = vec![[None; N_VOICES]; given.fermatas.len()];
    for (voice, sounds) in given.voices.iter().enumerate() {
        let Some(sounds) = sounds else { continue };
        if sounds.len() != forced.len() {
            return None;
        }
        for (frame, &sound) in forced.iter_mut().zip(sounds) {
            frame[voice] = Some(of_sound(sound)?);
        }
    }
    Some(forced)
}

/// All next tokens of all prefixes: the forced one, or all allowed ones.
fn candidates(
    network: &Network,
    beam: &[Beginning],
    memory: &mut Memory,
    cue: Cue,
    forced: Option<u8>,
) -> Vec<Candidate> {
    let (encoding, mut rows) = (network.encoding(), Vec::new());
    for beginning in beam {
        encoding.push(&mut rows, &beginning.past, cue);
    }
    let outputs = network.step(&rows, memory);
    let mut candidates = Vec::new();
    for (from, (beginning, outputs)) in
        beam.iter().zip(outputs.chunks_exact(encoding.n_outputs())).enumerate()
    {
        let nats = log_softmax(&encoding.logits(outputs, &beginning.past));
        let tokens: Vec<u8> = match forced {
            Some(token) => vec![token],
            None => beginning.past.allowed().collect(),
        };
        candidates.extend(tokens.into_iter().map(|token| {
            let n_broken = n_broken(&beginning.past, token, cue);
            let merit = beginning.merit.after(nats[usize::from(token)], n_broken);
            Candidate { from, token, merit }
        }));
    }
    candidates
}

/// The candidates that the beam keeps, best first; ties keep their order.
fn best(mut candidates: Vec<Candidate>, search: Search) -> Vec<Candidate> {
    let value = |candidate: &Candidate| candidate.merit.value(search.strictness);
    candidates.sort_by(|a, b| value(b).total_cmp(&value(a)));
    candidates.truncate(search.width.max(1));
    candidates
}

/// The prefixes, each one token longer.
fn extend(beam: &[Beginning], memory: &Memory, chosen: Vec<Candidate>) -> (Vec<Beginning>, Memory) {
    let rows: Vec<usize> = chosen.iter().map(|candidate| candidate.from).collect();
    let longer = chosen.into_iter().map(|Candidate { from, token, merit }| {
        let mut beginning = Beginning { merit, ..beam[from].clone() };
        beginning.past.write(token);
        beginning.tokens.push(token);
        beginning
    });
    (longer.collect(), memory.select(&rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{
            compose::{Manner, compose},
            frame::testing::chords,
            network::testing::network,
            token::encode,
        },
        rng,
    };

    fn given(voices: &[usize]) -> Given {
        let chorale = chords(&[[72, 67, 60, 48], [74, 65, 59, 43], [76, 67, 60, 48]]);
        let line = |voice: usize| chorale.frames.iter().map(|frame| frame.sounds[voice]).collect();
        let voices = std::array::from_fn(|voice| voices.contains(&voice).then(|| line(voice)));
        Given { key: chorale.key, voices, fermatas: chorale.fermatas() }
    }

    fn harmonised(given: &Given, width: usize) -> Harmonised {
        let search = Search { width, strictness: 0.0 };
        harmonise(&network(4), given, search, &|| false).unwrap()
    }

    #[test]
    fn given_voices_are_kept() {
        for voices in [&[0][..], &[3], &[0, 3], &[1, 2]] {
            let given = given(voices);
            let chorale = harmonised(&given, 8).chorale;
            for &voice in voices {
                let found: Vec<Sound> =
                    chorale.frames.iter().map(|frame| frame.sounds[voice]).collect();
                assert_eq!(Some(found), given.voices[voice]);
            }
        }
    }

    #[test]
    fn a_beam_of_one_is_greedy_and_a_wider_one_finds_no_less_probable_end() {
        let nothing = given(&[]);
        let manner = Manner { temperature: 0.0, rhythm_temperature: 1.0, strictness: 0.0 };
        let greedy = compose(
            &network(4),
            nothing.key,
            &nothing.fermatas,
            manner,
            &mut rng::stream(0, "unused"),
        );
        assert_eq!(harmonised(&nothing, 1).chorale, greedy);

        let tune = given(&[0]);
        assert!(harmonised(&tune, 1).log_probability < harmonised(&tune, 32).log_probability);
    }

    #[test]
    fn a_strict_search_breaks_fewer_rules() {
        let tune = given(&[0]);
        let n_broken = |strictness| {
            let search = Search { width: 8, strictness };
            let found = harmonise(&network(4), &tune, search, &|| false).unwrap();
            let mut past = Past::new(tune.key);
            let (tokens, cues) = (encode(&found.chorale).unwrap(), cues(&tune.fermatas));
            let of_token = |(at, token)| {
                let n = n_broken(&past, token, cues[at / N_VOICES]);
                past.write(token);
                n
            };
            tokens.into_iter().enumerate().map(of_token).sum::<usize>()
        };
        assert!(n_broken(100.0) < n_broken(0.0));
    }

    #[test]
    fn voices_of_another_length_or_range_are_refused() {
        let search = Search { width: 2, strictness: 1.0 };
        let refused = |given: &Given| harmonise(&network(4), given, search, &|| false).is_none();
        let mut short = given(&[0]);
        short.fermatas.pop();
        assert!(refused(&short));
        let mut high = given(&[0]);
        high.voices[0].as_mut().unwrap()[0] = Sound::Struck(90);
        assert!(refused(&high));
        assert!(harmonise(&network(4), &given(&[0]), search, &|| true).is_none());
    }
}
