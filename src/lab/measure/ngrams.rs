//! The share of 8-grams of a set that also occur in the training set.

use std::collections::HashSet;

use crate::{lab::measure::tokens::Kind, music::melody};

/// Tokens of an n-gram.
pub const N: usize = 8;

type Ngram = [u16; N];

/// All n-grams of a training set of one kind.
///
/// Pitches are relative to the first of the n-gram, so that transposed copies match. N-grams with
/// fewer than two onsets occur everywhere and are ignored.
#[derive(Debug, Clone)]
pub struct Ngrams {
    kind: Kind,
    known: HashSet<Ngram>,
}

impl Ngrams {
    /// The n-grams of `lines`.
    pub fn new<L: AsRef<[u16]>>(kind: Kind, lines: &[L]) -> Self {
        let known = lines.iter().flat_map(|line| ngrams(kind, line.as_ref())).collect();
        Self { kind, known }
    }

    /// The share of n-grams of `lines`, 0 to 1, that are known; 0 if there are none.
    pub fn hit_rate<L: AsRef<[u16]>>(&self, lines: &[L]) -> f64 {
        let (mut n, mut n_known) = (0, 0);
        for ngram in lines.iter().flat_map(|line| ngrams(self.kind, line.as_ref())) {
            n += 1;
            n_known += usize::from(self.known.contains(&ngram));
        }
        n_known as f64 / f64::from(n.max(1))
    }
}

fn ngrams(kind: Kind, line: &[u16]) -> impl Iterator<Item = Ngram> {
    let counts = move |tokens: &&[u16]| tokens.iter().filter(|&&t| kind.is_onset(t)).count() >= 2;
    line.windows(N).filter(counts).map(move |tokens| {
        let mut ngram = [0; N];
        ngram.copy_from_slice(tokens);
        if kind == Kind::Pitched {
            from_first_pitch(&mut ngram);
        }
        ngram
    })
}

/// Transposes all notes so that the first has the token 2 * `N_TOKENS`: none can underflow or
/// become a control token.
fn from_first_pitch(ngram: &mut Ngram) {
    let Some(&first) = ngram.iter().find(|&&token| Kind::Pitched.is_onset(token)) else { return };
    for token in ngram.iter_mut().filter(|token| Kind::Pitched.is_onset(**token)) {
        *token += 2 * melody::N_TOKENS as u16 - first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ngram_is_known_in_any_key() {
        let known = Ngrams::new(Kind::Pitched, &[[40, 0, 42, 0, 1, 0, 44, 0]]);
        let lines = [[50, 0, 52, 0, 1, 0, 54, 0], [50, 0, 52, 0, 1, 0, 55, 0]];
        assert_eq!(known.hit_rate(&lines), 0.5);
    }

    #[test]
    fn drum_ngrams_are_not_transposed() {
        let known = Ngrams::new(Kind::Drums, &[[1, 0, 4, 0, 2, 0, 4, 0]]);
        assert_eq!(known.hit_rate(&[[1, 0, 4, 0, 2, 0, 4, 0]]), 1.0);
        assert_eq!(known.hit_rate(&[[2, 0, 8, 0, 4, 0, 8, 0]]), 0.0);
    }

    #[test]
    fn ngrams_with_fewer_than_two_onsets_do_not_count() {
        let held = [[40, 0, 0, 0, 0, 0, 0, 0]];
        assert_eq!(Ngrams::new(Kind::Pitched, &held).hit_rate(&held), 0.0);
        assert_eq!(Ngrams::new(Kind::Pitched, &held).hit_rate::<[u16; 8]>(&[]), 0.0);
    }
}
