//! A worn tape: pitch that drifts (wow) and trembles (flutter), less treble and bass. No hiss.

use std::f32::consts::TAU;

use crate::{
    sound::{
        bus::eq::{Band, Eq},
        frame::{Block, FRAMES_PER_MP3_FRAME},
    },
    units::SAMPLE_RATE,
};

/// Wow and flutter of the worst tape: cents to either side, and cycles a second. The rates have no common
/// multiple, so the movement does not repeat soon.
const WOW: [Wobble; 3] = [
    Wobble { cents: 11.0, hz: 0.47 },
    Wobble { cents: 6.0, hz: 1.13 },
    Wobble { cents: 2.5, hz: 6.7 },
];

/// Upper limits of the worst and the best tape, then their lower limits.
const TREBLE_HZ: (f32, f32) = (4200.0, 16_000.0);
const BASS_HZ: (f32, f32) = (110.0, 20.0);

/// Delay of the head without wobble, in frames, and the longest delay: the wobbles add up to 119 frames.
const MIDDLE: f32 = 512.0;
const LONGEST: usize = 640;

/// Frames over which the wobble is taken as linear.
const STRIDE: usize = 32;

/// Maximum change of the delay in a stride, in frames: a change of age is heard as a pitch drift.
const MOST_MOVE: f32 = 0.9;

/// Frames read beside a stride for interpolation.
const MARGIN: usize = 4;

#[derive(Debug, Clone, Copy)]
struct Wobble {
    cents: f32,
    hz: f32,
}

/// A tape of one age.
#[derive(Clone)]
pub struct Tape {
    age: f32,
    /// The history, then the current block.
    lines: [[f32; LONGEST + FRAMES_PER_MP3_FRAME]; 2],
    delay: f32,
    phases: [f32; 3],
    sides: [Eq<2>; 2],
}

impl Tape {
    /// A tape of `age`, 0 to 1, at its start.
    pub fn new(age: f64) -> Self {
        let age = age as f32;
        let side = Eq::new(limits(age));
        Self {
            age,
            lines: [[0.0; LONGEST + FRAMES_PER_MP3_FRAME]; 2],
            delay: MIDDLE,
            phases: [0.0; 3],
            sides: [side.clone(), side],
        }
    }

    /// Changes the age: the delay moves there slowly, the filters at once.
    pub fn set(&mut self, age: f64) {
        if self.age.to_bits() != (age as f32).to_bits() {
            self.age = age as f32;
            self.sides.iter_mut().for_each(|side| side.set(limits(self.age)));
        }
    }

    /// Plays `block` from the tape.
    pub fn process(&mut self, block: &mut Block) {
        for (line, channel) in self.lines.iter_mut().zip([&block.left, &block.right]) {
            line.copy_within(FRAMES_PER_MP3_FRAME.., 0);
            line[LONGEST..].copy_from_slice(channel);
        }
        let Block { left, right } = &mut *block;
        let strides = left.as_chunks_mut().0.iter_mut().zip(right.as_chunks_mut().0);
        for (number, (left, right)) in strides.enumerate() {
            let delays = [self.delay, self.next_delay()];
            self.delay = delays[1];
            for (line, sound) in self.lines.iter().zip([left, right]) {
                read(line, LONGEST + number * STRIDE, delays, sound);
            }
        }
        Eq::process_both(&mut self.sides, block);
    }

    /// The delay at the end of the next stride.
    fn next_delay(&mut self) -> f32 {
        let rate = SAMPLE_RATE as f32;
        let wobbles = WOW.iter().zip(&mut self.phases).map(|(wobble, phase)| {
            *phase = (*phase + wobble.hz * STRIDE as f32 / rate).fract();
            // Pitch is the delay's slope: the amplitude is the pitch's over the angular rate.
            let ratio = libm::exp2f(wobble.cents / 1200.0) - 1.0;
            ratio * rate / (TAU * wobble.hz) * libm::sinf(TAU * *phase)
        });
        let there = MIDDLE + self.age * wobbles.sum::<f32>();
        there.clamp(self.delay - MOST_MOVE, self.delay + MOST_MOVE)
    }
}

/// The filters of a tape of `age`.
fn limits(age: f32) -> [Band; 2] {
    let between = |(worst, best): (f32, f32)| best * libm::powf(worst / best, age);
    [Band::HighPass(between(BASS_HZ)), Band::LowPass(between(TREBLE_HZ), 0.65)]
}

/// Reads `line` from frame `at` on, with a delay that moves linearly from one to the other, by less than a
/// frame. Interpolates by a cubic through four frames (Catmull and Rom).
fn read(line: &[f32], at: usize, [from, to]: [f32; 2], sound: &mut [f32; STRIDE]) {
    let least = (from.min(to) as usize).min(LONGEST - MARGIN);
    let Some(near) = line[at + 1 - least - MARGIN..].first_chunk::<{ STRIDE + MARGIN }>() else {
        return;
    };
    let (first, step) = (from - least as f32, (to - from) / STRIDE as f32);
    for (n, x) in sound.iter_mut().enumerate() {
        let late = first + step * (n + 1) as f32;
        let is_later = 1.0 <= late;
        let t = if is_later { 2.0 - late } else { 1.0 - late };
        let at = |k: usize| if is_later { near[n + k] } else { near[n + k + 1] };
        let (a, b, c, d) = (at(0), at(1), at(2), at(3));
        let curve = 2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a);
        *x = b + 0.5 * t * (c - a + t * curve);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::bus::testing::played;

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
    fn a_tape_that_changes_its_age_moves_its_head_slowly() {
        let mut tape = Tape::new(0.0);
        tape.set(1.0);
        let mut furthest = 0.0f32;
        for _ in 0..3000 {
            let before = tape.delay;
            tape.delay = tape.next_delay();
            assert!((tape.delay - before).abs() <= MOST_MOVE + 1e-3, "{before} {}", tape.delay);
            furthest = furthest.max((tape.delay - MIDDLE).abs());
        }
        assert!((90.0..(LONGEST - MARGIN) as f32 - MIDDLE).contains(&furthest), "{furthest}");
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
