//! Audio in blocks of one MP3 frame.

/// Stereo frames in a [`Block`]: as many as one MPEG-1 Layer III frame holds, 26 ms.
pub const FRAMES_PER_MP3_FRAME: usize = 1152;

/// 1152 stereo frames at 44.1 kHz, a plane per channel, full scale at ±1.
///
/// Values may exceed ±1 before the limiter.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Left channel.
    pub left: [f32; FRAMES_PER_MP3_FRAME],
    /// Right channel.
    pub right: [f32; FRAMES_PER_MP3_FRAME],
}

impl Block {
    /// Silence.
    pub const SILENCE: Self =
        Self { left: [0.0; FRAMES_PER_MP3_FRAME], right: [0.0; FRAMES_PER_MP3_FRAME] };

    /// The greatest absolute sample of both channels.
    pub fn peak(&self) -> f32 {
        self.left.iter().chain(&self.right).fold(0.0, |peak, x| peak.max(x.abs()))
    }

    /// Adds `other` with a gain that ramps linearly from `gain.now` to `gain.next`.
    pub(super) fn add(&mut self, other: &Self, gain: Ramp) {
        if gain == Ramp::at_rest(0.0) {
            return;
        }
        add_ramped(&mut self.left, &other.left, gain);
        add_ramped(&mut self.right, &other.right, gain);
    }

    /// Applies a gain that ramps linearly from `gain.now` to `gain.next`.
    pub(super) fn scale(&mut self, gain: Ramp) {
        for channel in [&mut self.left, &mut self.right] {
            for (n, x) in channel.iter_mut().enumerate() {
                *x *= gain.at(n);
            }
        }
    }
}

impl Default for Block {
    fn default() -> Self {
        Self::SILENCE
    }
}

/// A gain that reaches a new value over one block, so that level changes don't click.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ramp {
    now: f32,
    next: f32,
}

impl Ramp {
    /// Constant 0 dB.
    pub const UNITY: Self = Self { now: 1.0, next: 1.0 };

    /// A constant gain.
    pub fn at_rest(gain: f32) -> Self {
        Self { now: gain, next: gain }
    }

    /// Sets the gain for the end of the next block.
    pub fn move_to(&mut self, gain: f32) {
        self.next = gain;
    }

    /// Ends the block: the new gain becomes the current one.
    pub fn arrive(&mut self) {
        self.now = self.next;
    }

    /// The gain of frame `n` of the block.
    pub fn at(self, n: usize) -> f32 {
        self.now + (self.next - self.now) * ((n + 1) as f32 / FRAMES_PER_MP3_FRAME as f32)
    }
}

fn add_ramped(to: &mut [f32], from: &[f32], gain: Ramp) {
    for (n, (to, from)) in to.iter_mut().zip(from).enumerate() {
        *to += from * gain.at(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_changes_without_a_step() {
        let mut gain = Ramp::at_rest(0.0);
        gain.move_to(1.0);
        let ones = Block { left: [1.0; FRAMES_PER_MP3_FRAME], ..Block::SILENCE };

        let mut mix = Block::SILENCE;
        mix.add(&ones, gain);
        gain.arrive();

        assert!(mix.left.windows(2).all(|w| (w[1] - w[0] - 1.0 / 1152.0).abs() < 1e-6));
        assert_eq!(mix.left[1151], 1.0);
        assert_eq!(gain, Ramp::UNITY);
    }
}
