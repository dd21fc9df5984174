//! Overlapping windows of stereo sound.

/// Cuts windows of `len` frames, one every `hop` frames.
pub struct Windows {
    len: usize,
    hop: usize,
    held: [Vec<f32>; 2],
}

impl Windows {
    /// `hop` must be from 1 to `len`.
    pub fn new(len: usize, hop: usize) -> Self {
        Self { len, hop, held: Default::default() }
    }

    /// Adds frames and calls `give` with each window, left and right, that they complete.
    pub fn push(&mut self, left: &[f32], right: &[f32], mut give: impl FnMut(&[f32], &[f32])) {
        self.held[0].extend_from_slice(left);
        self.held[1].extend_from_slice(right);
        let mut start = 0;
        while start + self.len <= self.held[0].len() {
            let window = start..start + self.len;
            give(&self.held[0][window.clone()], &self.held[1][window]);
            start += self.hop;
        }
        self.held.iter_mut().for_each(|held| drop(held.drain(..start)));
    }
}

/// A periodic Hann window of `len` points.
pub fn hann(len: usize) -> Vec<f32> {
    let point = |n: usize| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / len as f64).cos();
    (0..len).map(|n| point(n) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_do_not_depend_on_the_block_size() {
        let sound: Vec<f32> = (0..20).map(|n| n as f32).collect();
        let mut windows = Windows::new(8, 4);
        let mut starts = Vec::new();
        for piece in sound.chunks(3) {
            windows.push(piece, piece, |left, right| {
                assert_eq!((left.len(), left), (8, right));
                starts.push(left[0]);
            });
        }
        assert_eq!(starts, [0.0, 4.0, 8.0, 12.0]);
    }
}
