//! Beats as a grid for times in seconds.

use std::ops::Range;

use crate::lab::transcription::beats::activation::PER_SECOND;

/// Beats in a bar.
pub const BEATS_PER_BAR: usize = 4;

/// Beats before and after over which a time is smoothed.
const REACH: usize = 6;

/// Frames around a decoded beat in which the onset may be.
const NEAR: usize = 3;

/// Beats of a recording.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beats {
    /// Times in seconds, ascending.
    pub times_s: Vec<f64>,
    /// Index of the first downbeat, 0 to 3.
    pub downbeat: usize,
}

impl Beats {
    /// Number of whole bars.
    pub fn n_bars(&self) -> usize {
        // The last beat of a bar ends where the next begins, which need not be found.
        self.times_s.len().saturating_sub(self.downbeat) / BEATS_PER_BAR
    }

    /// The median tempo in beats a minute; none with fewer than two beats.
    pub fn bpm(&self) -> Option<f64> {
        let mut lengths: Vec<f64> = self.times_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
        lengths.sort_by(f64::total_cmp);
        lengths.get(lengths.len() / 2).map(|length| 60.0 / length)
    }

    /// The position of `second` in beats from the first bar's start; none with fewer than two beats. The
    /// tempo is extended before the first beat and after the last.
    pub fn place(&self, second: f64) -> Option<f64> {
        let last = self.times_s.len().checked_sub(2)?;
        let n_before = self.times_s.partition_point(|time| *time <= second);
        let number = n_before.saturating_sub(1).min(last);
        let (start, end) = (self.times_s[number], self.times_s[number + 1]);
        Some(number as f64 + (second - start) / (end - start) - self.downbeat as f64)
    }

    /// The seconds of bar `number`, counted from 0; none beyond the last.
    pub fn bar(&self, number: usize) -> Option<Range<f64>> {
        let first = self.downbeat + BEATS_PER_BAR * number;
        let start = *self.times_s.get(first)?;
        let last = *self.times_s.get(first + BEATS_PER_BAR - 1)?;
        let end = self.times_s.get(first + BEATS_PER_BAR);
        Some(start..end.copied().unwrap_or(last + (last - start) / (BEATS_PER_BAR - 1) as f64))
    }

    /// The tempo of each bar in beats a minute.
    pub fn tempos(&self) -> Vec<f64> {
        let tempo = |bar: Range<f64>| 60.0 * BEATS_PER_BAR as f64 / (bar.end - bar.start);
        (0..self.n_bars()).filter_map(|number| self.bar(number)).map(tempo).collect()
    }
}

/// The times of beats of one tempo, given in frames: all moved by the mean delay of their onsets.
pub fn moved(frames: &[f64], activation: &[f32]) -> Vec<f64> {
    let onsets = frames.iter().map(|frame| (frame, onset(frame.round() as usize, activation)));
    let late =
        onsets.map(|(frame, (second, weight))| (weight * (second - frame / PER_SECOND), weight));
    let (sum, weight) = late.fold((0.0, 0.0), |sum, (late, weight)| (sum.0 + late, sum.1 + weight));
    let by = if 0.0 < weight { sum / weight } else { 0.0 };
    frames.iter().map(|frame| frame / PER_SECOND + by).collect()
}

/// The time in seconds of the onset near `frame`, and its weight.
fn onset(frame: usize, activation: &[f32]) -> (f64, f64) {
    let near = frame.saturating_sub(NEAR)..(frame + NEAR + 1).min(activation.len());
    let (mut sum, mut moment) = (1e-6f64, 1e-6 * frame as f64);
    for at in near {
        let weight = f64::from(activation[at]).powi(2);
        sum += weight;
        moment += weight * at as f64;
    }
    (moment / sum / PER_SECOND, sum)
}

/// The times of decoded beats: each is moved to its onset, then to the line that fits its neighbours best, so
/// that one late snare does not bend the grid.
pub fn smoothed(frames: &[usize], activation: &[f32]) -> Vec<f64> {
    let onsets: Vec<(f64, f64)> = frames.iter().map(|frame| onset(*frame, activation)).collect();
    let smooth = |number: usize| {
        let first = number.saturating_sub(REACH);
        let near = &onsets[first..(number + REACH + 1).min(onsets.len())];
        line_at(
            near.iter()
                .enumerate()
                .map(|(n, (at, weight))| ((first + n) as f64 - number as f64, *at, *weight)),
        )
    };
    let times: Vec<f64> = (0..onsets.len()).map(smooth).collect();
    // Lines through different neighbours may cross where the sound is silent.
    match times.is_sorted_by(|a, b| a < b) {
        true => times,
        false => frames.iter().map(|frame| *frame as f64 / PER_SECOND).collect(),
    }
}

/// The value at 0 of the line that fits points (x, y, weight) best.
fn line_at(points: impl Iterator<Item = (f64, f64, f64)>) -> f64 {
    let (mut w, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (px, py, weight) in points {
        w += weight;
        x += weight * px;
        y += weight * py;
        xx += weight * px * px;
        xy += weight * px * py;
    }
    let determinant = w * xx - x * x;
    if determinant <= 1e-9 * w * w {
        return y / w;
    }
    (y * xx - x * xy) / determinant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(times_s: &[f64], downbeat: usize) -> Beats {
        Beats { times_s: times_s.to_vec(), downbeat }
    }

    #[test]
    fn seconds_are_placed_between_beats_and_beyond_them() {
        let beats = beats(&[1.0, 2.0, 2.5, 3.0, 3.5, 4.0], 1);
        for (second, place) in [(2.0, 0.0), (2.25, 0.5), (0.5, -1.5), (4.5, 5.0), (4.0, 4.0)] {
            assert_eq!(beats.place(second), Some(place), "{second}");
        }
        assert_eq!((beats.n_bars(), beats.bar(0), beats.bar(1)), (1, Some(2.0..4.0), None));
        assert_eq!(beats.tempos(), [120.0]);
        assert_eq!(Beats::default().place(1.0), None);
    }

    #[test]
    fn the_last_bar_ends_a_beat_after_its_last() {
        assert_eq!(beats(&[0.0, 1.0, 2.0, 3.0], 0).bar(0), Some(0.0..4.0));
    }

    #[test]
    fn one_late_onset_does_not_bend_the_grid() {
        let frames: Vec<usize> = (0..20).map(|n| 10 + 50 * n).collect();
        let mut activation = vec![0.0; 1000];
        for frame in &frames {
            activation[*frame] = 0.9;
        }
        (activation[frames[9]], activation[frames[9] + 3]) = (0.0, 0.9);

        let times = smoothed(&frames, &activation);

        assert!(
            times
                .iter()
                .zip(&frames)
                .all(|(time, frame)| { (time - *frame as f64 / 100.0).abs() < 0.006 }),
            "{times:?}"
        );
        assert!(smoothed(&[], &[]).is_empty());
        let early: Vec<f64> = (0..20).map(|n| 8.5 + 50.0 * f64::from(n)).collect();
        let moved = moved(&early, &activation);
        assert!((moved[0] - 0.10).abs() < 0.006 && (moved[19] - 9.6).abs() < 0.006, "{moved:?}");
    }
}
