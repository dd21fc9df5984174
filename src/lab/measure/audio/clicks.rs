//! Discontinuities of the waveform, found in the second difference of its samples: large at a jump,
//! small in smooth sound.

/// Values per second.
const PER_SECOND: u64 = 1000;

/// A click this many milliseconds before or after a moment counts as at that moment.
const REACH_MS: usize = 2;

/// Milliseconds before and after a moment, beyond [`REACH_MS`], that are its context.
const CONTEXT_MS: usize = 20;

/// Least roughness of the context: half a step of 16 bits, so that digital silence does not turn
/// the faintest noise into a click.
const FLOOR: f32 = 1.5e-5;

/// The greatest absolute second difference of either channel in each millisecond. A jump of 1 gives
/// 1 twice, a single sample that is off by 1 gives 2.
#[derive(Debug, Clone, PartialEq)]
pub struct Clicks(Vec<f32>);

/// Measures sound block by block.
pub(crate) struct ClickMeter {
    rate: u64,
    n_frames: u64,
    before: [[f32; 2]; 2],
    values: Vec<f32>,
}

impl ClickMeter {
    pub fn new(rate: u32) -> Self {
        Self { rate: rate.into(), n_frames: 0, before: [[0.0; 2]; 2], values: Vec::new() }
    }

    pub fn push(&mut self, left: &[f32], right: &[f32]) {
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

    /// The first frame of the next millisecond.
    fn next_value(&self) -> u64 {
        (self.values.len() as u64 * self.rate).div_ceil(PER_SECOND)
    }

    pub fn finish(self) -> Clicks {
        Clicks(self.values)
    }
}

impl Clicks {
    /// Duration in milliseconds.
    pub fn n_milliseconds(&self) -> usize {
        self.0.len()
    }

    /// The roughness within 2 ms of `second`, relative to the rest of the 20 ms before and after:
    /// above 1 is rougher than the context. None within 20 ms of either end.
    ///
    /// Steady noise, such as a hi-hat, gives about 1, the attack of a kick more, and a click in a
    /// smooth tone most. Clicks that the surrounding sound masks give low values too.
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
    use super::*;
    use crate::lab::measure::audio::testing::{RATE, feed, sine};

    fn clicks(mut frame: impl FnMut(usize) -> f32) -> Clicks {
        let mut meter = ClickMeter::new(RATE);
        feed(1.0, |n| [frame(n); 2], |left, right| meter.push(left, right));
        meter.finish()
    }

    #[test]
    fn a_jump_in_a_tone_stands_out() {
        let tone = |n: usize| 0.3 * sine(220.0, n);
        // The tone jumps by 0.02, -34 dBFS, at half a second.
        let clicks = clicks(|n| tone(n) + if n < 22_050 { 0.0 } else { 0.02 });
        assert!(clicks.at(0.5).unwrap() > 10.0, "{:?}", clicks.at(0.5));
        assert!(clicks.at(0.25).unwrap() < 1.1 && clicks.at(0.75).unwrap() < 1.1);
        assert_eq!((clicks.at(0.01), clicks.at(0.99)), (None, None));
    }

    #[test]
    fn steady_noise_does_not_stand_out() {
        let noise = |n: usize| ((n as u32).wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0;
        let clicks = clicks(|n| if n < 22_050 { 0.0 } else { 0.2 * noise(n) });
        assert!(clicks.at(0.5).unwrap() < 1.3, "{:?}", clicks.at(0.5));
        assert_eq!(clicks.at(0.2), Some(1.0));
    }
}
