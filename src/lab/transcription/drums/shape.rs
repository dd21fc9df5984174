//! Sizes of the drum network, and the layout of its values.
//!
//! Three convolutions of 3 frames by 3 bands, with max pooling over three bands after the first and over four
//! after the third; then, for each frame, the frames at [`OFFSETS`] around it; a dense layer; and an onset
//! and a velocity for each drum. Convolutions have no padding in time, so that T frames need [`BEFORE`]
//! frames before them and [`AFTER`] after. The design is a small version of Vogl et al. 2017: no recurrent
//! layer, but a wide context after an onset, which distinguishes an open hat from a closed one.
//!
//! Values are laid out as (frames, bands, channels).

use crate::{lab::transcription::drums::bands::N_BANDS, music::drums::N_CLASSES};

/// Input and output channels of each convolution.
pub const CHANNELS: [(usize, usize); 3] = [(1, 16), (16, 32), (32, 32)];

/// Input bands of each convolution, and bands after the third.
pub const BANDS: [usize; 4] = [N_BANDS, N_BANDS / 3, N_BANDS / 3, N_BANDS / 12];

/// Frames and bands of a convolution's kernel.
pub const KERNEL: usize = 3;

/// Frames that the dense layer reads, relative to its own.
pub const OFFSETS: [isize; 12] = [-8, -4, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12];

/// Input frames before the first output.
pub const BEFORE: usize = CHANNELS.len() + 8;

/// Input frames after the last output.
pub const AFTER: usize = CHANNELS.len() + 12;

/// Width of the dense layer.
pub const N_HIDDEN: usize = 64;

/// Values of a frame after the convolutions.
pub const N_FOLDED: usize = BANDS[3] * CHANNELS[2].1;

/// Outputs of a frame: an onset and a velocity for each drum.
pub const N_OUTPUTS: usize = 2 * N_CLASSES;

/// Names of the layers.
pub const LAYERS: [&str; 5] = ["convolution_0", "convolution_1", "convolution_2", "dense", "head"];

/// Name of the onset thresholds by drum.
pub const THRESHOLDS: &str = "thresholds";

/// Inputs and outputs of each layer.
pub const SIZES: [(usize, usize); 5] = [
    (KERNEL * KERNEL * CHANNELS[0].0, CHANNELS[0].1),
    (KERNEL * KERNEL * CHANNELS[1].0, CHANNELS[1].1),
    (KERNEL * KERNEL * CHANNELS[2].0, CHANNELS[2].1),
    (OFFSETS.len() * N_FOLDED, N_HIDDEN),
    (N_HIDDEN, N_OUTPUTS),
];

/// The patches of `x` (T, F, C) that a convolution reads, as (T - 2, F, 3, 3, C): zeros beyond the
/// first and the last band.
pub fn unfold(x: &[f32], n_bands: usize, n_channels: usize) -> Vec<f32> {
    let width = n_bands * n_channels;
    let n_frames = (x.len() / width.max(1)).saturating_sub(KERNEL - 1);
    let patch = KERNEL * n_channels;
    let mut patches = vec![0.0; n_frames * n_bands * KERNEL * patch];
    for (number, row) in patches.chunks_exact_mut(patch).enumerate() {
        let (place, tap) = (number / KERNEL, number % KERNEL);
        let (frame, band) = (place / n_bands, place % n_bands);
        let source = &x[(frame + tap) * width..][..width];
        let (first, end) = edges(band, n_bands);
        let start = (first + 1 - band) * n_channels;
        let values = &source[first * n_channels..end * n_channels];
        row[start..start + values.len()].copy_from_slice(values);
    }
    patches
}

/// Adds to `x` (T, F, C) the gradient of its `patches`: the reverse of [`unfold`].
pub fn fold(x: &mut [f32], patches: &[f32], n_bands: usize, n_channels: usize) {
    let width = n_bands * n_channels;
    let patch = KERNEL * n_channels;
    for (number, row) in patches.chunks_exact(patch).enumerate() {
        let (place, tap) = (number / KERNEL, number % KERNEL);
        let (frame, band) = (place / n_bands, place % n_bands);
        let (first, end) = edges(band, n_bands);
        let start = (first + 1 - band) * n_channels;
        let target = &mut x[(frame + tap) * width..][first * n_channels..end * n_channels];
        target.iter_mut().zip(&row[start..]).for_each(|(sum, value)| *sum += value);
    }
}

