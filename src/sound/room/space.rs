//! The sound of one room: what is sent, on its way through pre-delay, all-passes and network, or along
//! springs.

use crate::{
    music::room::{Room, RoomKind},
    sound::{
        frame::{Block, FRAMES_PER_MP3_FRAME},
        room::{
            absorption::Decay,
            allpass::Allpass,
            line::{CHUNK, Chunk, Line},
            low_cut::LowCut,
            network::Network,
            shape::{N_DIFFUSERS, N_LINES, Shape},
            spring::Springs,
        },
    },
    units::SAMPLE_RATE,
};

/// The longest pre-delay in frames: 0.2 s and a chunk.
const LONGEST_PRE_DELAY: usize = SAMPLE_RATE as usize / 5 + CHUNK;

/// Level of the response to steady noise, measured by a test.
const LEVEL: f32 = 1.25;

/// The filters and delays of a room.
pub(super) struct Space {
    room: Room,
    shape: &'static Shape,
    low_cut: LowCut,
    pre_delay: [Line; 2],
    diffusers: [[Allpass; N_DIFFUSERS]; 2],
    network: Network,
    springs: Springs,
}

impl Space {
    /// The filters of `room`, silent.
    pub fn new(room: Room) -> Self {
        let mut space = Self {
            room,
            shape: Shape::of(room.kind),
            low_cut: LowCut::default(),
            pre_delay: std::array::from_fn(|_| Line::new(LONGEST_PRE_DELAY)),
            diffusers: std::array::from_fn(|_| std::array::from_fn(|_| Allpass::new())),
            network: Network::new(),
            springs: Springs::new(),
        };
        space.rebuild(room);
        space
    }

    /// The settings of the room.
    pub fn room(&self) -> Room {
        self.room
    }

    /// Sets the filters for `room` and silences them.
    pub fn rebuild(&mut self, room: Room) {
        self.room = room;
        self.shape = Shape::of(room.kind);
        for (diffusers, lengths) in self.diffusers.iter_mut().zip(self.shape.diffusers) {
            for (diffuser, n_frames) in diffusers.iter_mut().zip(lengths) {
                diffuser.reset(n_frames, self.shape.diffusion);
            }
        }
        self.low_cut = LowCut::default();
        self.pre_delay.iter_mut().for_each(Line::clear);
        self.network.clear();
        self.springs.clear();
        self.set_decay(room.t60_seconds, room.damping);
        self.network.settle();
    }

    /// Sets the decay, which is reached over a block.
    pub fn set_decay(&mut self, t60_seconds: f64, damping: f64) {
        self.room = Room { t60_seconds, damping, ..self.room };
        self.network.set(self.shape, self.decay());
        self.springs.set(t60_seconds);
    }

    fn decay(&self) -> Decay {
        let Room { t60_seconds, damping, .. } = self.room;
        Decay { mid_seconds: t60_seconds, high_seconds: t60_seconds * (1.0 - damping) }
    }

    /// The gain at which steady noise returns at about its own level.
    pub fn level(&self) -> f32 {
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
    pub fn respond(&mut self, dry: &Block, response: &mut Block) {
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(CHUNK) {
            let sound = self.delayed(dry, at);
            let [left, right] = match self.room.kind {
                RoomKind::Spring => self.springs.step(&sound),
                _ => self.diffused(sound),
            };
            response.left[at..at + CHUNK].copy_from_slice(&left);
            response.right[at..at + CHUNK].copy_from_slice(&right);
        }
    }

    fn diffused(&mut self, mut sound: Chunk) -> Chunk {
        for (channel, diffusers) in sound.iter_mut().zip(&mut self.diffusers) {
            for diffuser in diffusers {
                diffuser.process(channel);
            }
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
