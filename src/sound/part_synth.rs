//! The synthesizer of one part and its pending notes.

use std::sync::Arc;

use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::{
    music::{
        bar::{Hit, Part, Voice},
        chain::Filter,
    },
    sound::{
        Error,
        bus::{
            Bus,
            acid::{N_STRETCHES, Strikes},
        },
        events::{Message, NoteQueue, SYNTH_BLOCK, position},
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        legato::{Action, BEND_RANGE, CHANNELS, Legato},
        preset::{self, Preset},
        preset_level::Trims,
        sweep::Sweep,
        timeline::Span,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// Maximum polyphony, the most that rustysynth supports: layered pads that decay under the next
/// chord need more than a hundred voices, and stealing a sounding voice clicks.
const POLYPHONY: usize = 256;

/// Headroom: a dense bar of three parts at 0 dB peaks a few dB below full scale.
const HEADROOM: Decibels = Decibels(-6.0);

/// The synthesizer channel of notes that may sound together. Bank 128 selects kits on any channel.
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

/// One part, from hits to audio.
pub(super) struct PartSynth {
    /// The part it plays.
    pub part: Part,
    font: Arc<SoundFont>,
    synth: Synthesizer,
    notes: NoteQueue,
    /// The sounding note of a part that plays one at a time.
    legato: Option<Legato>,
    slide_seconds: f64,
    bus: Bus,
    preset: Option<Preset>, // as requested
    missed: Vec<Preset>,
    trims: Trims,
    /// The gain that brings the preset to the reference loudness.
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
        for (channel, (controller, value)) in
            CHANNELS.into_iter().flat_map(|channel| SET_BEND_RANGE.map(|pair| (channel, pair)))
        {
            synth.process_midi_message(channel, CONTROL, controller, value);
        }
        let mut part_synth = Self {
            part,
            font: font.clone(),
            synth,
            notes: NoteQueue::default(),
            legato: None,
            slide_seconds: voice.chain.acid.slide_seconds,
            bus: Bus::new(voice),
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
        for (channel, message) in CHANNELS
            .into_iter()
            .flat_map(|channel| position(voice).map(|message| (channel, message)))
        {
            send_on(&mut self.synth, channel, message);
        }
        self.gain.move_to(voice.gain.ratio() as f32);
        self.reverb.move_to(voice.reverb as f32);
        self.chorus.move_to(voice.chorus as f32);
        self.echo.move_to(voice.echo as f32);
        (self.follows, self.duck) = (voice.sweep, voice.duck);
        self.bus.set(voice);
        self.slide_seconds = voice.chain.acid.slide_seconds;
        let is_single = voice.chain.filter == Filter::Acid;
        if is_single != self.legato.is_some() {
            // The two ways of playing keep different books of what sounds.
            self.synth.note_off_all(false);
            self.legato = is_single.then(Legato::default);
        }
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
        let mut strikes = [None; N_STRETCHES];
        for (at, strike) in (0..FRAMES_PER_MP3_FRAME).step_by(SYNTH_BLOCK).zip(&mut strikes) {
            let next = at + SYNTH_BLOCK;
            *strike = self.play_until(frame + (at + SYNTH_BLOCK / 2) as u64);
            self.synth.render(&mut self.stem.left[at..next], &mut self.stem.right[at..next]);
        }
        self.stem.scale(self.trim);
        self.trim.arrive();
        self.finish(&strikes, opening);
    }

    /// Sends the messages before frame `boundary` to the synthesizer. Returns the velocity of a note
    /// that is struck, if the part plays one at a time.
    fn play_until(&mut self, boundary: u64) -> Option<u8> {
        let Self { synth, notes, legato, slide_seconds, .. } = self;
        let Some(legato) = legato else {
            notes.emit_until(boundary, |message| send(synth, message));
            return None;
        };
        let mut struck = None;
        notes.emit_until(boundary, |message| {
            struck = legato.follow(message, |action| act(synth, action)).or(struck);
        });
        legato.glide(*slide_seconds, |action| act(synth, action));
        struck
    }

    /// Effects, level and filter of a block.
    fn finish(&mut self, strikes: &Strikes, opening: f64) {
        let openness = (1.0 - self.follows * (1.0 - opening)) as f32;
        self.bus.process(&mut self.stem, strikes, openness);
        self.stem.scale(self.gain);
        self.gain.arrive();
        // A bass machine's own filter follows the opening.
        let openness = if self.legato.is_some() { 1.0 } else { openness };
        self.sweep.process(&mut self.stem, openness);
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

fn send(synth: &mut Synthesizer, message: Message) {
    send_on(synth, CHANNEL, message);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::chain::Chain,
        sound::{testing::tiny_font, timeline::Timeline},
        units::Bpm,
    };

    /// Half a second of two notes at 120 bpm: 441 Hz and, from frame 11025 on, 882 Hz.
    fn two_notes(filter: Filter, first_steps: f32) -> Vec<f32> {
        let chain = Chain { filter, ..Chain::default() };
        let voice = Voice { chain, ..Voice::plain(0, 0) };
        let mut part = PartSynth::new(&tiny_font(), Part::Bass, &voice, Trims::off()).unwrap();
        let hit = |start_step: f32, n_steps: f32, pitch: u8| Hit {
            start_step,
            n_steps,
            pitch,
            velocity: 100,
        };
        let span = Timeline::default().lay(Bpm::DEFAULT, 0);
        part.add(&[hit(0.0, first_steps, 69), hit(2.0, 2.0, 81)], &span);
        let mut sound = Vec::new();
        for number in 0..19 {
            part.render(number * FRAMES_PER_MP3_FRAME as u64, 1.0);
            sound.extend_from_slice(&part.stem.left);
        }
        sound
    }

    /// The frequency from `frame` on, by crossings of zero in 1470 frames.
    fn hz(sound: &[f32], frame: usize) -> f64 {
        let stretch = &sound[frame..frame + 1470];
        stretch.windows(2).filter(|w| w[0] < 0.0 && 0.0 <= w[1]).count() as f64 * 30.0
    }

    #[test]
    fn overlapping_notes_slide_and_others_are_struck() {
        let slid = two_notes(Filter::Acid, 2.5);
        let struck = two_notes(Filter::Acid, 1.5);
        for sound in [&slid, &struck] {
            assert!((hz(sound, 6000) - 441.0).abs() < 31.0, "{}", hz(sound, 6000));
            assert!((hz(sound, 18_000) - 882.0).abs() < 31.0, "{}", hz(sound, 18_000));
        }
        // On the way, 10 to 43 ms after the second note's start.
        assert!((500.0..850.0).contains(&hz(&slid, 11_466)), "{}", hz(&slid, 11_466));
        assert!(850.0 < hz(&struck, 11_466));
        let quiet = |sound: &[f32]| {
            let peaks = sound[9000..12_000].chunks(200);
            peaks
                .map(|part| part.iter().fold(0.0f32, |peak, x| peak.max(x.abs())))
                .fold(1.0, f32::min)
        };
        assert!(10.0 * quiet(&struck) < quiet(&slid), "a slide has no gap");
    }

    #[test]
    fn without_the_filter_overlapping_notes_sound_together() {
        let sound = two_notes(Filter::None, 4.0);
        let blocks: Vec<Block> = sound[12_000..]
            .chunks_exact(FRAMES_PER_MP3_FRAME)
            .map(|left| Block { left: left.try_into().unwrap(), ..Block::SILENCE })
            .collect();
        let [low, high] = [441.0, 882.0].map(|hz| crate::sound::testing::tone_at(&blocks, hz));
        assert!(0.5 * high < low, "{low} and {high}");
    }

    #[test]
    fn a_change_between_the_two_ways_of_playing_leaves_no_note_hanging() {
        let voice =
            |filter| Voice { chain: Chain { filter, ..Chain::default() }, ..Voice::plain(0, 0) };
        for (from, to) in [(Filter::None, Filter::Acid), (Filter::Acid, Filter::None)] {
            let mut part =
                PartSynth::new(&tiny_font(), Part::Bass, &voice(from), Trims::off()).unwrap();
            let span = Timeline::default().lay(Bpm::DEFAULT, 0);
            part.add(&[Hit { start_step: 0.0, n_steps: 2.0, pitch: 69, velocity: 100 }], &span);
            for number in 0..60 {
                if number == 3 {
                    part.set_voice(&voice(to));
                }
                part.render(number * FRAMES_PER_MP3_FRAME as u64, 1.0);
            }
            assert!(part.stem.peak() < 1e-4, "{from:?}: {}", part.stem.peak());
        }
    }
}
