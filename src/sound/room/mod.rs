//! The room of a station: pre-delay, diffusion, and a network of delays.
//!
//! ```text
//! send -> low cut -> pre-delay -> all-passes -> network of 16 lines -> return
//! ```
//!
//! A room that nothing is sent to is silent and costs nothing once its tail has ended. A new decay
//! time is reached within seconds, without a click; a room of another kind, or with another
//! pre-delay, follows after the old one has faded out.

mod absorption;
mod allpass;
mod line;
mod low_cut;
mod network;
mod shape;
mod spring;
pub mod tank;

use crate::{
    music::room::{Room, RoomKind},
    sound::{
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        room::{
            absorption::Decay,
            allpass::Allpass,
            line::{CHUNK, Line},
            low_cut::LowCut,
            network::{Chunk, N_LINES, Network},
            shape::{N_DIFFUSERS, Shape},
            spring::Springs,
        },
    },
    units::SAMPLE_RATE,
};

/// The longest pre-delay in frames: 0.2 s and a chunk.
const LONGEST_PRE_DELAY: usize = SAMPLE_RATE as usize / 5 + CHUNK;

/// Most by which a decay time changes in a block, as a factor: twofold in 0.6 s.
const GLIDE: f64 = 1.03;

/// Blocks over which a room fades out before it is rebuilt: 0.3 s.
const FADE_BLOCKS: usize = 12;

/// Decays of 60 dB until the tail is silent: to -100 dB.
const N_DECAYS: f64 = 1.7;

/// Level of the response to steady noise, measured by a test below.
const LEVEL: f32 = 1.25;

/// Adds the response only; the dry signal is already in the mix.
pub struct RoomReverb {
    wanted: Room,
    room: Room, // as it sounds now
    shape: &'static Shape,
    level: Ramp,
    low_cut: LowCut,
    pre_delay: [Line; 2],
    diffusers: [[Allpass; N_DIFFUSERS]; 2],
    network: Network,
    springs: Springs,
    /// Blocks until the tail is inaudible; silent input costs nothing after that.
    n_blocks_left: usize,
    /// Blocks of the fade that are left.
    n_fade_left: usize,
    response: Block,
}

impl RoomReverb {
    /// A silent room.
    pub fn new(room: Room) -> Self {
        let mut reverb = Self {
            wanted: room,
            room,
            shape: Shape::of(room.kind),
            level: Ramp::at_rest(0.0),
            low_cut: LowCut::default(),
            pre_delay: std::array::from_fn(|_| Line::new(LONGEST_PRE_DELAY)),
            diffusers: std::array::from_fn(|_| std::array::from_fn(|_| Allpass::new())),
            network: Network::new(),
            springs: Springs::new(),
            n_blocks_left: 0,
            n_fade_left: 0,
            response: Block::SILENCE,
        };
        reverb.rebuild();
        reverb
    }

    /// Sets the room that it becomes.
    pub fn set(&mut self, room: Room) {
        self.wanted = room;
    }

    /// Adds the reverb of `dry` to `wet`.
    pub fn process(&mut self, dry: &Block, wet: &mut Block) {
        if dry.peak() != 0.0 {
            let seconds = N_DECAYS * self.room.t60_seconds.max(self.wanted.t60_seconds)
                + self.room.pre_delay_ms / 1000.0;
            let frames = seconds * f64::from(SAMPLE_RATE);
            self.n_blocks_left = (frames / FRAMES_PER_MP3_FRAME as f64) as usize + 2;
        }
        if self.n_blocks_left == 0 {
            if self.room != self.wanted {
                self.room = self.wanted;
                self.rebuild();
            }
            return;
        }
        self.n_blocks_left -= 1;
        if self.approach() {
            let mut opening = Ramp::at_rest(0.0);
            opening.move_to(1.0);
            let mut dry = dry.clone();
            dry.scale(opening);
            self.respond(&dry);
        } else {
            self.respond(dry);
        }
        wet.add(&self.response, self.level);
        self.level.arrive();
    }

