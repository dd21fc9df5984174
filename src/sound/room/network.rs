//! A feedback delay network: lines that feed each other without loss except for [`Absorption`].
//!
//! Sources: J.-M. Jot and A. Chaigne, AES 90, 1991 (the network, decay by the length of a line);
//! J. Dattorro, "Effect design, part 1", JAES 45, 1997 (lines that move slowly, against ringing).
//! The lines mix through a Hadamard matrix: each reaches all others at the same level, so that the
//! echoes become dense after two rounds.

use crate::{
    sound::room::{
        absorption::{Absorption, Decay, N_ABREAST, absorb},
        line::{CHUNK, Chunk, Line, Sound},
        shape::{N_LINES, Shape},
    },
    units::SAMPLE_RATE,
};

/// Modulated lines, the shortest ones.
const N_MOVING: usize = 8;

/// Rates of the modulated lines in Hz, from the first to the last.
const RATES_HZ: [f64; 2] = [0.31, 0.97];

/// The network.
pub(super) struct Network {
    shape: &'static Shape,
    lines: [Line; N_LINES],
    absorptions: [Absorption; N_LINES],
    swings: [Swing; N_MOVING],
    taps: [Sound; N_LINES],
}

impl Network {
    /// A silent network of this shape and decay.
    pub fn new(shape: &'static Shape, decay: Decay) -> Self {
        let rate = |line: usize| {
            RATES_HZ[0] + (RATES_HZ[1] - RATES_HZ[0]) * line as f64 / (N_MOVING - 1) as f64
        };
        let mut network = Self {
            shape,
            lines: shape.lines.map(|n_frames| Line::new(n_frames + shape.swing as usize)),
            absorptions: [Absorption::default(); N_LINES],
            swings: std::array::from_fn(|line| Swing::new(rate(line), line)),
            taps: [[0.0; CHUNK]; N_LINES],
        };
        network.set(decay);
        network.absorptions.iter_mut().for_each(Absorption::settle);
        network
    }

    /// Sets the decay, which is reached over a block.
    pub fn set(&mut self, decay: Decay) {
        // The matrix below is 4 times too large.
        let scale = 1.0 / (N_LINES as f64).sqrt();
        for (absorption, n_frames) in self.absorptions.iter_mut().zip(self.shape.lines) {
            absorption.set(decay, n_frames, scale);
        }
    }

    /// Feeds `input` to the lines and returns their sum in two uncorrelated channels.
    pub fn step(&mut self, input: &Chunk) -> Chunk {
        let shape = self.shape;
        let lines = self.lines.iter().zip(&mut self.taps).zip(shape.lines);
        for (i, ((line, tap), n_frames)) in lines.enumerate() {
            match self.swings.get_mut(i) {
                Some(swing) => {
                    line.read_between(swing.next().map(|x| n_frames as f32 + shape.swing * x), tap);
                }
                None => line.read(n_frames, tap),
            }
        }
        let groups = self.absorptions.chunks_mut(N_ABREAST);
        groups.zip(self.taps.chunks_mut(N_ABREAST)).for_each(|(of, taps)| absorb(of, taps));
        let output = sum(&self.taps);
        mix(&mut self.taps);
        for (i, (line, tap)) in self.lines.iter_mut().zip(&mut self.taps).enumerate() {
            let sign = if i & 2 == 0 { 1.0 } else { -1.0 };
            for (x, input) in tap.iter_mut().zip(&input[i % 2]) {
                *x += sign * input;
            }
            line.write(tap);
        }
        output
    }
}

/// Sums all lines into both channels, with orthogonal signs.
fn sum(taps: &[Sound; N_LINES]) -> Chunk {
    let mut output = [[0.0; CHUNK]; 2];
    for (four, [a, b]) in
        taps.chunks_exact(4).zip([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    {
        for n in 0..CHUNK {
            let sum = (four[0][n] - four[1][n]) + (four[2][n] - four[3][n]);
            output[0][n] += a * sum;
            output[1][n] += b * sum;
        }
    }
    output
}

/// The Hadamard matrix, times 4.
fn mix(taps: &mut [Sound; N_LINES]) {
    for stride in [1, 4] {
        for first in (0..N_LINES).filter(|first| first / stride % 4 == 0) {
            let lines = [0, 1, 2, 3].map(|n| first + n * stride);
            let Ok([a, b, c, d]) = taps.get_disjoint_mut(lines) else { continue };
            for n in 0..CHUNK {
                let sums = [a[n] + b[n], c[n] + d[n]];
                let differences = [a[n] - b[n], c[n] - d[n]];
                (a[n], c[n]) = (sums[0] + sums[1], sums[0] - sums[1]);
                (b[n], d[n]) = (differences[0] + differences[1], differences[0] - differences[1]);
            }
        }
    }
}

/// A slow sine, a chunk at a time: a point that turns on the unit circle.
struct Swing {
    point: [f64; 2],
    turn: [f64; 2],
}

impl Swing {
    /// `rate` in Hz; `phase` in steps of the golden angle, so that no two lines move together.
    fn new(rate: f64, phase: usize) -> Self {
        const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;
        let turn = std::f64::consts::TAU * rate * CHUNK as f64 / f64::from(SAMPLE_RATE);
        let point = |angle: f64| [libm::cos(angle), libm::sin(angle)];
        Self { point: point(phase as f64 * GOLDEN_ANGLE), turn: point(turn) }
    }

    /// Its value now and after the next chunk, -1 to 1.
    fn next(&mut self) -> [f32; 2] {
        let ([x, y], [cos, sin]) = (self.point, self.turn);
        let turned = [x * cos - y * sin, x * sin + y * cos];
        // Rounding would change the radius over days.
        let keep = 1.5 - 0.5 * (turned[0] * turned[0] + turned[1] * turned[1]);
        self.point = turned.map(|x| x * keep);
        [y as f32, self.point[1] as f32]
    }
}
