//! Windows laid out for the network: time first, and the segments of all examples as rows.

use crate::{dataset::window::Window, model::config::Family, train::lstm::Lookups};

/// A batch of examples. In shapes: T steps of a segment, S segments, B examples; row `s * B + b` is
/// segment `s` of example `b`, so that what the rows give is in order of time for the level above.
#[derive(Debug, Clone)]
pub struct Batch {
    /// B.
    pub n_examples: usize,
    /// What the encoder reads (T, S * B, K).
    pub heard: Lookups,
    /// For each part, the token before each step (T, S * B, 1); none before the first.
    pub previous: Vec<Lookups>,
    /// For each part, the token to be said (T * S * B,).
    pub targets: Vec<Vec<u32>>,
}

impl Batch {
    /// Lays out `windows`; where `is_forgotten` says so, the decoder isn't told the token before.
    pub fn new(
        family: Family,
        windows: &[&Window],
        is_forgotten: &mut dyn FnMut() -> bool,
    ) -> Self {
        let heard_per_step = windows_heard(family, windows);
        let n_per_step = heard_per_step.iter().map(Vec::len).max().unwrap_or(1);
        let padded = heard_per_step.into_iter().flat_map(|mut hot| {
            hot.resize(n_per_step, Lookups::NONE);
            hot
        });
        let heard = Lookups { rows: padded.collect(), n_per_step };
        let parts = 0..family.n_tokens().len();
        let targets = parts.clone().map(|part| {
            places(family, windows.len())
                .map(|(b, step)| u32::from(windows[b][part][step]))
                .collect()
        });
        let previous = parts.map(|part| {
            let before = places(family, windows.len()).map(|(b, step)| match step.checked_sub(1) {
                Some(before) if !is_forgotten() => u32::from(windows[b][part][before]),
                _ => Lookups::NONE,
            });
            Lookups { rows: before.collect(), n_per_step: 1 }
        });
        let previous = previous.collect();
        Self { n_examples: windows.len(), heard, previous, targets: targets.collect() }
    }
}

fn windows_heard(family: Family, windows: &[&Window]) -> Vec<Vec<u32>> {
    let hot = |(b, step): (usize, usize)| {
        let tokens: Vec<u16> = windows[b].iter().map(|line| line[step]).collect();
        family.hot_inputs(&tokens)
    };
    places(family, windows.len()).map(hot).collect()
}

/// Example and step of each entry, in the order of (T, S, B).
fn places(family: Family, n_examples: usize) -> impl Iterator<Item = (usize, usize)> {
    let (n_steps, n_segments) = (family.n_segment_steps(), family.n_segments());
    (0..n_steps).flat_map(move |t| {
        let of_step = move |s| (0..n_examples).map(move |b| (b, s * n_steps + t));
        (0..n_segments).flat_map(of_step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segments_first_step_hears_the_last_of_the_segment_before() {
        let window: Window = vec![(0..64).collect(), vec![2; 64], vec![3; 64]];

        let batch = Batch::new(Family::Trio4Bar, &[&window, &window], &mut || false);

        // Row 2 is the second segment of the first example.
        assert_eq!(batch.targets[0][2], 16);
        assert_eq!(batch.previous[0].rows[2], 15);
        assert_eq!(batch.previous[0].rows[0], Lookups::NONE);
        assert_eq!(batch.heard.rows[2 * 3..][..3], [16, 92, 183]);
    }
}
