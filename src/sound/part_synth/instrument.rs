//! The synthesizer of a part and its pending notes.

use std::sync::Arc;

use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::{
    music::{
        bar::{Hit, Part, Voice},
        chain::Filter,
    },
    sound::{
        Error,
        bus::acid::{N_STRETCHES, Strikes},
        events::{Message, NoteQueue, SYNTH_BLOCK, position},
        frame::{Block, FRAMES_PER_MP3_FRAME},
        legato::{Action, BEND_RANGE, CHANNELS, Legato},
        preset::{self, Preset},
        timeline::Span,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// Maximum polyphony, the most that rustysynth supports: layered pads that decay under the next
/// chord need more than a hundred voices, and stealing a sounding voice clicks.
const POLYPHONY: usize = 256;

/// Headroom: a dense bar of three parts at 0 dB peaks a few dB below full scale.
const HEADROOM: Decibels = Decibels(-6.0);

/// The synthesizer channel of polyphonic parts. Bank 128 selects kits on any channel.
const CHANNEL: i32 = CHANNELS[0];

/// MIDI status bytes without the channel.
const NOTE_OFF: i32 = 0x80;
const NOTE_ON: i32 = 0x90;
const CONTROL: i32 = 0xb0;
const PROGRAM: i32 = 0xc0;
const BEND: i32 = 0xe0;

/// MIDI 1.0 controllers, and the values of three of them that set the range of pitch bends (registered
/// parameter 0).
const BANK_SELECT: i32 = 0;
const SET_BEND_RANGE: [(i32, i32); 3] = [(101, 0), (100, 0), (6, BEND_RANGE as i32)];

/// Plays the notes of one part with a preset of a SoundFont.
pub(super) struct Instrument {
    part: Part,
    synth: Synthesizer,
    notes: NoteQueue,
    /// The sounding note of a monophonic part.
    legato: Option<Legato>,
    slide_seconds: f64,
    preset: Option<Preset>, // as requested
    missed: Vec<Preset>,
}

impl Instrument {
    /// A silent instrument, without a preset.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn new(font: &Arc<SoundFont>, part: Part) -> Result<Self, Error> {
        let mut settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
        settings.block_size = SYNTH_BLOCK;
        settings.enable_reverb_and_chorus = false;
        settings.maximum_polyphony = POLYPHONY;
        let mut synth = Synthesizer::new(font, &settings)?;
        synth.set_master_volume(HEADROOM.ratio() as f32);
        for (channel, (controller, value)) in
            CHANNELS.into_iter().flat_map(|channel| SET_BEND_RANGE.map(|pair| (channel, pair)))
        {
            synth.process_midi_message(channel, CONTROL, controller, value);
        }
        Ok(Self {
            part,
            synth,
            notes: NoteQueue::default(),
            legato: None,
            slide_seconds: 0.0,
            preset: None,
            missed: Vec::new(),
        })
    }

    /// Sets preset, pan and playing mode of `voice`. Sounding notes keep their preset.
    pub fn set(&mut self, voice: &Voice) {
        self.choose(Preset::of(voice));
        for (channel, message) in CHANNELS
            .into_iter()
            .flat_map(|channel| position(voice).map(|message| (channel, message)))
        {
            send_on(&mut self.synth, channel, message);
        }
        self.slide_seconds = voice.chain.acid.slide_seconds;
        let is_single = voice.chain.filter == Filter::Acid;
        if is_single != self.is_single() {
            // The two modes track sounding notes differently.
            self.synth.note_off_all(false);
            self.legato = is_single.then(Legato::default);
        }
    }

    /// Whether the part is monophonic, as an acid bass is.
    pub fn is_single(&self) -> bool {
        self.legato.is_some()
    }

    /// Adds the hits of a bar.
    pub fn add(&mut self, hits: &[Hit], bar: &Span) {
        self.notes.add(hits, bar);
    }

    /// Renders the block that starts at `frame`, a multiple of 1152. Returns the velocities of struck notes,
    /// if the part is monophonic.
    pub fn render(&mut self, frame: u64, block: &mut Block) -> Strikes {
        let mut strikes = [None; N_STRETCHES];
        for (at, strike) in (0..FRAMES_PER_MP3_FRAME).step_by(SYNTH_BLOCK).zip(&mut strikes) {
            let next = at + SYNTH_BLOCK;
            *strike = self.play_until(frame + (at + SYNTH_BLOCK / 2) as u64);
            self.synth.render(&mut block.left[at..next], &mut block.right[at..next]);
        }
        strikes
    }

    /// Sends the messages before frame `boundary` to the synthesizer. Returns the velocity of a struck note,
    /// if the part is monophonic.
    fn play_until(&mut self, boundary: u64) -> Option<u8> {
        let Self { synth, notes, legato, slide_seconds, .. } = self;
        let Some(legato) = legato else {
            notes.emit_until(boundary, |message| send_on(synth, CHANNEL, message));
            return None;
        };
        let mut struck = None;
        notes.emit_until(boundary, |message| {
            struck = legato.follow(message, |action| act(synth, action)).or(struck);
        });
        legato.glide(*slide_seconds, |action| act(synth, action));
        struck
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
        for channel in CHANNELS {
            self.synth.process_midi_message(channel, CONTROL, BANK_SELECT, found.bank);
            self.synth.process_midi_message(channel, PROGRAM, found.program, 0);
        }
    }
}

fn send_on(synth: &mut Synthesizer, channel: i32, message: Message) {
    let (status, first, second) = match message {
        Message::NoteOff { pitch } => (NOTE_OFF, pitch, 0),
        Message::NoteOn { pitch, velocity } => (NOTE_ON, pitch, velocity),
        Message::Control { controller, value } => (CONTROL, controller, value),
    };
    synth.process_midi_message(channel, status, first.into(), second.into());
}

fn act(synth: &mut Synthesizer, action: Action) {
    match action {
        Action::NoteOff { channel, pitch } => send_on(synth, channel, Message::NoteOff { pitch }),
        Action::NoteOn { channel, pitch, velocity } => {
            send_on(synth, channel, Message::NoteOn { pitch, velocity });
        }
        Action::Bend { channel, value } => {
            let (low, high) = (value & 0x7f, value >> 7);
            synth.process_midi_message(channel, BEND, low.into(), high.into());
        }
    }
}
