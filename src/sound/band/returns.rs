//! The shared effects: their sends and returns.

use crate::{
    music::{
        bar::{Bar, Mix, Part},
        room::Room,
    },
    sound::{
        chorus::Chorus,
        echo::Echo,
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        part_synth::PartSynth,
        room::{RoomReverb, tank::Tank},
        throws::Throws,
        timeline::Span,
        transition::Transitions,
    },
};

/// Send of the transitions to the reverb.
const TRANSITION_REVERB: f32 = 0.3;

/// The shared effects and the sum of their returns.
pub(super) struct Returns {
    room: RoomReverb,
    tank: Tank,
    chorus: Chorus,
    echo: Echo,
    throws: Throws,
    transitions: Transitions,
    sends: Sends,
    sum: Block,
}

/// Sends to the effects in one block.
struct Sends {
    room: Block,
    chorus: Block,
    echo: Block,
    tank: Block,
}

impl Sends {
    const NONE: Self = Self {
        room: Block::SILENCE,
        chorus: Block::SILENCE,
        echo: Block::SILENCE,
        tank: Block::SILENCE,
    };
}

impl Returns {
    /// Silent effects in this room.
    pub fn new(room: Room) -> Self {
        Self {
            room: RoomReverb::new(room),
            tank: Tank::new(),
            chorus: Chorus::new(),
            echo: Echo::new(),
            throws: Throws::new(),
            transitions: Transitions::new(),
            sends: Sends::NONE,
            sum: Block::SILENCE,
        }
    }

    /// Adds the throws and the transition of a bar.
    pub fn add(&mut self, bar: &Bar, span: &Span) {
        self.throws.add(&bar.throws, span);
        self.transitions.add(span.frames(), bar.transition);
    }

    /// Sets room and echo to those of `mix`.
    pub fn set(&mut self, mix: &Mix, step_seconds: f64) {
        self.room.set(mix.room);
        self.echo.set(mix.echo_steps * step_seconds, mix.echo_feedback);
    }

    /// Starts a block with silent sends.
    pub fn start_block(&mut self) {
        self.sends = Sends::NONE;
    }

    /// Sends the stem of `part`, the block that starts at `frame`, at its send levels and by throws.
    pub fn send(&mut self, part: &mut PartSynth, frame: u64) {
        let Sends { room, chorus, echo, tank } = &mut self.sends;
        for (send, share) in [
            (&mut *room, &mut part.reverb),
            (&mut *chorus, &mut part.chorus),
            (&mut *echo, &mut part.echo),
        ] {
            send.add(&part.stem, *share);
            share.arrive();
        }
        // Throws of drums go to the spring tank, others to the room.
        let space = if part.part == Part::Drums { tank } else { room };
        for send in [space, echo] {
            self.throws.send(part.part, &part.stem, frame, send);
        }
    }

    /// Renders the return of the block that starts at `frame`, transitions included.
    pub fn render(&mut self, frame: u64) -> &Block {
        self.throws.advance(frame + FRAMES_PER_MP3_FRAME as u64);
        self.sum = Block::SILENCE;
        if let Some(transition) = self.transitions.render(frame) {
            self.sum.add(transition, Ramp::UNITY);
            self.sends.room.add(transition, Ramp::at_rest(TRANSITION_REVERB));
        }
        self.chorus.process(&self.sends.chorus, &mut self.sum);
        self.echo.process(&self.sends.echo, &mut self.sum);
        self.room.process(&self.sends.room, &mut self.sum);
        self.tank.process(&self.sends.tank, &mut self.sum);
        &self.sum
    }

    /// The last return.
    pub fn last(&self) -> &Block {
        &self.sum
    }
}
