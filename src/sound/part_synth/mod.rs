//! A part from hits to its stem: instrument, effects, level and filter, and its sends.

mod instrument;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustysynth::SoundFont;

use crate::{
    music::bar::{Hit, Part, Voice},
    sound::{
        Error,
        bus::{Bus, acid::Strikes},
        desk::Fader,
        frame::{Block, Ramp},
        preset::Preset,
        preset_level::Trims,
        strip::{Shares, Strip},
        sweep::Sweep,
        timeline::Span,
    },
    units::Decibels,
};

use self::instrument::Instrument;

/// One part.
pub(super) struct PartSynth {
    /// The part it plays.
    pub part: Part,
    font: Arc<SoundFont>,
    instrument: Instrument,
    trims: Trims,
    /// The gain that brings the preset to the reference loudness.
    trim: Ramp,
    bus: Bus,
    voice: Voice,
    strip: Strip,
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
    /// A silent part with `voice`.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn new(
        font: &Arc<SoundFont>,
        part: Part,
        voice: &Voice,
        trims: Trims,
    ) -> Result<Self, Error> {
        let mut part_synth = Self {
            part,
            font: font.clone(),
            instrument: Instrument::new(font, part)?,
            trims,
            trim: Ramp::at_rest(1.0),
            bus: Bus::new(voice),
            voice: *voice,
            strip: Strip::new(),
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
        self.instrument.set(voice);
        let trim = self.trim_of(voice);
        self.trim.move_to(trim);
        self.voice = *voice;
        self.set_levels();
        (self.follows, self.duck) = (voice.sweep, voice.duck);
        self.bus.set(voice);
    }

    /// Sets the part's fader; `gain` is its level, or 0 if the desk silences it. Level, sends and filter ramp
    /// over the next block.
    pub fn set_fader(&mut self, fader: &Fader, gain: f32) {
        self.strip.set(fader, gain);
        self.set_levels();
    }

    fn set_levels(&mut self) {
        self.gain.move_to(self.strip.gain(&self.voice));
        let Shares { reverb, chorus, echo } = self.strip.shares(&self.voice);
        self.reverb.move_to(reverb);
        self.chorus.move_to(chorus);
        self.echo.move_to(echo);
    }

    /// Measures the preset of `voice` if it is new, ahead of the bar that needs it.
    pub fn prepare(&mut self, voice: &Voice) {
        self.trim_of(voice);
    }

    fn trim_of(&mut self, voice: &Voice) -> f32 {
        self.trims.of(&self.font, Preset::of(voice), self.part).ratio() as f32
    }

    /// Adds the hits of a bar.
    pub fn add(&mut self, hits: &[Hit], bar: &Span) {
        self.instrument.add(hits, bar);
    }

    /// Renders the block that starts at `frame`, a multiple of 1152, into [`Self::stem`]; `opening`
    /// is the bar's filter opening.
    pub fn render(&mut self, frame: u64, opening: f64) {
        let strikes = self.instrument.render(frame, &mut self.stem);
        self.stem.scale(self.trim);
        self.trim.arrive();
        self.finish(&strikes, opening);
    }

    /// Effects, level and filter of a block.
    fn finish(&mut self, strikes: &Strikes, opening: f64) {
        let openness = (1.0 - self.follows * (1.0 - opening)) as f32;
        self.bus.process(&mut self.stem, strikes, openness);
        self.stem.scale(self.gain);
        self.gain.arrive();
        // An acid filter follows the opening itself.
        let openness = if self.instrument.is_single() { 1.0 } else { openness };
        self.sweep.process(&mut self.stem, openness);
        self.strip.filter(&mut self.stem);
    }
}
