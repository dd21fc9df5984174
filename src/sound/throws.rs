//! Throws: parts sent to the effects for a moment, from one frame to another.

use std::{collections::VecDeque, ops::Range};

use crate::{
    music::bar::{Part, Throw},
    sound::{
        frame::{Block, FRAMES_PER_MP3_FRAME},
        timeline::Span,
    },
};

/// Frames of the fades at both ends, 3 and 12 ms: too short to hear, long enough not to click.
const ATTACK: f32 = 128.0;
const RELEASE: f32 = 512.0;

/// Throws kept without allocating: more than two bars have.
const CAPACITY: usize = 64;

/// Throws that are not over.
pub struct Throws {
    pending: VecDeque<Thrown>,
}

#[derive(Clone)]
struct Thrown {
    part: Part,
    frames: Range<u64>,
    amount: f32,
}

impl Thrown {
    /// The send at `frame`, 0 outside the throw.
    fn at(&self, frame: u64) -> f32 {
        let since = frame.saturating_sub(self.frames.start) as f32 / ATTACK;
        let left = self.frames.end.saturating_sub(frame) as f32 / RELEASE;
        self.amount * since.min(left).min(1.0)
    }
}

impl Throws {
    /// Empty.
    pub fn new() -> Self {
        Self { pending: VecDeque::with_capacity(CAPACITY) }
    }

    /// Adds the throws of a bar.
    pub fn add(&mut self, throws: &[Throw], bar: &Span) {
        self.pending.extend(throws.iter().map(|throw| {
            let [start, end] = throw.steps.map(|step| bar.frame_at(step.max(0.0)));
            let amount = throw.amount.clamp(0.0, 1.0) as f32;
            Thrown { part: throw.part, frames: start..end, amount }
        }));
    }

    /// Sends the thrown sound of `stem`, the block of `part` that starts at `frame`.
    pub fn send(&self, part: Part, stem: &Block, frame: u64, send: &mut Block) {
        let end = frame + FRAMES_PER_MP3_FRAME as u64;
        let sounds = |thrown: &&Thrown| {
            thrown.part == part && thrown.frames.start < end && frame < thrown.frames.end
        };
        for thrown in self.pending.iter().filter(sounds) {
            for n in 0..FRAMES_PER_MP3_FRAME {
                let gain = thrown.at(frame + n as u64);
                send.left[n] += gain * stem.left[n];
                send.right[n] += gain * stem.right[n];
            }
        }
    }

    /// Drops the throws that end before `frame`.
    pub fn advance(&mut self, frame: u64) {
        self.pending.retain(|thrown| frame < thrown.frames.end);
    }
}

impl Default for Throws {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sound::timeline::Timeline, units::Bpm};

    #[test]
    fn a_part_is_sent_from_step_to_step_and_no_other_part_is() {
        let mut throws = Throws::new();
        let span = Timeline::default().lay(Bpm::DEFAULT, 0);
        throws.add(&[Throw { part: Part::Lead, steps: [2.0, 4.0], amount: 0.5 }], &span);
        let ones = Block { left: [1.0; 1152], right: [1.0; 1152] };
        let sent = |part: Part| -> Vec<f32> {
            let blocks = (0..30).map(|n| {
                let mut send = Block::SILENCE;
                throws.send(part, &ones, n * 1152, &mut send);
                send.left
            });
            blocks.flatten().collect()
        };

        let lead = sent(Part::Lead);
        let [start, end] = [2.0, 4.0].map(|step| span.frame_at(step) as usize);
        assert!(lead[..start].iter().chain(&lead[end..]).all(|x| *x == 0.0));
        assert!(lead[start + 128..end - 512].iter().all(|x| *x == 0.5));
        assert!(lead.windows(2).all(|w| (w[1] - w[0]).abs() < 0.005));
        assert!(sent(Part::Chords).iter().all(|x| *x == 0.0));

        throws.advance(end as u64);
        assert!(throws.pending.is_empty());
    }
}
