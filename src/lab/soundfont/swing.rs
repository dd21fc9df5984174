//! A mode of a plucked string.

use std::f64::consts::TAU;

use libm::exp;

use crate::units::SAMPLE_RATE;

/// A mode of a string: two polarisations that beat and decay differently.
pub struct Swing {
    /// Frequency in hertz.
    pub hz: f64,
    /// Level at the pluck.
    pub level: f64,
    /// Distance of the two polarisations in hertz; their mean is in tune.
    pub beat_hz: f64,
    /// Decay rate in 1/s.
    pub rate: f64,
}

impl Swing {
    /// Adds the mode to `wave`. From `freeze` on it neither decays nor beats, with whole cycles in
    /// `n_loop` samples.
    pub fn ring(&self, wave: &mut [f64], freeze: usize, n_loop: usize) {
        const SECOND: f64 = 0.45;
        let rate = f64::from(SAMPLE_RATE);
        let turn = |hz: f64, decay: f64| {
            let (sin, cos) = libm::sincos(TAU * hz / rate);
            let shorter = exp(-decay / rate);
            (shorter * cos, shorter * sin)
        };
        let times = |(x, y): (f64, f64), (c, s): (f64, f64)| (x * c - y * s, x * s + y * c);
        let (one, other) = (
            turn(self.hz - SECOND * self.beat_hz, self.rate),
            turn(self.hz + (1.0 - SECOND) * self.beat_hz, 0.6 * self.rate),
        );
        let mut a = (self.level * (1.0 - SECOND), 0.0);
        let mut b = (self.level * SECOND, 0.0);
        let (free, held) = wave.split_at_mut(freeze);
        for sample in free {
            *sample += a.1 + b.1;
            (a, b) = (times(a, one), times(b, other));
        }
        let whole = (self.hz * n_loop as f64 / rate).round();
        let steady = turn(whole * rate / n_loop as f64, 0.0);
        let mut c = (a.0 + b.0, a.1 + b.1);
        for sample in held {
            *sample += c.1;
            c = times(c, steady);
        }
    }
}
