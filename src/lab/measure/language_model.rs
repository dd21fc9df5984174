//! An n-gram language model of tokens, which rates lines independently of any neural network.
//!
//! Counts of each token after the six before it, with Witten-Bell interpolation (Witten & Bell
//! 1991; Chen & Goodman 1998, section 2.5): after a context seen `c` times with `k` distinct
//! followers, a token seen `n` times has probability `(n + k p) / (c + k)`, where `p` is its
//! probability after the context without its first token; the shortest context falls back to the
//! uniform distribution. There are no parameters to tune, and no token has probability 0.

use std::collections::HashMap;

use crate::lab::measure::tokens::Kind;

/// Context length in tokens.
pub const CONTEXT: usize = 6;

/// Bits of a token in a [`Key`]: up to 512 tokens.
const TOKEN_BITS: u32 = 9;

/// A sequence of tokens behind a leading 1, which distinguishes sequences of different lengths.
type Key = u64;

const EMPTY: Key = 1;

/// Counts of lines of one kind.
#[derive(Debug, Clone)]
pub struct LanguageModel {
    kind: Kind,
    contexts: HashMap<Key, Followers>,
    /// Count of each context with the token after it.
    ngrams: HashMap<Key, u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Followers {
    all: u32,
    different: u32,
}

impl LanguageModel {
    /// Counts `lines`.
    pub fn train<L: AsRef<[u16]>>(kind: Kind, lines: &[L]) -> Self {
        let mut model = Self { kind, contexts: HashMap::new(), ngrams: HashMap::new() };
        for line in lines {
            let line = line.as_ref();
            for (place, &token) in line.iter().enumerate() {
                contexts(&line[..place]).for_each(|context| model.count(context, token));
            }
        }
        model
    }

    /// Mean cost of a token of `line` in bits: 0 if every token is certain, 6.5 (pitched) or 9
    /// (drums) for a uniform guess. 0 for an empty line.
    pub fn cost(&self, line: &[u16]) -> f64 {
        let cost = |(place, &token): (usize, &u16)| -self.probability(&line[..place], token).log2();
        let total: f64 = line.iter().enumerate().map(cost).sum();
        total / line.len().max(1) as f64
    }

    fn count(&mut self, context: Key, token: u16) {
        let n = self.ngrams.entry(push(context, token)).or_default();
        let followers = self.contexts.entry(context).or_default();
        followers.different += u32::from(*n == 0);
        followers.all += 1;
        *n += 1;
    }

    fn probability(&self, before: &[u16], token: u16) -> f64 {
        contexts(before).fold(1.0 / self.kind.n_tokens() as f64, |shorter, context| {
            let Some(followers) = self.contexts.get(&context) else { return shorter };
            let n = self.ngrams.get(&push(context, token)).copied().unwrap_or(0);
            let different = f64::from(followers.different);
            (f64::from(n) + different * shorter) / (f64::from(followers.all) + different)
        })
    }
}

/// The suffixes of `before`, from the empty one to [`CONTEXT`] tokens.
fn contexts(before: &[u16]) -> impl Iterator<Item = Key> {
    let longest = before.len().min(CONTEXT);
    (0..=longest).map(|n| before[before.len() - n..].iter().fold(EMPTY, |key, &t| push(key, t)))
}

fn push(key: Key, token: u16) -> Key {
    key << TOKEN_BITS | u64::from(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_untrained_model_is_uniform() {
        let model = LanguageModel::train::<Vec<u16>>(Kind::Drums, &[]);
        assert_eq!(model.cost(&[0, 5, 511]), 9.0);
        assert_eq!(model.cost(&[]), 0.0);
    }

    #[test]
    fn probabilities_are_those_of_witten_and_bell() {
        let model = LanguageModel::train(Kind::Pitched, &[[0, 0, 2]]);
        // Empty context: 0 twice, 2 once, two distinct followers.
        let after_none = (2.0 + 2.0 / 90.0) / 5.0;
        assert!((model.probability(&[], 0) - after_none).abs() < 1e-12);
        // After 0: 0 once, 2 once.
        assert!((model.probability(&[7, 0], 0) - (1.0 + 2.0 * after_none) / 4.0).abs() < 1e-12);
        let total: f64 = (0..90).map(|token| model.probability(&[0], token)).sum();
        assert!((total - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_line_of_the_training_set_costs_less() {
        let line: Vec<u16> = [40, 0, 42, 0].repeat(8);
        let model = LanguageModel::train(Kind::Pitched, &[&line]);
        assert!(model.cost(&line) < 1.0);
        assert!(model.cost(&[40, 42, 0, 0].repeat(8)) > 2.0 * model.cost(&line));
    }
}
