//! A resonant low-pass of four poles.
//!
//! The feedback is solved without a delay, and its input is clipped, so that it distorts and stays stable up
//! to self-oscillation. Runs at twice the rate. Source: V. Zavalishin, The Art of VA Filter Design, 2.1.2
//! (2018), section 5.4, with the clipper at the input of the first pole.

use crate::units::SAMPLE_RATE;

/// Range of the cut-off.
const LOWEST_HZ: f32 = 30.0;
const HIGHEST_HZ: f32 = 16_000.0;

/// Feedback at which the filter self-oscillates.
const WHISTLING: f32 = 4.0;

/// Maximum feedback.
const MOST: f32 = 3.9;

/// Share of the feedback by which the input is raised, since feedback lowers the passband.
const MAKE_UP: f32 = 0.45;

/// Four one-pole low-passes in a loop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ladder {
    poles: [f32; 4],
    /// Coefficient of the poles at the last cut-off; 0 before.
    share: f32,
}

impl Ladder {
    /// Filters `twice`, a stretch at twice the rate, while the cut-off moves to `hz`; `resonance` is 0 to
    /// 1.
    pub fn process(&mut self, twice: &mut [f32], hz: f32, resonance: f32) {
        let target = share(hz);
        let from = if self.share == 0.0 { target } else { self.share };
        let step = (target - from) / twice.len() as f32;
        let feedback = (WHISTLING * resonance).clamp(0.0, MOST);
        let make_up = 1.0 + MAKE_UP * feedback;
        let mut g = from;
        for x in twice {
            g += step;
            *x = self.step(make_up * *x, g, feedback);
        }
        self.share = target;
    }

    /// A sample; `g` is how far a pole moves towards its input.
    fn step(&mut self, x: f32, g: f32, feedback: f32) -> f32 {
        // Each pole's output for zero input. The output is `g^4 u + held` for the first pole's input `u`,
        // which depends on the output.
        let [a, b, c, d] = self.poles.map(|pole| pole - g * pole);
        let (g2, ab) = (g * g, b + g * a);
        let held = (d + g * c) + g2 * ab;
        let shrink = 1.0 / (1.0 + feedback * (g2 * g2));
        let u = tanh((x - feedback * held) * shrink);
        // All poles straight from `u`: none waits for the one before.
        let outputs = [g * u + a, g2 * u + ab, (g * g2) * u + (c + g * ab), (g2 * g2) * u + held];
        for (pole, y) in self.poles.iter_mut().zip(outputs) {
            *pole = 2.0 * y - *pole;
        }
        outputs[3]
    }
}

/// The hyperbolic tangent within 0.024, by its continued fraction, which reaches 1 at 3.
fn tanh(x: f32) -> f32 {
    let x = x.clamp(-3.0, 3.0);
    let square = x * x;
    x * (27.0 + square) / (27.0 + 9.0 * square)
}

/// How far a pole with this cut-off moves towards its input in a step, at twice the rate.
fn share(hz: f32) -> f32 {
    let hz = hz.clamp(LOWEST_HZ, HIGHEST_HZ);
    let t = libm::tanf(std::f32::consts::PI * hz / (2 * SAMPLE_RATE) as f32);
    t / (1.0 + t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::bus::{
        oversample::{ToTwice, at_twice},
        place::Place,
        testing::{played, tones_db, worst_between_harmonics_db},
    };

    fn at(cutoff: f32, resonance: f32, hz: f64, level: f64) -> Vec<f32> {
        let (mut filter, mut ladder) = (ToTwice::new(), Ladder::default());
        played(&[hz], level, |block| {
            Place::at(0.0).in_mono(block, |channel| {
                at_twice(&mut filter, channel, |twice| ladder.process(twice, cutoff, resonance));
            });
        })
    }

    #[test]
    fn it_falls_by_four_poles_and_rings_at_the_cut_off() {
        let gain = |resonance, hz: f64| tones_db(&at(500.0, resonance, hz, 0.01), &[hz])[0];
        let octaves = gain(0.0, 2000.0) - gain(0.0, 4000.0);
        assert!((21.0..26.0).contains(&octaves), "{octaves}");
        let peak = gain(0.85, 500.0) - gain(0.85, 100.0);
        assert!(10.0 < peak, "{peak}");
        assert!(gain(0.85, 500.0) - gain(0.0, 500.0) > 15.0);
    }

    #[test]
    fn little_folds_back() {
        for (cutoff, resonance) in [(8000.0, 0.85), (5000.0, 1.0), (16_000.0, 0.0)] {
            let sound = at(cutoff, resonance, 5013.0, 0.5);
            let worst = worst_between_harmonics_db(&sound, 5013.0) - tones_db(&sound, &[5013.0])[0];
            assert!(worst < -60.0, "{cutoff} Hz, {resonance}: {worst} dB");
        }
    }

    #[test]
    fn it_stays_bounded_and_falls_silent() {
        let mut ladder = Ladder::default();
        let mut loud: Vec<f32> =
            (0..40_000).map(|n| if n % 200 < 100 { 10.0 } else { -10.0 }).collect();
        for (n, stretch) in loud.chunks_mut(128).enumerate() {
            ladder.process(stretch, if n % 2 == 0 { 40.0 } else { 15_000.0 }, 1.0);
        }
        assert!(loud.iter().all(|x| x.abs() < 4.0));
        let mut silence = vec![0.0; 88_200];
        silence.chunks_mut(128).for_each(|stretch| ladder.process(stretch, 500.0, 0.9));
        assert!(silence[88_000].abs() < 1e-4, "{}", silence[88_000]);
    }
}
