//! The pitch network's outputs for a whole recording: middles of overlapping windows, concatenated.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::lab::transcription::{
    cqt::{Cqt, HOP, N_BINS, N_FRAMES, RATE, WINDOW},
    pitch_network::{N_CONTOUR, N_PITCHES, PitchNetwork},
};

/// Frames that are dropped at each end of a window.
const DROPPED: usize = 15;

/// Frames of a window that are kept.
const KEPT: usize = N_FRAMES - 2 * DROPPED;

/// Samples from one window to the next.
pub const STEP: usize = WINDOW - 2 * DROPPED * HOP;

/// The outputs of the network for a recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Activations {
    /// Probability of each note, by frame.
    pub notes: Vec<[f32; N_PITCHES]>,
    /// Probability of each onset, by frame.
    pub onsets: Vec<[f32; N_PITCHES]>,
    /// Probability of each third of a semitone, by frame; empty if not requested.
    pub contours: Vec<[f32; N_CONTOUR]>,
}

/// The second at which `frame` starts.
pub fn second(frame: usize) -> f64 {
    let sample = frame / KEPT * STEP + frame % KEPT * HOP;
    sample as f64 / f64::from(RATE)
}

/// Number of windows of a recording of `n_samples`.
pub fn n_windows(n_samples: usize) -> usize {
    (n_samples + DROPPED * HOP).div_ceil(STEP)
}

impl Activations {
    /// Runs `network` on `samples`, mono at [`RATE`]. `goes_on` is called after each window; none if it
    /// returns false.
    pub fn of(
        network: &PitchNetwork,
        samples: &[f32],
        has_contours: bool,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Option<Self> {
        let cqt = Cqt::new();
        let windows = (0..n_windows(samples.len())).into_par_iter();
        let parts: Option<Vec<Self>> = windows
            .map(|window| {
                let part =
                    Self::of_window(network, &cqt.levels(&cut(samples, window)), has_contours);
                goes_on().then_some(part)
            })
            .collect();
        let mut whole = Self::default();
        for part in parts? {
            whole.notes.extend(part.notes);
            whole.onsets.extend(part.onsets);
            whole.contours.extend(part.contours);
        }
        let n_frames = n_frames(samples.len());
        whole.notes.truncate(n_frames);
        whole.onsets.truncate(n_frames);
        whole.contours.truncate(n_frames);
        Some(whole)
    }

    /// The middle of a window.
    fn of_window(network: &PitchNetwork, levels: &[f32], has_contours: bool) -> Self {
        let pass = network.run(levels);
        let n_contours = if has_contours { KEPT } else { 0 };
        Self {
            notes: pass.notes().skip(DROPPED).take(KEPT).map(array).collect(),
            onsets: pass.onsets().skip(DROPPED).take(KEPT).map(array).collect(),
            contours: pass.contours().skip(DROPPED).take(n_contours).map(array).collect(),
        }
    }
}

/// The network's input levels for `samples`, mono at [`RATE`], by frame.
pub fn levels(samples: &[f32]) -> Vec<Vec<f32>> {
    let cqt = Cqt::new();
    let windows = (0..n_windows(samples.len())).into_par_iter();
    let of_window = |window| {
        let levels = cqt.levels(&cut(samples, window));
        let frames = levels.chunks_exact(N_BINS).skip(DROPPED).take(KEPT);
        frames.map(<[f32]>::to_vec).collect::<Vec<_>>()
    };
    let mut frames: Vec<Vec<f32>> = windows.flat_map_iter(of_window).collect();
    frames.truncate(n_frames(samples.len()));
    frames
}

/// Frames of a recording of `n_samples`.
fn n_frames(n_samples: usize) -> usize {
    (n_samples as f64 / STEP as f64 * KEPT as f64) as usize
}

/// The frame that starts at `second`, or the one before.
pub fn frame(second: f64) -> usize {
    n_frames((second.max(0.0) * f64::from(RATE)) as usize)
}

fn array<const N: usize>(row: &[f32]) -> [f32; N] {
    std::array::from_fn(|n| row[n])
}

/// The samples of a window; those before and after the recording are silent.
fn cut(samples: &[f32], window: usize) -> Vec<f32> {
    let mut cut = vec![0.0; WINDOW];
    let start = (window * STEP) as isize - (DROPPED * HOP) as isize;
    let skipped = (-start).max(0) as usize;
    let from = samples.get(start.max(0) as usize..).unwrap_or_default();
    cut[skipped..].iter_mut().zip(from).for_each(|(to, x)| *to = *x);
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_follow_one_another_across_windows() {
        for frame in 0..1000 {
            let gap = second(frame + 1) - second(frame);
            assert!(0.002 < gap && gap < 0.012, "{frame}: {gap}");
        }
        assert!((second(8613) - 100.0).abs() < 0.6);
    }

    #[test]
    fn levels_have_a_frame_for_each_of_the_network() {
        let samples = vec![0.1; 60_000];
        let levels = levels(&samples);
        assert_eq!(levels.len(), 235);
        assert!(levels.iter().all(|frame| frame.len() == N_BINS));
        assert_eq!(frame(second(500) + 0.004), 500);
    }

    #[test]
    fn windows_cover_the_recording() {
        let samples: Vec<f32> = (0..100_000).map(|n| n as f32).collect();
        assert_eq!(n_windows(samples.len()), 3);
        for (frame, window, row) in [(0, 0, 0), (KEPT, 1, 0), (KEPT + 5, 1, 5)] {
            let at = (second(frame) * f64::from(RATE)).round() as usize;
            assert_eq!(cut(&samples, window)[(DROPPED + row) * HOP], samples[at]);
        }
        assert_eq!(cut(&samples, 0)[0], 0.0);
        assert_eq!(cut(&samples, 2)[WINDOW - 1], 0.0);
    }
}
