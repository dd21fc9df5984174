//! The most probable beats under an activation (Böck, Krebs & Widmer 2014; the state space of Krebs,
//! Böck & Widmer 2015).
//!
//! A state is a beat's length in frames and a position in it. Within a beat the position advances by a frame;
//! at its end the length may change, with a probability that falls with the ratio. A beat's first sixteenth
//! observes the activation, the rest its absence. Since transitions within a beat are deterministic, a beat
//! is scored as a whole, by sums: the cost of a frame is the number of pairs of lengths.

use std::ops::RangeInclusive;

/// A change of tempo costs this times its ratio in nats: a change of 1 % costs 1 nat.
const LAMBDA: f64 = 100.0;

/// Parts of a beat, of which the first observes the beat.
const N_PARTS: usize = 16;

/// Bounds of activations, so that no beat is impossible.
const BOUNDS: (f64, f64) = (0.005, 0.98);

/// Finds the most probable beats under an activation.
pub struct Decoder {
    lengths: Vec<usize>,
    /// Logarithm of the probability of a length (column) after another (row).
    changes: Vec<Vec<f64>>,
    /// Cumulative log-probabilities before each frame: of a beat, and of none.
    on: Vec<f64>,
    off: Vec<f64>,
}

impl Decoder {
    /// A decoder for `activation`, the probability of a beat at each frame (0 to 1), and beats whose length
    /// in frames is among `lengths`.
    pub fn new(activation: &[f32], lengths: RangeInclusive<usize>) -> Self {
        let lengths: Vec<usize> = lengths.collect();
        let changes = lengths.iter().map(|&from| {
            let weight = |to: &usize| (-LAMBDA * (*to as f64 / from as f64 - 1.0).abs()).exp();
            let sum: f64 = lengths.iter().map(weight).sum();
            lengths.iter().map(|to| (weight(to) / sum).max(f64::MIN_POSITIVE).ln()).collect()
        });
        let changes = changes.collect();
        let bounded = |a: &f32| f64::from(*a).clamp(BOUNDS.0, BOUNDS.1);
        let on = sums(activation.iter().map(|a| bounded(a).ln()));
        let off = sums(activation.iter().map(|a| ((1.0 - bounded(a)) / (N_PARTS - 1) as f64).ln()));
        Self { lengths, changes, on, off }
    }

    /// Number of frames.
    pub fn n_frames(&self) -> usize {
        self.on.len() - 1
    }

    /// How much more probable a beat of `length` that begins at `start` is than none, in nats.
    pub fn gain(&self, start: usize, length: usize) -> f64 {
        self.observed(length, start as isize) - self.none(start, start + length)
    }

    fn none(&self, start: usize, end: usize) -> f64 {
        self.off[end.min(self.n_frames())] - self.off[start.min(self.n_frames())]
    }

    /// The score of a beat of `length` that begins at `start`, which may be before the first frame; only
    /// frames of the recording count.
    fn observed(&self, length: usize, start: isize) -> f64 {
        let frame = |place: usize| {
            start.saturating_add_unsigned(place).clamp(0, self.n_frames() as isize) as usize
        };
        let [begin, middle, end] = [0, length.div_ceil(N_PARTS), length].map(frame);
        self.on[middle] - self.on[begin] + self.off[end] - self.off[middle]
    }

    /// The frames at which the most probable beats begin.
    pub fn decode(&self) -> Vec<usize> {
        if self.n_frames() == 0 || self.lengths.is_empty() {
            return Vec::new();
        }
        let (n, longest) = (self.lengths.len(), *self.lengths.last().unwrap_or(&1));
        // By length: scores of beats that begin at the latest frames, and the length before each beat.
        let mut scores = vec![vec![0.0; n]; longest + 1];
        let mut came_from = vec![0u8; (self.n_frames() + 1) * n];
        for frame in 1..self.n_frames() {
            let ended: Vec<f64> = (0..n)
                .map(|from| {
                    let start = frame as isize - self.lengths[from] as isize;
                    // A beat that began before the recording may have begun at any position.
                    let before = usize::try_from(start)
                        .map_or(0.0, |start| scores[start % (longest + 1)][from]);
                    before + self.observed(self.lengths[from], start)
                })
                .collect();
            let row = &mut scores[frame % (longest + 1)];
            for to in 0..n {
                let score = |from: usize| ended[from] + self.changes[from][to];
                let best = (0..n).max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or(0);
                row[to] = score(best);
                came_from[frame * n + to] = best as u8;
            }
        }
        self.follow(&scores, &came_from)
    }

    /// The beats of the best path, traced back from its end.
    fn follow(&self, scores: &[Vec<f64>], came_from: &[u8]) -> Vec<usize> {
        let n = self.lengths.len();
        let last = (0..n).flat_map(|at| {
            let earliest = self.n_frames().saturating_sub(self.lengths[at]);
            (earliest..self.n_frames()).map(move |start| (start, at))
        });
        let score = |&(start, at): &(usize, usize)| {
            scores[start % scores.len()][at] + self.observed(self.lengths[at], start as isize)
        };
        let mut beats = Vec::new();
        let mut next = last.max_by(|a, b| score(a).total_cmp(&score(b)));
        while let Some((start, at)) = next {
            beats.push(start);
            let from = usize::from(came_from[start * n + at]);
            let before = start.checked_sub(self.lengths[from]).filter(|_| 0 < start);
            next = before.map(|start| (start, from));
        }
        beats.reverse();
        beats
    }
}

/// The sums before each value, and the total.
fn sums(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums = vec![0.0];
    sums.extend(values.map(|value| {
        sum += value;
        sum
    }));
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(activation: &[f32], lengths: RangeInclusive<usize>) -> Vec<usize> {
        Decoder::new(activation, lengths).decode()
    }

    /// An activation with a peak at each of `peaks`.
    fn activation(n: usize, peaks: &[usize], height: f32) -> Vec<f32> {
        let mut values = vec![0.02_f32; n];
        for &peak in peaks {
            for (by, share) in [(0, 1.0), (1, 0.7), (2, 0.3)] {
                if let Some(value) = values.get_mut(peak + by) {
                    *value = value.max(share * height);
                }
            }
        }
        values
    }

    fn is_near(found: &[usize], expected: &[usize]) -> bool {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= 1)
    }

    #[test]
    fn steady_beats_are_found_where_they_are() {
        let expected: Vec<usize> = (0..40).map(|n| 17 + n * 49).collect();
        assert!(is_near(&beats(&activation(1960, &expected, 0.9), 28..=109), &expected));
    }

    #[test]
    fn a_missing_beat_is_filled_and_a_false_one_ignored() {
        let expected: Vec<usize> = (0..40).map(|n| 30 + n * 45).collect();
        let mut peaks = expected.clone();
        peaks.remove(20);
        peaks.push(expected[10] + 17);
        assert!(is_near(&beats(&activation(1830, &peaks, 0.9), 28..=109), &expected));
    }

    #[test]
    fn beats_follow_a_tempo_that_changes_slowly() {
        let place = |n: f64| 20.0 + 60.0 * n - 0.2 * n * n;
        let expected: Vec<usize> = (0..40).map(|n| place(f64::from(n)) as usize).collect();
        let end = expected[39] + 40;
        assert!(is_near(&beats(&activation(end, &expected, 0.9), 28..=109), &expected));
    }

    #[test]
    fn little_sound_gives_few_beats_and_none_gives_none() {
        assert!(beats(&[], 28..=109).is_empty());
        assert!(beats(&[0.5; 30], 28..=109).len() <= 1);
    }
}
