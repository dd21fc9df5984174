//! One part's synthesizer and what it has yet to play.

use std::sync::Arc;

use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::{
    music::bar::{Hit, Part, Voice},
    sound::{
        Error,
        events::{Message, Score, place},
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        preset::{self, Preset},
        sweep::Sweep,
        timeline::Span,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// Frames that the synthesizer renders at once; it hears messages only between.
///
/// A message goes to the nearest edge, so a hit sounds within 32 frames (0.7 ms) of its place.
const SYNTH_BLOCK: usize = 64;

/// Voices at once, the most that rustysynth has: pads of several layers that die away under the next
/// chord need more than a hundred, and a voice that is taken from a sounding note clicks.
const POLYPHONY: usize = 256;

/// At 0 dB in the mix, a dense bar of three parts peaks a few dB below full scale.
const HEADROOM: Decibels = Decibels(-6.0);

/// The synthesizer's only channel that we use. Bank 128 reaches the kits on any channel.
const CHANNEL: i32 = 0;

/// MIDI status bytes without their channel.
const NOTE_OFF: i32 = 0x80;
const NOTE_ON: i32 = 0x90;
const CONTROL: i32 = 0xb0;
const PROGRAM: i32 = 0xc0;
const BANK_SELECT: i32 = 0;

/// One part, from hits to sound.
pub(super) struct Player {
    part: Part,
    synth: Synthesizer,
    score: Score,
    preset: Option<Preset>, // as wanted
    missed: Vec<Preset>,
    gain: Ramp,
    sweep: Sweep,
    /// How much of a bar's opening the filter follows, 0 to 1.
    follows: f64,
    /// How far it steps back under a kick.
    pub duck: Decibels,
    /// Share of the stem that goes to the reverb.
    pub reverb: Ramp,
    /// Share of the stem that goes to the chorus.
    pub chorus: Ramp,
    /// Share of the stem that goes to the echo.
    pub echo: Ramp,
    /// What it played last, at its level in the mix.
    pub stem: Block,
}

impl Player {
    pub fn new(font: &Arc<SoundFont>, part: Part, voice: &Voice) -> Result<Self, Error> {
        let mut settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
        settings.block_size = SYNTH_BLOCK;
        settings.enable_reverb_and_chorus = false;
        settings.maximum_polyphony = POLYPHONY;
        let mut synth = Synthesizer::new(font, &settings)?;
        synth.set_master_volume(HEADROOM.ratio() as f32);
        let mut player = Self {
            part,
            synth,
            score: Score::default(),
            preset: None,
            missed: Vec::new(),
            gain: Ramp::at_rest(voice.gain.ratio() as f32),
            sweep: Sweep::new(),
            follows: voice.sweep,
            duck: voice.duck,
            reverb: Ramp::at_rest(voice.reverb as f32),
            chorus: Ramp::at_rest(voice.chorus as f32),
            echo: Ramp::at_rest(voice.echo as f32),
            stem: Block::SILENCE,
        };
        player.set_voice(voice);
        Ok(player)
    }

    /// Level and sends move over the next block; notes that sound keep their instrument.
    pub fn set_voice(&mut self, voice: &Voice) {
        self.choose(Preset::of(voice));
        for message in place(voice) {
            send(&mut self.synth, message);
        }
        self.gain.move_to(voice.gain.ratio() as f32);
        self.reverb.move_to(voice.reverb as f32);
        self.chorus.move_to(voice.chorus as f32);
        self.echo.move_to(voice.echo as f32);
        (self.follows, self.duck) = (voice.sweep, voice.duck);
    }

    pub fn add(&mut self, hits: &[Hit], bar: &Span) {
        self.score.add(hits, bar);
    }

    /// Plays a block that begins at `frame`, a multiple of 1152, into [`Self::stem`], through a filter
    /// that is open as far as `opening` and the voice say.
    pub fn render(&mut self, frame: u64, opening: f64) {
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(SYNTH_BLOCK) {
            let next = at + SYNTH_BLOCK;
            let synth = &mut self.synth;
            let nearest_before = frame + (at + SYNTH_BLOCK / 2) as u64;
            self.score.play(nearest_before, |message| send(synth, message));
            synth.render(&mut self.stem.left[at..next], &mut self.stem.right[at..next]);
        }
        self.stem.scale(self.gain);
        self.gain.arrive();
        let openness = 1.0 - self.follows * (1.0 - opening);
        self.sweep.process(&mut self.stem, openness as f32);
    }

    fn choose(&mut self, wanted: Preset) {
        if self.preset == Some(wanted) {
            return;
        }
        self.preset = Some(wanted);
        let found = preset::nearest(self.synth.get_sound_font(), wanted);
        if found != wanted && !self.missed.contains(&wanted) {
            self.missed.push(wanted);
            tracing::warn!(
                part = self.part.name(),
                "the SoundFont has no bank {}, program {}: playing bank {}, program {}",
                wanted.bank,
                wanted.program,
                found.bank,
                found.program,
            );
        }
        self.synth.process_midi_message(CHANNEL, CONTROL, BANK_SELECT, found.bank);
        self.synth.process_midi_message(CHANNEL, PROGRAM, found.program, 0);
    }
}

fn send(synth: &mut Synthesizer, message: Message) {
    let (status, first, second) = match message {
        Message::NoteOff { pitch } => (NOTE_OFF, pitch, 0),
        Message::NoteOn { pitch, velocity } => (NOTE_ON, pitch, velocity),
        Message::Control { controller, value } => (CONTROL, controller, value),
    };
    synth.process_midi_message(CHANNEL, status, first.into(), second.into());
}
