//! A tempo-synced ping-pong tape echo: each repeat loses highs and lows, and loud ones saturate.

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

/// The longest delay in frames, 5.9 s.
const LONGEST: usize = (1 << 18) - 1;

/// Share by which a one-pole low-pass at about 3.6 kHz follows each frame.
const DAMPING: f32 = 0.4;

/// The same for a high-pass at about 180 Hz.
const LOW_CUT: f32 = 0.025;

/// Level at which the tape saturates: far below it, it changes nothing.
const TAPE: f32 = 0.8;

/// Frames over which the echo crossfades to a new delay.
const GLIDE: f32 = FRAMES_PER_MP3_FRAME as f32;

/// Adds the repeats only; the dry signal is already in the mix.
pub struct Echo {
    /// A ring of a power of two above the longest delay so far.
    line: Vec<[f32; 2]>,
    position: usize,
    delay: usize,
    next_delay: usize,
    feedback: f32,
    tone: [Tone; 2],
    /// Blocks until the delay line is inaudible; silent input costs nothing after that.
    n_blocks_left: usize,
}

impl Echo {
    /// An echo with an empty delay line.
    pub fn new() -> Self {
        let delay = SAMPLE_RATE as usize / 2;
        Self {
            line: silent_line(delay),
            position: 0,
            delay,
            next_delay: delay,
            feedback: 0.0,
            tone: [Tone::default(); 2],
            n_blocks_left: 0,
        }
    }

    /// Sets the time between repeats, at most 5.9 s, and the gain from one repeat to the next.
    pub fn set(&mut self, seconds: f64, feedback: f64) {
        let frames = (seconds * f64::from(SAMPLE_RATE)).round() as usize;
        self.next_delay = frames.clamp(1, LONGEST);
        self.feedback = feedback.clamp(0.0, 0.9) as f32;
        if self.line.len() <= self.next_delay {
            self.lengthen();
        }
    }

    /// Moves the content to a line long enough for the next delay.
    fn lengthen(&mut self) {
        let mut line = silent_line(self.next_delay);
        let (newest, oldest) = self.line.split_at(self.position);
        line[..oldest.len()].copy_from_slice(oldest);
        line[oldest.len()..self.line.len()].copy_from_slice(newest);
        self.position = self.line.len();
        self.line = line;
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
            let [left, right] = self.tap(n);
            let onto =
                [dry.left[n] + self.feedback * right, 0.5 * dry.right[n] + self.feedback * left];
            for ((tape, tone), x) in
                self.line[self.position].iter_mut().zip(&mut self.tone).zip(onto)
            {
                *tape = saturated(tone.step(x));
            }
            self.position = (self.position + 1) & (self.line.len() - 1);
            wet.left[n] += left;
            wet.right[n] += right;
        }
        self.delay = self.next_delay;
    }

    fn tap(&self, n: usize) -> [f32; 2] {
        let ring = self.line.len();
        let at = |delay: usize| self.line[(self.position + ring - delay) & (ring - 1)];
        if self.delay == self.next_delay {
            return at(self.delay);
        }
        let t = n as f32 / GLIDE;
        let (from, to) = (at(self.delay), at(self.next_delay));
        [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]
    }
}

/// A ring for delays up to `delay` frames.
fn silent_line(delay: usize) -> Vec<[f32; 2]> {
    vec![[0.0; 2]; (delay + 1).next_power_of_two()]
}

/// A soft limit: at most [`TAPE`], and nearly unchanged below a third of it.
fn saturated(x: f32) -> f32 {
    // A rational approximation of tanh, exact where it is clamped.
    let x = (x / TAPE).clamp(-3.0, 3.0);
    TAPE * x * (27.0 + x * x) / (27.0 + 9.0 * x * x)
}

/// The tape's band-pass.
#[derive(Clone, Copy, Default)]
struct Tone {
    highs: f32,
    lows: f32,
}

