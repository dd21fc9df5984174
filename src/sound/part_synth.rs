//! The synthesizer of one part and its pending notes.

use std::sync::Arc;

use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::{
    music::bar::{Hit, Part, Voice},
    sound::{
        Error,
        events::{Message, NoteQueue, position},
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        preset::{self, Preset},
        preset_level::Trims,
        sweep::Sweep,
        timeline::Span,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// Frames that the synthesizer renders at once; it processes messages only in between.
///
/// A message is applied at the nearest boundary, so a hit sounds within 32 frames (0.7 ms) of its
/// time.
const SYNTH_BLOCK: usize = 64;

/// Maximum polyphony, the most that rustysynth supports: layered pads that decay under the next
/// chord need more than a hundred voices, and stealing a sounding voice clicks.
const POLYPHONY: usize = 256;

/// Headroom: a dense bar of three parts at 0 dB peaks a few dB below full scale.
const HEADROOM: Decibels = Decibels(-6.0);

/// The only synthesizer channel in use. Bank 128 selects kits on any channel.
const CHANNEL: i32 = 0;

/// MIDI status bytes without the channel.
const NOTE_OFF: i32 = 0x80;
const NOTE_ON: i32 = 0x90;
const CONTROL: i32 = 0xb0;
const PROGRAM: i32 = 0xc0;
const BANK_SELECT: i32 = 0;

/// One part, from hits to audio.
pub(super) struct PartSynth {
    /// The part it plays.
    pub part: Part,
    font: Arc<SoundFont>,
    synth: Synthesizer,
    notes: NoteQueue,
    preset: Option<Preset>, // as requested
    missed: Vec<Preset>,
    trims: Trims,
    /// Brings the preset to the loudness that the mix reckons with.
    trim: Ramp,
    gain: Ramp,
    sweep: Sweep,
    /// How far the filter follows a bar's opening, 0 to 1.
    follows: f64,
    /// Ducking under a kick.
    pub duck: Decibels,
    /// Send to the reverb, 0 to 1.
    pub reverb: Ramp,
    /// Send to the chorus, 0 to 1.
    pub chorus: Ramp,
    /// Send to the echo, 0 to 1.
    pub echo: Ramp,
    /// The last rendered block, at its level in the mix.
    pub stem: Block,
}

impl PartSynth {
    pub fn new(
        font: &Arc<SoundFont>,
        part: Part,
        voice: &Voice,
        trims: Trims,
    ) -> Result<Self, Error> {
        let mut settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
        settings.block_size = SYNTH_BLOCK;
        settings.enable_reverb_and_chorus = false;
        settings.maximum_polyphony = POLYPHONY;
        let mut synth = Synthesizer::new(font, &settings)?;
        synth.set_master_volume(HEADROOM.ratio() as f32);
        let mut part_synth = Self {
            part,
            font: font.clone(),
            synth,
            notes: NoteQueue::default(),
            preset: None,
            missed: Vec::new(),
            trims,
            trim: Ramp::at_rest(1.0),
            gain: Ramp::at_rest(voice.gain.ratio() as f32),
            sweep: Sweep::new(),
            follows: voice.sweep,
            duck: voice.duck,
            reverb: Ramp::at_rest(voice.reverb as f32),
            chorus: Ramp::at_rest(voice.chorus as f32),
            echo: Ramp::at_rest(voice.echo as f32),
            stem: Block::SILENCE,
        };
        part_synth.set_voice(voice);
        part_synth.trim.arrive();
        Ok(part_synth)
    }

    /// Sets the voice. Levels and sends ramp over the next block; sounding notes keep their
    /// instrument.
    pub fn set_voice(&mut self, voice: &Voice) {
        self.choose(Preset::of(voice));
        let trim = self.trim_of(voice);
        self.trim.move_to(trim);
        for message in position(voice) {
            send(&mut self.synth, message);
        }
        self.gain.move_to(voice.gain.ratio() as f32);
        self.reverb.move_to(voice.reverb as f32);
        self.chorus.move_to(voice.chorus as f32);
        self.echo.move_to(voice.echo as f32);
        (self.follows, self.duck) = (voice.sweep, voice.duck);
    }

    /// Measures the preset of `voice` if it was not heard yet, ahead of the bar that needs it.
    pub fn prepare(&mut self, voice: &Voice) {
        self.trim_of(voice);
    }

    fn trim_of(&mut self, voice: &Voice) -> f32 {
        self.trims.of(&self.font, Preset::of(voice), self.part).ratio() as f32
    }

    pub fn add(&mut self, hits: &[Hit], bar: &Span) {
        self.notes.add(hits, bar);
    }

    /// Renders the block that starts at `frame`, a multiple of 1152, into [`Self::stem`]; `opening`
    /// is the bar's filter opening.
    pub fn render(&mut self, frame: u64, opening: f64) {
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(SYNTH_BLOCK) {
            let next = at + SYNTH_BLOCK;
            let synth = &mut self.synth;
            let boundary = frame + (at + SYNTH_BLOCK / 2) as u64;
            self.notes.emit_until(boundary, |message| send(synth, message));
            synth.render(&mut self.stem.left[at..next], &mut self.stem.right[at..next]);
        }
        self.stem.scale(self.trim);
        self.trim.arrive();
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
                "the SoundFont lacks bank {}, program {}; playing bank {}, program {} instead",
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
