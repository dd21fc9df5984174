//! Hits to note messages, each at its frame.

use std::collections::VecDeque;

use crate::{
    music::bar::{Hit, Voice},
    sound::timeline::Span,
};

/// What a synthesizer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // As in MIDI.
pub enum Message {
    NoteOff { pitch: u8 },
    NoteOn { pitch: u8, velocity: u8 },
    Control { controller: u8, value: u8 },
}

/// Controllers of MIDI 1.0 that we use.
mod controller {
    pub const VOLUME: u8 = 7;
    pub const PAN: u8 = 10;
    pub const REVERB: u8 = 91;
    pub const CHORUS: u8 = 93;
}

/// What sets a part's place in the stereo image.
///
/// Volume is open and the sends within the synthesizer are closed: the mix has its own faders, and
/// one chorus and one reverb for all parts.
pub fn place(voice: &Voice) -> [Message; 4] {
    let pan = (64.0 + 63.0 * voice.pan.clamp(-1.0, 1.0)).round() as u8;
    [
        Message::Control { controller: controller::VOLUME, value: 127 },
        Message::Control { controller: controller::PAN, value: pan },
        Message::Control { controller: controller::REVERB, value: 0 },
        Message::Control { controller: controller::CHORUS, value: 0 },
    ]
}

/// What one part has yet to play.
#[derive(Debug, Default)]
pub struct Score {
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

impl Score {
    /// Adds the hits of a bar. A hit may reach beyond it: the note goes on until its own end or
    /// until its pitch is hit again.
    pub fn add(&mut self, hits: &[Hit], bar: &Span) {
        self.waiting.extend(hits.iter().map(|hit| TimedNote {
            start: bar.frame_at(hit.start_step),
            end: bar.frame_at(hit.start_step + hit.n_steps),
            pitch: hit.pitch,
            velocity: hit.velocity,
        }));
        // A late hit of the bar before may come after an early one of this bar.
        self.waiting.make_contiguous().sort_by_key(|note| note.start);
    }

    /// Tells what happens before frame `until` and has not been told.
    ///
    /// Notes end before others begin. A note lasts at least until the next call, and a pitch that
    /// still sounds ends before it begins again.
    pub fn play(&mut self, until: u64, mut tell: impl FnMut(Message)) {
        self.held.retain(|note| {
            let goes_on = until <= note.end;
            if !goes_on {
                tell(Message::NoteOff { pitch: note.pitch });
            }
            goes_on
        });
        while let Some(note) = self.waiting.pop_front_if(|note| note.start < until) {
            if let Some(index) = self.held.iter().position(|held| held.pitch == note.pitch) {
                self.held.swap_remove(index);
                tell(Message::NoteOff { pitch: note.pitch });
            }
            tell(Message::NoteOn { pitch: note.pitch, velocity: note.velocity });
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

    /// What is told frame by frame, of bars at 120 bpm, where a step is 5512.5 frames.
    fn told(bars: &[&[Hit]], n_frames: u64) -> Vec<(u64, Message)> {
        let mut timeline = Timeline::default();
        let mut score = Score::default();
        for hits in bars {
            score.add(hits, &timeline.lay(Bpm::DEFAULT, 0));
        }
        let mut told = Vec::new();
        for frame in 0..n_frames {
            score.play(frame + 1, |message| told.push((frame, message)));
        }
        told
    }

    fn on(pitch: u8) -> Message {
        Message::NoteOn { pitch, velocity: 100 }
    }

    fn off(pitch: u8) -> Message {
        Message::NoteOff { pitch }
    }

    #[test]
    fn notes_end_before_others_begin() {
        let told = told(&[&[hit(0.0, 2.0, 60), hit(2.0, 2.0, 62)]], 30_000);
        assert_eq!(told, [(0, on(60)), (11_025, off(60)), (11_025, on(62)), (22_050, off(62))]);
    }

    #[test]
    fn a_note_held_over_the_bar_line_goes_on() {
        let told = told(&[&[hit(14.0, 4.0, 60)], &[hit(4.0, 1.0, 62)]], 120_000);
        assert_eq!(told[0], (77_175, on(60)));
        assert_eq!(told[1], (88_200 + 11_025, off(60)));
    }

    #[test]
    fn a_drum_that_still_sounds_is_hit_again() {
        let told = told(&[&[hit(0.0, 4.0, 36), hit(2.0, 1.0, 36)]], 40_000);
        // The end of the first note is forgotten: it must not cut the second.
        assert_eq!(told, [(0, on(36)), (11_025, off(36)), (11_025, on(36)), (16_538, off(36))]);
    }

    #[test]
    fn a_late_hit_and_the_next_bars_first_come_in_order() {
        let told = told(&[&[hit(16.5, 1.0, 38)], &[hit(0.0, 1.0, 36)]], 92_000);
        assert_eq!(told[..2], [(88_200, on(36)), (90_956, on(38))]);
    }

    #[test]
    fn the_shortest_note_sounds() {
        assert_eq!(told(&[&[hit(1.0, 0.0, 60)]], 10_000), [(5513, on(60)), (5514, off(60))]);
    }
}
