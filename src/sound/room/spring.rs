//! Two coil springs: low tones travel faster along a spring than high ones, so each hit returns as a
//! chirp, again and again.
//!
//! Source: V. Välimäki, J. Parker and J. Abel, "Parametric spring reverberation effect", JAES 58,
//! 2010: a delay and a cascade of first-order all-passes in a loop, below the spring's transition
//! frequency. They stretch the all-passes to reach that frequency; here the loop runs at a quarter
//! of the sample rate, which is the same and costs a quarter. The weak chirps above the transition
//! frequency are left out.

use std::f32::consts::FRAC_1_SQRT_2;

use biquad::{Biquad as _, Coefficients, DirectForm1, ToHertz as _, Type};

use crate::{
    sound::room::line::{CHUNK, Chunk},
    units::SAMPLE_RATE,
};

/// Frames per frame of the loop.
const STRIDE: usize = 4;

/// The loop's frames in a chunk.
const FEW: usize = CHUNK / STRIDE;

/// All-passes of a spring.
const N_STAGES: usize = 80;

/// Coefficient of the all-passes: more gives a longer chirp.
const DISPERSION: f32 = 0.6;

/// Delay of the pipelined [`Stages`], in frames of the loop.
const SKEW: usize = N_STAGES - 1;

/// Delays of the springs besides those of the all-passes, in frames of the loop: 34 and 43 ms.
const DELAYS: [usize; 2] = [379, 479];

/// Frames of a spring's ring: above the longest delay and a chunk, in whole chunks of the loop.
const RING: usize = 32 * FEW;

/// Upper limit of a spring's band. A Butterworth filter of sixth order, as three of second.
const TRANSITION_HZ: f32 = 3_600.0;
const QUALITIES: [f32; 3] = [0.5176, FRAC_1_SQRT_2, 1.9319];

/// Springs for both channels.
pub(super) struct Springs {
    /// Anti-aliasing low-pass.
    down: LowPass,
    pair: [Spring; 2],
    level: f32,
}

impl Springs {
    pub fn new() -> Self {
        Self { down: LowPass::new(), pair: DELAYS.map(Spring::new), level: 0.0 }
    }

    /// Sets the 60 dB decay time.
    pub fn set(&mut self, seconds: f64) {
        for spring in &mut self.pair {
            spring.set(seconds);
        }
        let kept = f64::from(self.pair[0].gain).powi(2);
        self.level = (1.0 - kept).sqrt() as f32;
    }

    /// The response to a chunk: noise within the springs' range returns at about its own level. Both springs
    /// get both channels.
    pub fn step(&mut self, input: &Chunk) -> Chunk {
        let [left, right] = input;
        let mut few = [0.0; FEW];
        for (n, x) in few.iter_mut().enumerate() {
            for n in n * STRIDE..(n + 1) * STRIDE {
                *x = self.down.step((left[n] + right[n]) * FRAC_1_SQRT_2);
            }
        }
        let mut output = [[0.0; CHUNK]; 2];
        for (spring, sound) in self.pair.iter_mut().zip(&mut output) {
            spring.process(&few, self.level, sound);
        }
        output
    }
}

/// One spring.
struct Spring {
    up: LowPass,
    stages: Stages,
    ring: [f32; RING],
    position: usize,
    delay: usize,
    gain: f32,
}

impl Spring {
    fn new(delay: usize) -> Self {
        Self {
            up: LowPass::new(),
            stages: Stages::new(),
            ring: [0.0; RING],
            position: 0,
            delay,
            gain: 0.0,
        }
    }

    fn set(&mut self, seconds: f64) {
        // Most of a spring's sound is delayed about as long as the lowest tones.
        let a = f64::from(DISPERSION);
        let stage = (1.0 - a * a) / (1.0 + a * a + 2.0 * a * 0.8);
        let frames = STRIDE as f64 * (self.delay as f64 + N_STAGES as f64 * stage);
        let fall = -3.0 * frames / (seconds * f64::from(SAMPLE_RATE));
        // The far end inverts the polarity.
        self.gain = -libm::pow(10.0, fall) as f32;
    }

