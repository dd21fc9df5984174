//! The signal path of one room: pre-delay, then all-passes and network, or springs.

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

/// The longest pre-delay.
const MOST_PRE_DELAY_SECONDS: f64 = 0.2;

/// Level of the response to steady noise, measured by a test.
const LEVEL: f32 = 1.25;

/// The filters and delays of a room, as long as the room needs.
pub(super) struct Space {
    room: Room,
    low_cut: LowCut,
    pre_delay: [Line; 2],
    /// Pre-delay in frames, plus a chunk.
    pre_delay_frames: usize,
    reflections: Reflections,
}

/// The reverb after the pre-delay.
enum Reflections {
    /// Walls: all-passes, then the network.
    Walls { diffusers: Box<[[Allpass; N_DIFFUSERS]; 2]>, network: Box<Network> },
    /// Springs.
    Springs(Box<Springs>),
}

impl Reflections {
    fn of(room: Room) -> Self {
        if room.kind == RoomKind::Spring {
            let mut springs = Springs::new();
            springs.set(room.t60_seconds);
            return Self::Springs(springs.into());
        }
        let shape = Shape::of(room.kind);
        let diffuser = |n_frames| Allpass::new(n_frames, shape.diffusion);
        Self::Walls {
            diffusers: shape.diffusers.map(|lengths| lengths.map(diffuser)).into(),
            network: Network::new(shape, decay(room)).into(),
        }
    }

    fn step(&mut self, mut sound: Chunk) -> Chunk {
        match self {
            Self::Walls { diffusers, network } => {
                for (channel, diffusers) in sound.iter_mut().zip(&mut **diffusers) {
                    for diffuser in diffusers {
                        diffuser.process(channel);
                    }
                }
                network.step(&sound)
            }
            Self::Springs(springs) => springs.step(&sound),
        }
    }
}

impl Space {
    /// The filters of `room`, silent.
    pub fn new(room: Room) -> Self {
        let seconds = (room.pre_delay_ms / 1000.0).clamp(0.0, MOST_PRE_DELAY_SECONDS);
        let frames = CHUNK + (seconds * f64::from(SAMPLE_RATE)) as usize;
        Self {
            room,
            low_cut: LowCut::default(),
            pre_delay: std::array::from_fn(|_| Line::new(frames)),
            pre_delay_frames: frames,
            reflections: Reflections::of(room),
        }
    }

    /// The settings of the room.
    pub fn room(&self) -> Room {
        self.room
    }

    /// Sets the decay, which is reached over a block.
    pub fn set_decay(&mut self, t60_seconds: f64, damping: f64) {
        self.room = Room { t60_seconds, damping, ..self.room };
        match &mut self.reflections {
            Reflections::Walls { network, .. } => network.set(decay(self.room)),
            Reflections::Springs(springs) => springs.set(t60_seconds),
        }
    }

    /// The gain at which steady noise returns at about its own level.
    pub fn level(&self) -> f32 {
        if self.room.kind == RoomKind::Spring {
            return 1.0;
        }
        let decay = decay(self.room);
        let kept = Shape::of(self.room.kind).lines.iter().map(|n| {
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
            let [left, right] = self.reflections.step(sound);
            response.left[at..at + CHUNK].copy_from_slice(&left);
            response.right[at..at + CHUNK].copy_from_slice(&right);
        }
    }

    /// The chunk of `dry` at `at` without lows, after the pre-delay.
    fn delayed(&mut self, dry: &Block, at: usize) -> Chunk {
        let mut cut = self.low_cut.cut(dry, at);
        for (line, sound) in self.pre_delay.iter_mut().zip(&mut cut) {
            line.write(sound);
            line.read(self.pre_delay_frames, sound);
        }
        cut
    }
}

fn decay(room: Room) -> Decay {
    let Room { t60_seconds, damping, .. } = room;
    Decay { mid_seconds: t60_seconds, high_seconds: t60_seconds * (1.0 - damping) }
}
