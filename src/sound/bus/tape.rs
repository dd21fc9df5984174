//! A worn tape: pitch that drifts (wow) and trembles (flutter), less treble and bass. No hiss.

use std::f32::consts::TAU;

use crate::{
    sound::{
        bus::eq::{Band, Eq},
        frame::Block,
    },
    units::SAMPLE_RATE,
};

/// Drift and tremble of the worst tape: cents to either side, and cycles a second. The rates have no
/// common multiple, so the movement does not repeat soon.
const WOW: [Wobble; 3] = [
    Wobble { cents: 11.0, hz: 0.47 },
    Wobble { cents: 6.0, hz: 1.13 },
    Wobble { cents: 2.5, hz: 6.7 },
];

/// Upper limit of the worst and of the best tape, and the lower limit of the worst.
const TREBLE_HZ: (f32, f32) = (4200.0, 16_000.0);
const BASS_HZ: (f32, f32) = (110.0, 20.0);

/// Length of the delay line, a power of two; the head is in its middle.
const LINE: usize = 1024;

/// Frames in which the wobble is taken as straight.
const STRIDE: usize = 32;

#[derive(Debug, Clone, Copy)]
struct Wobble {
    cents: f32,
    hz: f32,
}

/// A tape of one age.
#[derive(Clone)]
pub struct Tape {
    age: f32,
    line: [[f32; 2]; LINE],
    position: usize,
    delay: f32,
    phases: [f32; 3],
    sides: [Eq<2>; 2],
}

impl Tape {
    /// A tape of `age`, 0 to 1, that begins to run.
    pub fn new(age: f64) -> Self {
        let age = age as f32;
        let between = |(worst, best): (f32, f32)| best * libm::powf(worst / best, age);
        let bands = [Band::HighPass(between(BASS_HZ)), Band::LowPass(between(TREBLE_HZ), 0.65)];
        let side = Eq::new(bands);
        Self {
            age,
            line: [[0.0; 2]; LINE],
            position: 0,
            delay: LINE as f32 / 2.0,
            phases: [0.0; 3],
            sides: [side.clone(), side],
        }
    }

    /// Changes the age: the head moves there over a block, the limits at once.
    pub fn set(&mut self, age: f64) {
        if self.age.to_bits() != (age as f32).to_bits() {
            let Self { line, position, delay, phases, .. } = *self;
            *self = Self { line, position, delay, phases, ..Self::new(age) };
        }
    }

    /// Plays `block` from the tape.
    pub fn process(&mut self, block: &mut Block) {
        let Block { left, right } = &mut *block;
        for (left, right) in left.chunks_mut(STRIDE).zip(right.chunks_mut(STRIDE)) {
            let step = (self.next_delay() - self.delay) / STRIDE as f32;
            for (left, right) in left.iter_mut().zip(right) {
                self.delay += step;
                self.position = (self.position + 1) % LINE;
                self.line[self.position] = [*left, *right];
                [*left, *right] = self.read();
            }
        }
        for (eq, channel) in self.sides.iter_mut().zip([&mut block.left, &mut block.right]) {
            eq.process(channel);
        }
    }

    /// Where the head is at the end of the next stride.
    fn next_delay(&mut self) -> f32 {
        let rate = SAMPLE_RATE as f32;
        let wobbles = WOW.iter().zip(&mut self.phases).map(|(wobble, phase)| {
            *phase = (*phase + wobble.hz * STRIDE as f32 / rate).fract();
            // Pitch is the change of the delay: its height is the pitch's over the angular rate.
            let ratio = libm::exp2f(wobble.cents / 1200.0) - 1.0;
            ratio * rate / (TAU * wobble.hz) * libm::sinf(TAU * *phase)
        });
        LINE as f32 / 2.0 + self.age * wobbles.sum::<f32>()
    }

    /// The sound under the head, between frames by a cubic through four of them (Catmull and Rom).
    fn read(&self) -> [f32; 2] {
        let whole = self.delay as usize;
        let t = 1.0 - (self.delay - whole as f32);
        let at = |back: usize| self.line[(self.position + LINE - back) % LINE];
        let (a, b, c, d) = (at(whole + 2), at(whole + 1), at(whole), at(whole - 1));
        std::array::from_fn(|n| {
            let (a, b, c, d) = (a[n], b[n], c[n], d[n]);
            let curve = 2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a);
            b + 0.5 * t * (c - a + t * curve)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{bus::testing::played, frame::FRAMES_PER_MP3_FRAME};

    #[test]
    fn an_old_tape_loses_treble_and_bass() {
        let gain = |age: f64, hz: f64| {
            let mut tape = Tape::new(age);
            let sound = played(&[hz], 0.1, |block| tape.process(block));
            let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32;
            10.0 * (power / 0.0025).log10()
        };
        assert!(gain(1.0, 10_000.0) < -12.0 && gain(1.0, 40.0) < -12.0);
        assert!(gain(1.0, 800.0).abs() < 1.0 && gain(0.1, 8000.0).abs() < 1.5);
    }

    #[test]
    fn it_drifts_by_no_more_than_its_cents() {
        // Periods between upward crossings of a tone of 441 Hz.
        let mut tape = Tape::new(1.0);
        let (mut last, mut periods, mut before) = (None, Vec::new(), 0.0);
        for number in 0..400 {
            let tone =
                |n: usize| (TAU * ((number * FRAMES_PER_MP3_FRAME + n) % 100) as f32 / 100.0).sin();
            let channel = std::array::from_fn(tone);
            let mut block = Block { left: channel, right: channel };
            tape.process(&mut block);
            for (n, &x) in block.left.iter().enumerate() {
                if before < 0.0 && 0.0 <= x && 2 <= number {
                    let at = (number * FRAMES_PER_MP3_FRAME + n) as f32 - x / (x - before);
                    if let Some(last) = last.replace(at) {
                        periods.push(1200.0 * ((at - last) / 100.0).log2());
                    }
                }
                before = x;
            }
        }
        let most = periods.iter().fold(0.0f32, |most, cents| most.max(cents.abs()));
        assert!((8.0..22.0).contains(&most), "{most} cents");
    }
}
