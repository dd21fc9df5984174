//! Second-order filters for whole recordings.
//!
//! Source: R. Bristow-Johnson, Audio EQ Cookbook.

use std::f64::consts::TAU;

use crate::units::SAMPLE_RATE;

/// The type of a filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Response {
    /// Low-pass.
    Low,
    /// High-pass.
    High,
    /// Band-pass with 0 dB at the centre.
    Band,
}

/// Filters `signal` in place; a `q` of 0.707 has no resonance.
pub fn filter(signal: &mut [f64], response: Response, hz: f64, q: f64) {
    let ([b0, b1, b2], [a1, a2]) = coefficients(response, hz, q);
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    for sample in signal {
        let x = *sample;
        let y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
        (x2, x1, y2, y1) = (x1, x, y1, y);
        *sample = y;
    }
}

fn coefficients(response: Response, hz: f64, q: f64) -> ([f64; 3], [f64; 2]) {
    let (sin, cos) = libm::sincos(TAU * hz / f64::from(SAMPLE_RATE));
    let alpha = sin / (2.0 * q);
    let b = match response {
        Response::Low => [(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0],
        Response::High => [f64::midpoint(1.0, cos), -1.0 - cos, f64::midpoint(1.0, cos)],
        Response::Band => [alpha, 0.0, -alpha],
    };
    let a0 = 1.0 + alpha;
    (b.map(|b| b / a0), [-2.0 * cos / a0, (1.0 - alpha) / a0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gain at `hz` after the filter has settled.
    fn gain_at(hz: f64, response: Response) -> f64 {
        let step = TAU * hz / f64::from(SAMPLE_RATE);
        let mut sine: Vec<f64> = (0..44_100).map(|i| (step * f64::from(i)).sin()).collect();
        filter(&mut sine, response, 1000.0, 0.707);
        let rms = sine[22_050..].iter().map(|x| x * x).sum::<f64>() / 22_050.0;
        (2.0 * rms).sqrt()
    }

    #[test]
    fn the_corner_is_3_db_down_and_the_stop_band_falls() {
        for response in [Response::Low, Response::High] {
            assert!((gain_at(1000.0, response) - 0.707).abs() < 0.01);
        }
        assert!((gain_at(1000.0, Response::Band) - 1.0).abs() < 0.01);
        assert!(gain_at(8000.0, Response::Low) < 0.02);
        assert!(gain_at(125.0, Response::High) < 0.02);
    }
}
