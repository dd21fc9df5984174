//! A tempo-synced ping-pong echo; each repeat is duller.

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

/// Length of the delay line: a power of two above the longest delay, 5.9 s.
const LINE: usize = 1 << 18;

/// Damping per repeat: a one-pole low-pass at about 3.5 kHz.
const DAMPING: f32 = 0.6;

/// Frames over which the echo crossfades to a new delay.
const GLIDE: f32 = FRAMES_PER_MP3_FRAME as f32;

/// Adds the repeats only; the dry signal is already in the mix.
pub struct Echo {
    line: Vec<[f32; 2]>,
    position: usize,
    delay: usize,
    next_delay: usize,
    feedback: f32,
    damped: [f32; 2],
    /// Blocks until the delay line is inaudible; silent input costs nothing after that.
    n_blocks_left: usize,
}

impl Echo {
    /// An echo with an empty delay line.
    pub fn new() -> Self {
        let delay = SAMPLE_RATE as usize / 2;
        Self {
            line: vec![[0.0; 2]; LINE],
            position: 0,
            delay,
            next_delay: delay,
            feedback: 0.0,
            damped: [0.0; 2],
            n_blocks_left: 0,
        }
    }

    /// Sets the time between repeats, at most 5.9 s, and the gain from one repeat to the next.
    pub fn set(&mut self, seconds: f64, feedback: f64) {
        let frames = (seconds * f64::from(SAMPLE_RATE)).round() as usize;
        self.next_delay = frames.clamp(1, LINE - 1);
        self.feedback = feedback.clamp(0.0, 0.9) as f32;
    }

    /// Adds the echoes of `dry` to `wet`.
    pub fn process(&mut self, dry: &Block, wet: &mut Block) {
        let is_silent = dry.peak() == 0.0;
        if !is_silent {
            // At a feedback of 0.9 an echo is down 60 dB after 66 repeats.
            let n_repeats = 3.0 / -f64::from(self.feedback.max(0.01)).log10() + 1.0;
            let frames = n_repeats * self.next_delay.max(self.delay) as f64;
            self.n_blocks_left = (frames / FRAMES_PER_MP3_FRAME as f64) as usize + 1;
        } else if self.n_blocks_left == 0 {
            return;
        } else {
            self.n_blocks_left -= 1;
        }
        for n in 0..FRAMES_PER_MP3_FRAME {
            let echo = self.tap(n);
            let [left, right] = echo;
            for (damped, x) in self.damped.iter_mut().zip(echo) {
                *damped = x + DAMPING * (*damped - x);
            }
            let [from_left, from_right] = self.damped.map(|x| x * self.feedback);
            self.line[self.position] = [dry.left[n] + from_right, dry.right[n] * 0.5 + from_left];
            self.position = (self.position + 1) % LINE;
            wet.left[n] += left;
            wet.right[n] += right;
        }
        self.delay = self.next_delay;
    }

    fn tap(&self, n: usize) -> [f32; 2] {
        let at = |delay: usize| self.line[(self.position + LINE - delay) % LINE];
        if self.delay == self.next_delay {
            return at(self.delay);
        }
        let t = n as f32 / GLIDE;
        let (from, to) = (at(self.delay), at(self.next_delay));
        [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]
    }
}

impl Default for Echo {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn click() -> Block {
        let mut block = Block::SILENCE;
        (block.left[0], block.right[0]) = (1.0, 1.0);
        block
    }

    fn echoes(seconds: f64, feedback: f64, n_blocks: usize) -> Vec<[f32; 2]> {
        let mut echo = Echo::new();
        echo.set(seconds, feedback);
        echo.process(&Block::SILENCE, &mut Block::default());
        let mut heard = Vec::new();
        for block in 0..n_blocks {
            let mut wet = Block::SILENCE;
            echo.process(&if block == 0 { click() } else { Block::SILENCE }, &mut wet);
            heard.extend(wet.left.iter().zip(&wet.right).map(|(left, right)| [*left, *right]));
        }
        heard
    }

    #[test]
    fn repeats_are_in_time_and_alternate_sides() {
        let heard = echoes(0.1, 0.5, 20);
        let peak = |at: usize| {
            heard[at..at + 8]
                .iter()
                .fold([0.0f32; 2], |most, x| [most[0].max(x[0].abs()), most[1].max(x[1].abs())])
        };

        assert!(heard[1..4410].iter().all(|x| *x == [0.0; 2]));
        assert_eq!(heard[4410], [1.0, 0.5]);
        assert!(peak(8820)[1] > peak(8820)[0], "{:?}", peak(8820));
        assert!(peak(13_230)[0] < peak(4410)[0]);
    }

    #[test]
    fn the_echo_becomes_silent() {
        let heard = echoes(0.05, 0.8, 400);
        assert!(heard[heard.len() - 1152..].iter().all(|x| x[0].abs() < 1e-3));
    }
}
