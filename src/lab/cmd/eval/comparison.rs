//! Comparisons of samples with held-out and training music, part by part.

use std::collections::BTreeMap;

use crate::{
    lab::measure::{
        features,
        ngrams::Ngrams,
        novelty::{self, Novelty, TrainingSet},
        overlap::{self, Verdict},
        tokens::Kind,
    },
    music::trio::Line,
    musicvae::{
        convert::{voices::voices, window::Window},
        net::{config::Config, domain::Domain},
    },
};

/// Most training windows used for novelty, evenly spread.
const MAX_TRAINING: usize = 40_000;

/// Lines by part.
pub type Parts = BTreeMap<&'static str, Vec<Line>>;

/// Overlap of the features of `samples` with those of held-out music, `real`, judged by the overlap of `training`
/// with `real`; by part and feature.
pub fn overlaps(
    samples: &Parts,
    real: &Parts,
    training: &Parts,
) -> BTreeMap<&'static str, Vec<Verdict>> {
    let judge = |(&part, training): (&&'static str, &Vec<Line>)| {
        let (samples, real) = (samples.get(part)?, real.get(part)?);
        let features = features::all(Kind::of_part(part));
        // Bandwidths depend on the number of lines.
        let n = samples.len().min(real.len());
        let generated = overlap::compare(features, samples, real);
        let training = even_choice(training, n);
        Some((part, overlap::judge(&generated, &overlap::compare(features, &training, real))))
    };
    training.iter().filter_map(judge).collect()
}

/// At most `n` elements at even distances.
pub fn even_choice<T: Clone>(all: &[T], n: usize) -> Vec<T> {
    let n = n.min(all.len());
    (0..n).map(|index| all[index * all.len() / n].clone()).collect()
}

/// For each part, the share of its 8-grams in `parts` that also occur in `training`, 0 to 1.
pub fn hit_rates(parts: &Parts, training: &Parts) -> BTreeMap<&'static str, f64> {
    let rate = |(&part, training): (&&'static str, &Vec<Line>)| {
        Some((part, Ngrams::new(Kind::of_part(part), training).hit_rate(parts.get(part)?)))
    };
    training.iter().filter_map(rate).collect()
}

/// Novelty of `sampled` beside that of `held_out`; none without training windows, and for performances: their
/// number of tracks varies, so windows can't be compared part by part.
pub fn novelty_of(
    config: &Config,
    sampled: &[Window],
    held_out: &[Window],
    train: &[Window],
) -> Option<Novelty> {
    if train.is_empty() || config.family.domain() == Domain::Performance {
        return None;
    }
    let lines = |windows: &[Window]| -> Vec<Window> {
        let of = |window| voices(config, window).into_iter().map(|(_, line)| line).collect();
        windows.iter().map(of).collect()
    };
    let kinds: Vec<Kind> =
        voices(config, &train[0]).into_iter().map(|(part, _)| Kind::of_part(part)).collect();
    let set = TrainingSet::new(&kinds, &lines(&even_choice(train, MAX_TRAINING)));
    let held_out = even_choice(held_out, sampled.len());
    let distances = |windows: &[Window]| set.distances(&lines(windows));
    Some(novelty::novelty(&distances(sampled), &distances(&held_out)))
}