    /// The response to a chunk of the loop, at `level`.
    fn process(&mut self, few: &[f32; FEW], level: f32, sound: &mut [f32; CHUNK]) {
        let arrived = self.travel(few);
        for (x, sound) in arrived.iter().zip(sound.chunks_exact_mut(STRIDE)) {
            for (n, sound) in sound.iter_mut().enumerate() {
                *sound = level * self.up.step(if n == 0 { STRIDE as f32 * x } else { 0.0 });
            }
        }
    }

    /// One pass along the spring and back, with feedback.
    fn travel(&mut self, sound: &[f32; FEW]) -> [f32; FEW] {
        let mut arrived = [0.0; FEW];
        for (n, x) in arrived.iter_mut().enumerate() {
            *x = self.ring[(self.position + RING + SKEW - self.delay + n) % RING];
        }
        self.stages.process(&mut arrived);
        for (n, (x, arrived)) in sound.iter().zip(arrived).enumerate() {
            self.ring[self.position + n] = *x + self.gain * arrived;
        }
        self.position = (self.position + FEW) % RING;
        arrived
    }
}

/// All all-passes of a spring at once, which vectorises: each takes the last output of the one before. The
/// ring is shorter by these frames.
struct Stages {
    memories: [f32; N_STAGES],
    /// The input of the first, and the output of each.
    line: [f32; N_STAGES + 1],
}

impl Stages {
    fn new() -> Self {
        Self { memories: [0.0; N_STAGES], line: [0.0; N_STAGES + 1] }
    }

    fn process(&mut self, sound: &mut [f32; FEW]) {
        let Self { memories, line } = self;
        let mut next = [0.0; N_STAGES + 1];
        for [even, odd] in sound.as_chunks_mut().0 {
            *even = step(*even, memories, line, &mut next);
            *odd = step(*odd, memories, &mut next, line);
        }
    }
}

/// Passes a frame from one line to the next.
fn step(
    x: f32,
    memories: &mut [f32; N_STAGES],
    from: &mut [f32; N_STAGES + 1],
    to: &mut [f32; N_STAGES + 1],
) -> f32 {
    from[0] = x;
    for ((x, memory), y) in from.iter().zip(memories).zip(&mut to[1..]) {
        let fed = x - DISPERSION * *memory;
        *y = DISPERSION * fed + *memory;
        *memory = fed;
    }
    to[N_STAGES]
}

/// Three second-order low-passes in a row.
#[derive(Clone, Copy)]
struct LowPass {
    sections: [DirectForm1<f32>; 3],
}

impl LowPass {
    fn new() -> Self {
        let section = |quality| {
            let rate = (SAMPLE_RATE as f32).hz();
            let of = Coefficients::from_params(Type::LowPass, rate, TRANSITION_HZ.hz(), quality);
            DirectForm1::new(of.expect("the cut-off is below half the sample rate"))
        };
        Self { sections: QUALITIES.map(section) }
    }

    fn step(&mut self, x: f32) -> f32 {
        self.sections.iter_mut().fold(x, |x, section| section.run(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_passes_at_once_equal_one_after_another_but_late() {
        let noise = |n: usize| ((n * 7919) % 101) as f32 / 50.0 - 1.0;
        let mut in_a_row: Vec<f32> = (0..20 * FEW).map(noise).collect();
        for _ in 0..N_STAGES {
            let mut memory = 0.0;
            for x in &mut in_a_row {
                let fed = *x - DISPERSION * memory;
                *x = DISPERSION * fed + memory;
                memory = fed;
            }
        }
        let mut stages = Stages::new();
        let mut at_once = Vec::new();
        for chunk in 0..20 {
            let mut sound = std::array::from_fn(|n| noise(chunk * FEW + n));
            stages.process(&mut sound);
            at_once.extend(sound);
        }
        assert!(at_once[..SKEW].iter().all(|x| *x == 0.0));
        assert!(at_once[SKEW..] == in_a_row[..20 * FEW - SKEW]);
    }
}