impl Tone {
    fn step(&mut self, x: f32) -> f32 {
        self.highs += DAMPING * (x - self.highs);
        self.lows += LOW_CUT * (self.highs - self.lows);
        self.highs - self.lows
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
        assert!(heard[4410][0] > 0.3 && heard[4410][1] > 0.15, "{:?}", heard[4410]);
        assert!(peak(8820)[1] > peak(8820)[0], "{:?}", peak(8820));
        assert!(peak(13_230)[0] < peak(4410)[0]);
    }

    /// Amplitudes of the first four repeats of a burst of `hz` at `level`, on the left and the right.
    fn repeats(hz: f32, level: f32, feedback: f64) -> [f32; 4] {
        let mut echo = Echo::new();
        let n_blocks = 20; // a repeat
        echo.set(n_blocks as f64 * FRAMES_PER_MP3_FRAME as f64 / 44_100.0, feedback);
        echo.process(&Block::SILENCE, &mut Block::default());
        let mut phase = 0.0f32;
        let mut peaks = [0f32; 4];
        for block in 0..5 * n_blocks {
            let mut dry = Block::SILENCE;
            if block < 10 {
                for x in &mut dry.left {
                    phase = (phase + hz / 44_100.0).fract();
                    *x = level * (std::f32::consts::TAU * phase).sin();
                }
                dry.right = dry.left;
            }
            let mut wet = Block::SILENCE;
            echo.process(&dry, &mut wet);
            if n_blocks <= block && 4 < block % n_blocks && block % n_blocks < 9 {
                peaks[block / n_blocks - 1] = wet.peak();
            }
        }
        peaks
    }

    #[test]
    fn each_repeat_is_duller_and_thinner() {
        let fall = |hz: f32| {
            let [_, second, _, fourth] = repeats(hz, 0.05, 0.9);
            20.0 * (fourth / second).log10()
        };
        let (low, mid, high) = (fall(80.0), fall(900.0), fall(5000.0));
        assert!(low + 8.0 < mid && high + 8.0 < mid && -5.0 < mid, "{low} {mid} {high}");
    }

    #[test]
    fn loud_repeats_saturate_and_soft_ones_do_not() {
        let first = |level: f32| repeats(900.0, level, 0.9)[0] / level;
        let (soft, loud, absurd) = (first(0.02), first(1.0), repeats(900.0, 100.0, 0.9)[0]);
        assert!(loud < 0.8 * soft, "{soft} {loud}");
        assert!(first(0.1) > 0.98 * soft);
        assert!(absurd <= TAPE, "{absurd}");
    }

    #[test]
    fn a_longer_line_keeps_what_is_on_it() {
        // The line is lengthened in the first block, or amid the repeats.
        let heard = |lengthened_at: usize| {
            let mut echo = Echo::new();
            let mut heard = Vec::new();
            for block in 0..120 {
                let seconds = if block == lengthened_at { 5.0 } else { 0.7 };
                echo.set(seconds, 0.6);
                echo.set(0.7, 0.6);
                let mut wet = Block::SILENCE;
                echo.process(&if block == 1 { click() } else { Block::SILENCE }, &mut wet);
                heard.extend(wet.left);
            }
            (heard, echo.line.len())
        };
        let (at_once, amid) = (heard(0), heard(70));
        assert!(at_once.0.iter().any(|x| 0.1 < x.abs()));
        assert!(at_once == amid, "the repeats differ");
        assert_eq!(amid.1, 1 << 18);
    }

    #[test]
    fn the_line_is_as_long_as_the_delay_needs() {
        let mut echo = Echo::new();
        echo.set(0.5, 0.5);
        assert_eq!(echo.line.len(), 1 << 15);
        echo.set(1e9, 0.5);
        assert_eq!(echo.line.len(), 1 << 18);
    }

    #[test]
    fn the_echo_becomes_silent() {
        let heard = echoes(0.05, 0.8, 400);
        assert!(heard[heard.len() - 1152..].iter().all(|x| x[0].abs() < 1e-3));
    }
}
