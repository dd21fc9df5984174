//! Synthesized sounds that lead from section to section, whatever the SoundFont: a riser, a reversed cymbal,
//! an impact and a sub drop.
//!
//! Riser and cymbal are noise through a state-variable filter (Zavalishin 2012, "The Art of VA Filter
//! Design", 4.5: trapezoidal integration), which may be retuned at any time; impact and sub drop are
//! sines whose pitch falls exponentially. Silent bars cost nothing.

use std::{collections::VecDeque, f32::consts::PI, ops::Range};

use crate::{
    music::transition::Transition,
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

const RATE: f32 = SAMPLE_RATE as f32;

/// Amplitudes at full level: about the loudness of the music for the riser's last bar.
const RISER: f32 = 0.16;
const SWELL: f32 = 0.12;
const IMPACT: f32 = 0.34;
const SUB_DROP: f32 = 0.26;

/// Range of riser and swell in dB, from their start to their end.
const RISER_DB: f32 = 30.0;
const SWELL_DB: f32 = 42.0;

/// Centre of the riser's band at its start and at its end, and its width (damping, 2 is widest).
const RISER_HZ: [f32; 2] = [350.0, 7500.0];
const RISER_DAMPING: f32 = 0.9;

/// The cymbal's high-pass.
const SWELL_HZ: f32 = 2500.0;
const SWELL_DAMPING: f32 = 1.4;

/// Start and end pitch of the falling sines, the seconds in which the distance to the end pitch halves, and
/// the seconds for 60 dB of decay.
const IMPACT_FALL: Fall = Fall { hz: [130.0, 42.0], half_seconds: 0.05, seconds: 1.4 };
const SUB_FALL: Fall = Fall { hz: [95.0, 30.0], half_seconds: 0.45, seconds: 2.6 };

/// The thud of noise in an impact: low-pass and decay.
const THUD_HZ: f32 = 900.0;
const THUD_SECONDS: f32 = 0.9;
const THUD: f32 = 0.35;

/// Frames between updates of a filter.
const STRIDE: usize = 64;

/// Time constant of level changes in frames: 3 ms, too short to blur a stop, long enough not to click.
const GLIDE: f32 = 0.003 * RATE;

/// A sine that falls.
#[derive(Clone, Copy)]
struct Fall {
    hz: [f32; 2],
    half_seconds: f32,
    seconds: f32,
}

/// The transition sounds of a station.
pub struct Transitions {
    /// Bars with transitions that are not over, in order.
    bars: VecDeque<(Range<u64>, Transition)>,
    noise: [u32; 2],
    riser: Noise,
    swell: Noise,
    boom: Falling,
    sub: Falling,
    thud: Thud,
    block: Block,
}

impl Transitions {
    /// Silence.
    pub fn new() -> Self {
        Self {
            bars: VecDeque::new(),
            noise: [0x9e37_79b9, 0x7f4a_7c15],
            riser: Noise::new(RISER_DAMPING),
            swell: Noise::new(SWELL_DAMPING),
            boom: Falling::new(IMPACT_FALL),
            sub: Falling::new(SUB_FALL),
            thud: Thud::new(),
            block: Block::SILENCE,
        }
    }

    /// Adds the transition of a bar with these `frames`, after those of earlier bars.
    pub fn add(&mut self, frames: Range<u64>, transition: Option<Transition>) {
        self.bars.extend(transition.map(|transition| (frames, transition)));
    }

    /// The block that starts at `frame`; none where it is silent.
    pub fn render(&mut self, frame: u64) -> Option<&Block> {
        while self.bars.pop_front_if(|(frames, _)| frames.end <= frame).is_some() {}
        let end = frame + FRAMES_PER_MP3_FRAME as u64;
        let is_due = self.bars.front().is_some_and(|(frames, _)| frames.start < end);
        if !is_due && self.is_silent() {
            return None;
        }
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(STRIDE) {
            self.render_stride(frame + at as u64, at);
        }
        Some(&self.block)
    }

    fn is_silent(&self) -> bool {
        [self.riser.level, self.swell.level, self.boom.level, self.sub.level, self.thud.level]
            .iter()
            .all(|level| *level < 1e-5)
    }

    /// The frames from `frame` on, at `at` in the block.
    fn render_stride(&mut self, frame: u64, at: usize) {
        while self.bars.pop_front_if(|(frames, _)| frames.end <= frame).is_some() {}
        let now = self.bars.front().filter(|(frames, _)| frames.start <= frame).cloned();
        let (mut riser, mut swell) = (None, None);
        if let Some((frames, transition)) = now {
            let n = (frames.end - frames.start).max(1) as f32;
            let way = (frame - frames.start) as f32 / n;
            let Transition { riser: [from, to], swell: full, impact, sub_drop } = transition;
            riser = (from < to).then_some(from + way * (to - from));
            swell = (0.0 < full).then_some((full, way));
            if frame - frames.start < STRIDE as u64 {
                self.strike(impact, sub_drop);
            }
        }
        let level = |db: f32, way: f32| libm::exp10f(db * (way - 1.0) / 20.0);
        let [low, high] = RISER_HZ;
        let rise = riser.unwrap_or(0.0);
        self.riser.set(
            riser.map_or(0.0, |way| RISER * level(RISER_DB, way)),
            low * libm::powf(high / low, rise),
        );
        self.swell
            .set(swell.map_or(0.0, |(full, way)| full * SWELL * level(SWELL_DB, way)), SWELL_HZ);
        for n in at..at + STRIDE {
            let [left, right] = self.step();
            (self.block.left[n], self.block.right[n]) = (left, right);
        }
    }

    fn strike(&mut self, impact: f32, sub_drop: f32) {
        if 0.0 < impact {
            self.boom.strike(IMPACT * impact);
            self.thud.level = IMPACT * THUD * impact;
        }
        if 0.0 < sub_drop {
            self.sub.strike(SUB_DROP * sub_drop);
        }
    }

    fn step(&mut self) -> [f32; 2] {
        let noise = [0, 1].map(|side: usize| white(&mut self.noise[side]));
        let low = self.boom.step() + self.sub.step();
        let band = self.riser.step(noise).map(|[_, band, _]| band);
        let high = self.swell.step(noise).map(|[_, _, high]| high);
        let thud = self.thud.step(noise);
        [0, 1].map(|side: usize| low + band[side] + high[side] + thud[side])
    }
}

impl Default for Transitions {
    fn default() -> Self {
        Self::new()
    }
}

/// White noise between -1 and 1 (Marsaglia 2003, "Xorshift RNGs", 13-17-5).
fn white(state: &mut u32) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state as f32 / 2_147_483_648.0 - 1.0
}

