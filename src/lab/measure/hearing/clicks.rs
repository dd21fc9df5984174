//! How rough the wave is: the second difference of its samples, which a jump throws up and smooth
//! sound does not.

/// Values a second.
const PER_SECOND: u64 = 1000;

/// Milliseconds on either side of a place in which a click counts as there.
const REACH_MS: usize = 2;

/// Milliseconds on either side that it is compared with, but for those.
const CONTEXT_MS: usize = 20;

/// What silence counts as: half a step of 16 bits, so that it does not make clicks of nothing.
const FLOOR: f32 = 1.5e-5;

/// The greatest absolute second difference of either channel in each millisecond; a jump of 1 makes
/// 1 twice, a sample that stands out by 1 makes 2.
#[derive(Debug, Clone, PartialEq)]
pub struct Clicks(Vec<f32>);

/// Measures as it hears.
pub(super) struct ClickMeter {
    rate: u64,
    n_frames: u64,
    before: [[f32; 2]; 2],
    values: Vec<f32>,
}

impl ClickMeter {
    pub fn new(rate: u32) -> Self {
        Self { rate: rate.into(), n_frames: 0, before: [[0.0; 2]; 2], values: Vec::new() }
    }

    pub fn hear(&mut self, left: &[f32], right: &[f32]) {
        let [mut a, mut b] = self.before;
        let mut next = self.next_value();
        for (left, right) in left.iter().zip(right) {
            if self.n_frames == next {
                self.values.push(0.0);
                next = self.next_value();
            }
            let rough = (left - 2.0 * b[0] + a[0]).abs().max((right - 2.0 * b[1] + a[1]).abs());
            if let Some(value) = self.values.last_mut() {
                *value = value.max(rough);
            }
            (a, b) = (b, [*left, *right]);
            self.n_frames += 1;
        }
        self.before = [a, b];
    }

    /// The frame with which the next millisecond begins.
    fn next_value(&self) -> u64 {
        (self.values.len() as u64 * self.rate).div_ceil(PER_SECOND)
    }

    pub fn finish(self) -> Clicks {
        Clicks(self.values)
    }
}

impl Clicks {
    /// Milliseconds that were heard.
    pub fn n(&self) -> usize {
        self.0.len()
    }

    /// By how much the wave within 2 ms of `second` is rougher than in the rest of the 20 ms before
    /// and after; below 1 it is smoother. None at the ends of the piece.
    ///
    /// Noise, such as a hi-hat's, is rough all along and so gives about 1; a kick's attack is rough
    /// where it begins, and a click in a smooth tone stands out most. What the ear can't tell from
    /// the sound around it does not count here either.
    pub fn at(&self, second: f64) -> Option<f64> {
        let place = (second * PER_SECOND as f64).round() as usize;
        let start = place.checked_sub(CONTEXT_MS)?;
        let around = self.0.get(start..=place + CONTEXT_MS)?;
        let here = CONTEXT_MS - REACH_MS..CONTEXT_MS + REACH_MS;
        let greatest = |values: &[f32]| values.iter().fold(FLOOR, |most, value| most.max(*value));
        let context = greatest(&around[..here.start]).max(greatest(&around[here.end..]));
        Some(f64::from(greatest(&around[here]) / context))
    }
}

#[cfg(test)]
mod tests {
    use crate::lab::measure::hearing::tests::{hear, sine};

    #[test]
    fn a_jump_in_a_tone_stands_out() {
        let tone = |n: usize| 0.3 * sine(220.0, n);
        // The tone jumps by 0.02, -34 dBFS, at half a second.
        let clicks = hear(1.0, |n| [tone(n) + if n < 22_050 { 0.0 } else { 0.02 }; 2]).clicks;
        assert!(clicks.at(0.5).unwrap() > 10.0, "{:?}", clicks.at(0.5));
        assert!(clicks.at(0.25).unwrap() < 1.1 && clicks.at(0.75).unwrap() < 1.1);
        assert_eq!((clicks.at(0.01), clicks.at(0.99)), (None, None));
    }

    #[test]
    fn noise_is_rough_all_along() {
        let noise = |n: usize| ((n as u32).wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0;
        let clicks = hear(1.0, |n| [if n < 22_050 { 0.0 } else { 0.2 * noise(n) }; 2]).clicks;
        assert!(clicks.at(0.5).unwrap() < 1.3, "{:?}", clicks.at(0.5));
        assert_eq!(clicks.at(0.2), Some(1.0));
    }
}