/// The bands that a kernel centred on `band` covers.
fn edges(band: usize, n_bands: usize) -> (usize, usize) {
    (band.saturating_sub(1), (band + 2).min(n_bands))
}

/// The greatest value of each `size` neighbouring bands of `x` (T, F, C), and the index of each in `x`.
pub fn pool(x: &[f32], size: usize, n_channels: usize) -> (Vec<f32>, Vec<u32>) {
    let n = x.len() / size;
    let (mut values, mut winners) = (Vec::with_capacity(n), Vec::with_capacity(n));
    let width = size * n_channels;
    for (number, group) in x.chunks_exact(width).enumerate() {
        for channel in 0..n_channels {
            let mut best = channel;
            for at in (channel..width).step_by(n_channels).skip(1) {
                best = if group[best] < group[at] { at } else { best };
            }
            values.push(group[best]);
            winners.push((number * width + best) as u32);
        }
    }
    (values, winners)
}

/// For each frame that has all of them, the frames at [`OFFSETS`] around it, from `x` (T + 20, N).
pub fn gather(x: &[f32]) -> Vec<f32> {
    let n_frames = n_gathered(x.len() / N_FOLDED);
    let mut rows = Vec::with_capacity(n_frames * OFFSETS.len() * N_FOLDED);
    for frame in 0..n_frames {
        for offset in OFFSETS {
            rows.extend_from_slice(&x[source(frame, offset) * N_FOLDED..][..N_FOLDED]);
        }
    }
    rows
}

/// Adds to `x` the gradient of gathered `rows`: the reverse of [`gather`].
pub fn scatter(x: &mut [f32], rows: &[f32]) {
    for (number, row) in rows.chunks_exact(N_FOLDED).enumerate() {
        let (frame, offset) = (number / OFFSETS.len(), OFFSETS[number % OFFSETS.len()]);
        let target = &mut x[source(frame, offset) * N_FOLDED..][..N_FOLDED];
        target.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
}

/// Output frames of [`gather`] for `n`.
fn n_gathered(n: usize) -> usize {
    n.saturating_sub(BEFORE + AFTER - 2 * CHANNELS.len())
}

fn source(frame: usize, offset: isize) -> usize {
    (frame + BEFORE - CHANNELS.len()).saturating_add_signed(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(n: usize) -> Vec<f32> {
        (0..n).map(|n| ((n * 37 + 11) % 29) as f32 - 14.0).collect()
    }

    fn product(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn a_patch_holds_the_neighbours_and_zeros_beyond_the_edges() {
        let x = values(4 * 3 * 2);
        let patches = unfold(&x, 3, 2);
        let at = |t: usize, f: usize, c: usize| x[(t * 3 + f) * 2 + c];
        let patch = |t: usize, f: usize| &patches[(t * 3 + f) * 18..][..18];
        assert_eq!(patches.len(), 2 * 3 * 18);
        assert_eq!(patch(0, 1)[..6], x[..6]);
        assert_eq!(patch(1, 0)[..2], [0.0; 2]);
        assert_eq!(patch(1, 2)[8..12], [at(2, 2, 0), at(2, 2, 1), 0.0, 0.0]);
    }

    #[test]
    fn the_reverse_of_each_layout_is_its_transpose() {
        let (x, n) = (values(5 * 4 * 3), 3 * 4 * 27);
        let (y, mut back) = (values(n), vec![0.0; 5 * 4 * 3]);
        fold(&mut back, &y, 4, 3);
        assert_eq!(product(&unfold(&x, 4, 3), &y), product(&x, &back));

        let x = values(23 * N_FOLDED);
        let (y, mut back) = (values(3 * OFFSETS.len() * N_FOLDED), vec![0.0; x.len()]);
        scatter(&mut back, &y);
        assert_eq!(gather(&x).len(), y.len());
        assert!((product(&gather(&x), &y) - product(&x, &back)).abs() < 30.0);
    }

    #[test]
    fn a_pool_keeps_the_greatest_of_each_channel() {
        let x = [1.0, 9.0, 3.0, 2.0, 0.0, 4.0, 5.0, 0.0];
        assert_eq!(pool(&x, 2, 2), (vec![3.0, 9.0, 5.0, 4.0], vec![2, 1, 6, 5]));
    }
}