    /// One block closer to the wanted room. Returns whether the room starts anew, amid what is sent.
    fn approach(&mut self) -> bool {
        let (room, wanted) = (self.room, self.wanted);
        if (room.kind, room.pre_delay_ms) == (wanted.kind, wanted.pre_delay_ms) {
            self.glide();
            return false;
        }
        match self.n_fade_left {
            0 => self.n_fade_left = FADE_BLOCKS,
            1 => {
                self.n_fade_left = 0;
                self.room = wanted;
                self.rebuild();
                return true;
            }
            _ => self.n_fade_left -= 1,
        }
        let level = self.level_at_rest() * (self.n_fade_left - 1) as f32 / FADE_BLOCKS as f32;
        self.level.move_to(level);
        false
    }

    fn glide(&mut self) {
        let (room, wanted) = (&mut self.room, self.wanted);
        let from = (room.t60_seconds, room.damping);
        let step = |from: f64, to: f64| to.clamp(from / GLIDE, from * GLIDE);
        room.t60_seconds = step(room.t60_seconds, wanted.t60_seconds);
        if room.damping != wanted.damping {
            let lasting = step(1.0 - room.damping, 1.0 - wanted.damping);
            room.damping =
                if lasting == 1.0 - wanted.damping { wanted.damping } else { 1.0 - lasting };
        }
        if from != (room.t60_seconds, room.damping) || self.n_fade_left != 0 {
            self.n_fade_left = 0;
            self.set_decay();
            self.level.move_to(self.level_at_rest());
        }
    }

    /// Starts the present room anew, silent.
    fn rebuild(&mut self) {
        self.shape = Shape::of(self.room.kind);
        for (diffusers, lengths) in self.diffusers.iter_mut().zip(self.shape.diffusers) {
            for (diffuser, n_frames) in diffusers.iter_mut().zip(lengths) {
                diffuser.reset(n_frames, self.shape.diffusion);
            }
        }
        self.low_cut = LowCut::default();
        self.pre_delay.iter_mut().for_each(Line::clear);
        self.network.clear();
        self.springs.clear();
        self.set_decay();
        self.network.settle();
        self.level = Ramp::at_rest(self.level_at_rest());
    }

    fn set_decay(&mut self) {
        self.network.set(self.shape, self.decay());
        self.springs.set(self.room.t60_seconds);
    }

    fn decay(&self) -> Decay {
        let Room { t60_seconds, damping, .. } = self.room;
        Decay { mid_seconds: t60_seconds, high_seconds: t60_seconds * (1.0 - damping) }
    }

    /// The gain at which steady noise returns at about its own level.
    fn level_at_rest(&self) -> f32 {
        if self.room.kind == RoomKind::Spring {
            return 1.0;
        }
        let decay = self.decay();
        let kept = self.shape.lines.iter().map(|n| {
            let [mid, high] = decay.gains(*n as f64);
            0.6 * mid * mid + 0.4 * high * high
        });
        let kept = kept.sum::<f64>() / N_LINES as f64;
        LEVEL * ((1.0 - kept) / kept).sqrt() as f32
    }

    /// The response to a block of the send, before its level.
    fn respond(&mut self, dry: &Block) {
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(CHUNK) {
            let sound = self.delayed(dry, at);
            let [left, right] = match self.room.kind {
                RoomKind::Spring => self.springs.step(&sound),
                _ => self.diffused(sound),
            };
            self.response.left[at..at + CHUNK].copy_from_slice(&left);
            self.response.right[at..at + CHUNK].copy_from_slice(&right);
        }
    }

    fn diffused(&mut self, mut sound: Chunk) -> Chunk {
        for (channel, diffusers) in sound.iter_mut().zip(&mut self.diffusers) {
            diffusers.iter_mut().for_each(|allpass| allpass.process(channel));
        }
        self.network.step(self.shape, &sound)
    }

    /// The chunk of `dry` at `at` without lows, after the pre-delay.
    fn delayed(&mut self, dry: &Block, at: usize) -> Chunk {
        let frames = (self.room.pre_delay_ms / 1000.0 * f64::from(SAMPLE_RATE)) as usize;
        let mut cut = self.low_cut.cut(dry, at);
        for (line, sound) in self.pre_delay.iter_mut().zip(&mut cut) {
            line.write(sound);
            line.read(CHUNK + frames.min(LONGEST_PRE_DELAY - CHUNK), sound);
        }
        cut
    }
}

#[cfg(test)]
mod tests;