/// Filtered noise whose level and frequency move.
struct Noise {
    sides: [StateVariable; 2],
    damping: f32,
    g: f32,
    level: f32,
    target: f32,
}

impl Noise {
    fn new(damping: f32) -> Self {
        Self { sides: [StateVariable::default(); 2], damping, g: 0.1, level: 0.0, target: 0.0 }
    }

    fn set(&mut self, target: f32, hz: f32) {
        self.target = target;
        if 0.0 < target {
            self.g = libm::tanf(PI * hz / RATE);
        }
    }

    /// Low-, band- and high-pass of each side at the level.
    fn step(&mut self, noise: [f32; 2]) -> [[f32; 3]; 2] {
        self.level += (self.target - self.level) / GLIDE;
        if self.level < 1e-6 {
            return [[0.0; 3]; 2];
        }
        let (g, damping, level) = (self.g, self.damping, self.level);
        [0, 1].map(|side: usize| self.sides[side].step(noise[side], g, damping).map(|x| level * x))
    }
}

#[derive(Clone, Copy, Default)]
struct StateVariable {
    s: [f32; 2],
}

impl StateVariable {
    /// Low-, band- and high-pass of `x`; `g` is the tangent of half the normalised frequency.
    fn step(&mut self, x: f32, g: f32, damping: f32) -> [f32; 3] {
        let [s1, s2] = self.s;
        let high = (x - (damping + g) * s1 - s2) / (1.0 + damping * g + g * g);
        let band = g * high + s1;
        let low = g * band + s2;
        self.s = [g * high + band, g * band + low];
        [low, band, high]
    }
}

/// A sine that falls in pitch and level.
struct Falling {
    fall: Fall,
    hz: f32,
    phase: f32,
    level: f32,
    attack: f32,
    /// Factors per frame: of the level, and of the distance to the end pitch.
    decay: f32,
    glide: f32,
}

impl Falling {
    fn new(fall: Fall) -> Self {
        Self {
            fall,
            hz: fall.hz[1],
            phase: 0.0,
            level: 0.0,
            attack: 0.0,
            decay: libm::exp10f(-3.0 / (fall.seconds * RATE)),
            glide: libm::exp2f(-1.0 / (fall.half_seconds * RATE)),
        }
    }

    fn strike(&mut self, level: f32) {
        (self.hz, self.phase, self.level, self.attack) = (self.fall.hz[0], 0.0, level, 0.0);
    }

    fn step(&mut self) -> f32 {
        if self.level < 1e-5 {
            return 0.0;
        }
        let end = self.fall.hz[1];
        self.hz = end + (self.hz - end) * self.glide;
        self.level *= self.decay;
        self.attack += (1.0 - self.attack) / GLIDE;
        self.phase += self.hz / RATE;
        self.phase -= libm::floorf(self.phase);
        self.level * self.attack * libm::sinf(2.0 * PI * self.phase)
    }
}

/// A burst of dark noise.
struct Thud {
    level: f32,
    decay: f32,
    g: f32,
    sides: [StateVariable; 2],
}

impl Thud {
    fn new() -> Self {
        Self {
            level: 0.0,
            decay: libm::exp10f(-3.0 / (THUD_SECONDS * RATE)),
            g: libm::tanf(PI * THUD_HZ / RATE),
            sides: [StateVariable::default(); 2],
        }
    }

    fn step(&mut self, noise: [f32; 2]) -> [f32; 2] {
        if self.level < 1e-5 {
            return [0.0; 2];
        }
        self.level *= self.decay;
        let (g, level) = (self.g, self.level);
        [0, 1].map(|side: usize| level * self.sides[side].step(noise[side], g, 1.4)[0])
    }
}

#[cfg(test)]
mod tests;
