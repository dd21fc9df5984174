//! Features of a drum line: counterparts of `MGEval`'s pitch features for drum classes and the
//! grid.

use crate::{
    lab::measure::features::feature::{Feature, histogram, mean_step, shares, transitions},
    music::{
        drums::{N_CLASSES, classes},
        meter::STEPS_PER_BAR,
    },
};

/// Counterparts of [`crate::lab::measure::features::pitched::FEATURES`].
pub const FEATURES: [Feature; 8] = [
    Feature::scalar("class_count", class_count),
    Feature::vector("class_histogram", N_CLASSES, class_histogram),
    Feature::vector("class_transitions", N_CLASSES * N_CLASSES, class_transitions),
    Feature::scalar("distinct_tokens", distinct_tokens),
    Feature::scalar("hits_per_bar", hits_per_bar),
    Feature::scalar("hits_together", hits_together),
    Feature::scalar("mean_inter_onset", mean_inter_onset),
    Feature::vector("onset_position_histogram", STEPS_PER_BAR, onset_positions),
];

/// Number of distinct classes, 0 to 9.
fn class_count(line: &[u16]) -> Vec<f64> {
    let used = line.iter().fold(0, |used, token| used | token);
    vec![classes(used).count() as f64]
}

/// Share of hits of each class.
fn class_histogram(line: &[u16]) -> Vec<f64> {
    shares(histogram(N_CLASSES, hits(line).map(|(_, class)| class)))
}

/// Transitions between classes; simultaneous hits are ordered by class.
fn class_transitions(line: &[u16]) -> Vec<f64> {
    transitions(N_CLASSES, &hits(line).map(|(_, class)| class).collect::<Vec<_>>())
}

/// Number of distinct tokens, without silence.
fn distinct_tokens(line: &[u16]) -> Vec<f64> {
    let mut tokens: Vec<u16> = line.iter().copied().filter(|&token| token != 0).collect();
    tokens.sort_unstable();
    tokens.dedup();
    vec![tokens.len() as f64]
}

fn hits_per_bar(line: &[u16]) -> Vec<f64> {
    let n_bars = line.len().div_ceil(STEPS_PER_BAR).max(1);
    vec![hits(line).count() as f64 / n_bars as f64]
}

/// Mean number of simultaneous hits, over steps with hits.
fn hits_together(line: &[u16]) -> Vec<f64> {
    let n_struck = line.iter().filter(|&&token| token != 0).count();
    vec![hits(line).count() as f64 / n_struck.max(1) as f64]
}

/// Mean number of steps between consecutive steps with hits.
fn mean_inter_onset(line: &[u16]) -> Vec<f64> {
    vec![mean_step(&struck(line).map(|step| step as f64).collect::<Vec<_>>())]
}

/// Share of steps with hits at each position in the bar.
fn onset_positions(line: &[u16]) -> Vec<f64> {
    shares(histogram(STEPS_PER_BAR, struck(line).map(|step| step % STEPS_PER_BAR)))
}

fn struck(line: &[u16]) -> impl Iterator<Item = usize> {
    line.iter().enumerate().filter(|&(_, &token)| token != 0).map(|(step, _)| step)
}

/// Step and class index of each hit.
fn hits(line: &[u16]) -> impl Iterator<Item = (usize, usize)> {
    let steps = line.iter().enumerate();
    steps.flat_map(|(step, &token)| classes(token).map(move |class| (step, class as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kick and closed hat on beat 1, snare on beat 2, kick and hat again in the next bar.
    fn line() -> Vec<u16> {
        let mut line = vec![0; 32];
        (line[0], line[4], line[16]) = (0b101, 0b10, 0b101);
        line
    }

    #[test]
    fn scalars_match_a_count_by_hand() {
        let scalars = [class_count, distinct_tokens, hits_per_bar, hits_together, mean_inter_onset];
        let found = scalars.map(|scalar: fn(&[u16]) -> Vec<f64>| scalar(&line())[0]);
        assert_eq!(found, [3.0, 2.0, 2.5, 5.0 / 3.0, 8.0]);
    }

    #[test]
    fn hits_are_counted_by_class_and_position() {
        assert_eq!(class_histogram(&line())[..3], [0.4, 0.2, 0.4]);
        let positions = onset_positions(&line());
        assert_eq!((positions[0], positions[4]), (2.0 / 3.0, 1.0 / 3.0));
    }

    #[test]
    fn transitions_follow_steps_then_classes() {
        let transitions = class_transitions(&line());
        // Kick to hat twice, hat to snare, snare to kick.
        assert_eq!((transitions[2], transitions[2 * 9 + 1], transitions[9]), (2.0, 1.0, 1.0));
    }
}
