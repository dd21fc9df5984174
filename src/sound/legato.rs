//! One note at a time: where notes overlap, the sounding one slides to the next.

use crate::{
    sound::events::{Message, SYNTH_BLOCK},
    units::SAMPLE_RATE,
};

/// Semitones that a note can slide up or down from where it was struck.
pub const BEND_RANGE: u8 = 24;

/// Channels that notes alternate between, so that a bend does not affect the release of the last note.
pub const CHANNELS: [i32; 2] = [0, 1];

/// Values of a pitch bend to either side.
const HALF_BEND: f32 = 8192.0;

/// A slide is exponential: its duration is three time constants, after which it has covered 95 %.
const TIME_CONSTANTS: f32 = 3.0;

/// A message to the synthesizer and its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The MIDI messages of these names.
pub enum Action {
    NoteOff {
        channel: i32,
        pitch: u8,
    },
    NoteOn {
        channel: i32,
        pitch: u8,
        velocity: u8,
    },
    /// From 0, `BEND_RANGE` down, to 16383.
    Bend {
        channel: i32,
        value: u16,
    },
}

/// The sounding note of a monophonic part.
#[derive(Debug, Default)]
pub struct Legato {
    /// The pitch that sounds, or the target of the slide.
    pitch: Option<u8>,
    /// The pitch of the note-on.
    struck: u8,
    /// Number of the channel in [`CHANNELS`].
    channel: usize,
    /// The current and the target bend in semitones.
    bend: f32,
    aim: f32,
}

impl Legato {
    /// Follows `message`; control messages are ignored. Returns the velocity if a note is struck.
    pub fn follow(&mut self, message: Message, mut act: impl FnMut(Action)) -> Option<u8> {
        match message {
            Message::NoteOn { pitch, velocity } => {
                let reach = pitch.abs_diff(self.struck) <= BEND_RANGE;
                if self.pitch.is_some() && reach {
                    self.pitch = Some(pitch);
                    self.aim = f32::from(pitch) - f32::from(self.struck);
                    return None;
                }
                self.release(&mut act);
                self.channel = (self.channel + 1) % CHANNELS.len();
                (self.pitch, self.struck, self.bend, self.aim) = (Some(pitch), pitch, 0.0, 0.0);
                act(self.bent());
                act(Action::NoteOn { channel: CHANNELS[self.channel], pitch, velocity });
                Some(velocity)
            }
            // A slide has already left other pitches.
            Message::NoteOff { pitch } if self.pitch == Some(pitch) => {
                self.release(&mut act);
                None
            }
            _ => None,
        }
    }

    /// Ends the sounding note.
    pub fn release(&mut self, mut act: impl FnMut(Action)) {
        if self.pitch.take().is_some() {
            act(Action::NoteOff { channel: CHANNELS[self.channel], pitch: self.struck });
        }
    }

    /// Advances the slide by the 64 frames that the synthesizer renders next.
    pub fn glide(&mut self, slide_seconds: f64, mut act: impl FnMut(Action)) {
        // A thousandth of a semitone is inaudible.
        if (self.aim - self.bend).abs() < 1e-3 {
            return;
        }
        let constant = slide_seconds as f32 / TIME_CONSTANTS * SAMPLE_RATE as f32;
        let share = 1.0 - libm::expf(-(SYNTH_BLOCK as f32) / constant);
        self.bend += share * (self.aim - self.bend);
        act(self.bent());
    }

    fn bent(&self) -> Action {
        let value = HALF_BEND * (1.0 + self.bend / f32::from(BEND_RANGE));
        let value = libm::roundf(value.clamp(0.0, 2.0 * HALF_BEND - 1.0)) as u16;
        Action::Bend { channel: CHANNELS[self.channel], value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(pitch: u8) -> Message {
        Message::NoteOn { pitch, velocity: 90 }
    }

    fn follow(legato: &mut Legato, message: Message) -> (Vec<Action>, bool) {
        let mut actions = Vec::new();
        let struck = legato.follow(message, |action| actions.push(action));
        (actions, struck.is_some())
    }

    #[test]
    fn an_overlapping_note_slides_and_strikes_nothing() {
        let mut legato = Legato::default();
        let (actions, is_struck) = follow(&mut legato, on(40));
        assert!(is_struck);
        assert!(matches!(actions[..], [Action::Bend { value: 8192, .. }, Action::NoteOn { .. }]));

        assert_eq!(follow(&mut legato, on(52)), (vec![], false));
        assert_eq!(follow(&mut legato, Message::NoteOff { pitch: 40 }), (vec![], false));
        let mut bends = Vec::new();
        for _ in 0..60 {
            legato.glide(0.06, |action| bends.push(action));
        }
        let value = |action: &Action| match action {
            Action::Bend { value, .. } => *value,
            _ => panic!("{action:?}"),
        };
        // 42 of 1.5 ms are 60 ms; an octave is a half of the range.
        assert!((value(&bends[41]) as i32 - 8192 - 4096).abs() < 250, "{:?}", bends[41]);
        assert!(bends.windows(2).all(|pair| value(&pair[0]) <= value(&pair[1])));

        // Releases the struck key.
        let (actions, _) = follow(&mut legato, Message::NoteOff { pitch: 52 });
        assert!(matches!(actions[..], [Action::NoteOff { pitch: 40, .. }]));
    }

    #[test]
    fn notes_apart_are_struck_on_other_channels() {
        let mut legato = Legato::default();
        let mut channels = Vec::new();
        for pitch in [40, 43, 40] {
            for action in follow(&mut legato, on(pitch)).0 {
                if let Action::NoteOn { channel, .. } = action {
                    channels.push(channel);
                }
            }
            follow(&mut legato, Message::NoteOff { pitch });
        }
        assert_eq!(channels, [1, 0, 1]);
    }

    #[test]
    fn a_note_out_of_reach_is_struck() {
        let mut legato = Legato::default();
        follow(&mut legato, on(30));
        let (actions, is_struck) = follow(&mut legato, on(60));
        assert!(is_struck);
        assert!(matches!(actions[0], Action::NoteOff { pitch: 30, .. }));
    }
}
