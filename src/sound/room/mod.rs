//! The room of a station: pre-delay, diffusion, and a network of delays.
//!
//! ```text
//! send -> low cut -> pre-delay -> all-passes -> network of 16 lines -> return
//! ```
//!
//! A room without input costs nothing once its tail has ended. A new decay time is reached within seconds,
//! without a click; a room of another kind, or with another pre-delay, follows after the old one has faded
//! out.

mod absorption;
mod allpass;
mod line;
mod low_cut;
mod network;
mod shape;
mod space;
mod spring;
pub mod tank;

use crate::{
    music::room::Room,
    sound::{
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        room::space::Space,
    },
    units::SAMPLE_RATE,
};

/// Maximum change of a decay time in a block, as a factor: twofold in 0.6 s.
const GLIDE: f64 = 1.03;

/// Blocks over which a room fades out before it is rebuilt: 0.3 s.
const FADE_BLOCKS: usize = 12;

/// Decays of 60 dB until the tail is silent: to -100 dB.
const N_DECAYS: f64 = 1.7;

/// Adds the response only; the dry signal is already in the mix.
pub struct RoomReverb {
    wanted: Room,
    space: Space,
    level: Ramp,
    /// Blocks until the tail is inaudible; silent input costs nothing after that.
    n_blocks_left: usize,
    /// Blocks left of the fade.
    n_fade_left: usize,
    response: Block,
}

impl RoomReverb {
    /// A silent room.
    pub fn new(room: Room) -> Self {
        let space = Space::new(room);
        Self {
            wanted: room,
            level: Ramp::at_rest(space.level()),
            space,
            n_blocks_left: 0,
            n_fade_left: 0,
            response: Block::SILENCE,
        }
    }

    /// Sets the target room.
    pub fn set(&mut self, room: Room) {
        self.wanted = room;
    }

    /// Adds the reverb of `dry` to `wet`.
    pub fn process(&mut self, dry: &Block, wet: &mut Block) {
        let room = self.space.room();
        if dry.peak() != 0.0 {
            let longest = room.t60_seconds.max(self.wanted.t60_seconds);
            let seconds = N_DECAYS * longest + room.pre_delay_ms / 1000.0;
            let frames = seconds * f64::from(SAMPLE_RATE);
            self.n_blocks_left = (frames / FRAMES_PER_MP3_FRAME as f64) as usize + 2;
        }
        if self.n_blocks_left == 0 {
            if room != self.wanted {
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
            self.space.respond(&dry, &mut self.response);
        } else {
            self.space.respond(dry, &mut self.response);
        }
        wet.add(&self.response, self.level);
        self.level.arrive();
    }

    /// Starts the wanted room, silent.
    fn rebuild(&mut self) {
        self.space = Space::new(self.wanted);
        self.level = Ramp::at_rest(self.space.level());
        self.n_fade_left = 0;
    }

    /// One block closer to the wanted room. Returns whether the room was replaced.
    fn approach(&mut self) -> bool {
        let (room, wanted) = (self.space.room(), self.wanted);
        if (room.kind, room.pre_delay_ms) == (wanted.kind, wanted.pre_delay_ms) {
            self.glide(room);
            return false;
        }
        match self.n_fade_left {
            0 => self.n_fade_left = FADE_BLOCKS,
            1 => {
                self.rebuild();
                return true;
            }
            _ => self.n_fade_left -= 1,
        }
        let level = self.space.level() * (self.n_fade_left - 1) as f32 / FADE_BLOCKS as f32;
        self.level.move_to(level);
        false
    }

    fn glide(&mut self, room: Room) {
        let Room { t60_seconds, damping, .. } = self.wanted;
        if (room.t60_seconds, room.damping) == (t60_seconds, damping) && self.n_fade_left == 0 {
            return;
        }
        self.n_fade_left = 0;
        let step = |from: f64, to: f64| to.clamp(from / GLIDE, from * GLIDE);
        let lasting = 1.0 - room.damping;
        let damping = damping.clamp(1.0 - lasting * GLIDE, 1.0 - lasting / GLIDE);
        self.space.set_decay(step(room.t60_seconds, t60_seconds), damping);
        self.level.move_to(self.space.level());
    }
}

#[cfg(test)]
mod tests;
