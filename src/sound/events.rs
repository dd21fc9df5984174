//! Hits to note messages with their frames.

use std::collections::VecDeque;

use crate::{
    music::bar::{Hit, Voice},
    sound::timeline::Span,
};

/// Frames that the synthesizer renders at once; it processes messages only in between.
///
/// A message is applied at the nearest boundary, so a hit sounds within 32 frames (0.7 ms) of its
/// time.
pub const SYNTH_BLOCK: usize = 64;

/// A message to a synthesizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The MIDI messages of these names.
pub enum Message {
    NoteOff { pitch: u8 },
    NoteOn { pitch: u8, velocity: u8 },
    Control { controller: u8, value: u8 },
}

/// The MIDI 1.0 controllers in use.
mod controller {
    pub const VOLUME: u8 = 7;
    pub const PAN: u8 = 10;
    pub const REVERB: u8 = 91;
    pub const CHORUS: u8 = 93;
}

/// The controllers that set a part's position in the stereo image.
///
/// Volume is full and the synthesizer's own sends are closed: the mix has its own faders, and one
/// chorus and one reverb for all parts.
pub fn position(voice: &Voice) -> [Message; 4] {
    let pan = (64.0 + 63.0 * voice.pan.clamp(-1.0, 1.0)).round() as u8;
    [
        Message::Control { controller: controller::VOLUME, value: 127 },
        Message::Control { controller: controller::PAN, value: pan },
        Message::Control { controller: controller::REVERB, value: 0 },
        Message::Control { controller: controller::CHORUS, value: 0 },
    ]
}

/// The notes of a part that are pending or sounding.
#[derive(Debug, Default)]
pub struct NoteQueue {
    waiting: VecDeque<TimedNote>, // sorted by start
    held: Vec<TimedNote>,
}

#[derive(Debug, Clone, Copy)]
struct TimedNote {
    start: u64,
    end: u64,
    pitch: u8,
    velocity: u8,
}

impl NoteQueue {
    /// Adds the hits of a bar. A note may reach beyond the bar: it lasts until its end or until its
    /// pitch is hit again.
    pub fn add(&mut self, hits: &[Hit], bar: &Span) {
        self.waiting.extend(hits.iter().map(|hit| TimedNote {
            start: bar.frame_at(hit.start_step),
            end: bar.frame_at(hit.start_step + hit.n_steps),
            pitch: hit.pitch,
            velocity: hit.velocity,
        }));
        // A late hit of the previous bar may follow an early one of this bar.
        self.waiting.make_contiguous().sort_by_key(|note| note.start);
    }

    /// Emits the messages of all frames before `until` that have not been emitted yet.
    ///
    /// Note-offs precede note-ons. A note lasts at least until the next call, and a sounding pitch
    /// ends before it starts again.
    pub fn emit_until(&mut self, until: u64, mut emit: impl FnMut(Message)) {
        self.held.retain(|note| {
            let is_sounding = until <= note.end;
            if !is_sounding {
                emit(Message::NoteOff { pitch: note.pitch });
            }
            is_sounding
        });
        while let Some(note) = self.waiting.pop_front_if(|note| note.start < until) {
            if let Some(index) = self.held.iter().position(|held| held.pitch == note.pitch) {
                self.held.swap_remove(index);
                emit(Message::NoteOff { pitch: note.pitch });
            }
            emit(Message::NoteOn { pitch: note.pitch, velocity: note.velocity });
            self.held.push(note);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sound::timeline::Timeline, units::Bpm};

    fn hit(start_step: f32, n_steps: f32, pitch: u8) -> Hit {
        Hit { start_step, n_steps, pitch, velocity: 100 }
    }

    /// Messages by frame, for bars at 120 bpm, where a step is 5512.5 frames.
    fn emitted(bars: &[&[Hit]], n_frames: u64) -> Vec<(u64, Message)> {
        let mut timeline = Timeline::default();
        let mut queue = NoteQueue::default();
        for hits in bars {
            queue.add(hits, &timeline.lay(Bpm::DEFAULT, 0));
        }
        let mut emitted = Vec::new();
        for frame in 0..n_frames {
            queue.emit_until(frame + 1, |message| emitted.push((frame, message)));
        }
        emitted
    }

    fn on(pitch: u8) -> Message {
        Message::NoteOn { pitch, velocity: 100 }
    }

    fn off(pitch: u8) -> Message {
        Message::NoteOff { pitch }
    }

    #[test]
    fn notes_end_before_others_start() {
        let emitted = emitted(&[&[hit(0.0, 2.0, 60), hit(2.0, 2.0, 62)]], 30_000);
        assert_eq!(emitted, [(0, on(60)), (11_025, off(60)), (11_025, on(62)), (22_050, off(62))]);
    }

    #[test]
    fn a_note_held_over_the_bar_line_continues() {
        let emitted = emitted(&[&[hit(14.0, 4.0, 60)], &[hit(4.0, 1.0, 62)]], 120_000);
        assert_eq!(emitted[0], (77_175, on(60)));
        assert_eq!(emitted[1], (88_200 + 11_025, off(60)));
    }

    #[test]
    fn a_sounding_drum_is_cut_and_hit_again() {
        let emitted = emitted(&[&[hit(0.0, 4.0, 36), hit(2.0, 1.0, 36)]], 40_000);
        // The first note's end is dropped: it must not cut the second note.
        assert_eq!(emitted, [(0, on(36)), (11_025, off(36)), (11_025, on(36)), (16_538, off(36))]);
    }

    #[test]
    fn a_late_hit_and_the_first_of_the_next_bar_are_in_order() {
        let emitted = emitted(&[&[hit(16.5, 1.0, 38)], &[hit(0.0, 1.0, 36)]], 92_000);
        assert_eq!(emitted[..2], [(88_200, on(36)), (90_956, on(38))]);
    }

    #[test]
    fn the_shortest_note_is_audible() {
        assert_eq!(emitted(&[&[hit(1.0, 0.0, 60)]], 10_000), [(5513, on(60)), (5514, off(60))]);
    }
}
