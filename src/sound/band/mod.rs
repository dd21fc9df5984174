//! The band: bars in, a stereo mix out.

mod queued;
mod returns;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, ops::Range, sync::Arc};

use crate::{
    music::{
        bar::{Bar, Hit, Mix, Part},
        drums::{self, Drum},
        meter::STEPS_PER_QUARTER,
    },
    sound::{
        Error,
        desk::Desk,
        duck::Duck,
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        part_fonts::PartFonts,
        part_synth::PartSynth,
        preset_level::Trims,
        timeline::Timeline,
    },
};

use self::{queued::Queued, returns::Returns};

/// Renders bars with one synthesizer per part, so that parts can be mixed, muted and exported as
/// stems.
///
/// The mix is the sum of the stems and the effects' return. Queueing bar by bar renders the same
/// frames as queueing all bars at once, as long as a full block is queued before each render.
pub struct Band {
    parts: Vec<PartSynth>, // by `Part as usize`
    mix: Arc<Mix>,
    desk: Desk,
    timeline: Timeline,
    frame: u64,               // of the next block
    queued: VecDeque<Queued>, // bars that are not over
    duck: Duck,
    returns: Returns,
}

impl Band {
    /// A silent band with the voices of `mix`, from one font or one for each part.
    ///
    /// A preset that a font lacks is replaced by the nearest one, with a warning. Presets are
    /// brought to one loudness, so that a gain means the same with any font.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn new(fonts: impl Into<PartFonts>, mix: &Arc<Mix>) -> Result<Self, Error> {
        Self::with(&fonts.into(), mix, Trims::default)
    }

    /// As [`Self::new`], with presets at their level in the font, as MIDI files expect.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn as_the_font_plays(fonts: impl Into<PartFonts>, mix: &Arc<Mix>) -> Result<Self, Error> {
        Self::with(&fonts.into(), mix, Trims::off)
    }

    fn with(fonts: &PartFonts, mix: &Arc<Mix>, trims: fn() -> Trims) -> Result<Self, Error> {
        let parts = Part::ALL.into_iter().zip(&mix.voices);
        let parts = parts.map(|(part, voice)| PartSynth::new(fonts.of(part), part, voice, trims()));
        Ok(Self {
            parts: parts.collect::<Result<_, _>>()?,
            mix: mix.clone(),
            desk: Desk::NEUTRAL,
            timeline: Timeline::default(),
            frame: 0,
            queued: VecDeque::new(),
            duck: Duck::new(),
            returns: Returns::new(mix.room),
        })
    }

    /// Queues a bar after the last one, or now if the last one is over.
    ///
    /// Returns the bar's frames, counted from the start of the band. They derive from the exact sum
    /// of all steps so far, so nothing drifts; equal bars may differ by one frame.
    ///
    /// A new mix takes effect in the block in which its bar starts: levels ramp over that block,
    /// and sounding notes keep their instrument. A gain of `Decibels(f64::NEG_INFINITY)` mutes a
    /// part.
    pub fn queue(&mut self, bar: &Bar) -> Range<u64> {
        let span = self.timeline.lay(bar.tempo, self.frame);
        let step = bar.tempo.seconds_per_step();
        for (part, hits) in self.parts.iter_mut().zip(&bar.parts) {
            part.add(hits, &span);
        }
        for (part, voice) in self.parts.iter_mut().zip(&bar.mix.voices) {
            part.prepare(voice);
        }
        for kick in bar.parts[Part::Drums as usize].iter().filter(|hit| is_kick(hit)) {
            self.duck.add(span.frame_at(kick.start_step), step * STEPS_PER_QUARTER as f64);
        }
        self.returns.add(bar, &span);
        self.queued.push_back(Queued::new(bar, span.frames()));
        span.frames()
    }

    /// Sets the desk: its changes ramp over the next block. Sound already sent to the effects rings out.
    pub fn set_desk(&mut self, desk: &Desk) {
        if self.desk == *desk {
            return;
        }
        self.desk = *desk;
        for (part, fader) in self.parts.iter_mut().zip(&desk.parts) {
            part.set_fader(fader, desk.gain(part.part));
        }
    }

    /// The faders of the desk.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Frames queued and not yet rendered.
    pub fn queued_frames(&self) -> u64 {
        self.timeline.end().saturating_sub(self.frame)
    }

    /// Frames rendered since the start.
    pub fn rendered_frames(&self) -> u64 {
        self.frame
    }

    /// Renders the next block of the mix, before mastering. With nothing queued, sounding notes
    /// decay.
    pub fn render(&mut self, mix: &mut Block) {
        *mix = Block::SILENCE;
        let opening = self.advance();
        self.duck.advance(self.frame);
        self.returns.start_block();
        for part in &mut self.parts {
            part.render(self.frame, opening);
            self.duck.apply(&mut part.stem, part.duck);
            mix.add(&part.stem, Ramp::UNITY);
            self.returns.send(part, self.frame);
        }
        mix.add(self.returns.render(self.frame), Ramp::UNITY);
        self.frame += FRAMES_PER_MP3_FRAME as u64;
    }

    /// Advances to the bar that sounds at the end of the next block and returns its filter opening
    /// there; fully open before the first bar.
    fn advance(&mut self) -> f64 {
        let end = self.frame + FRAMES_PER_MP3_FRAME as u64;
        while 1 < self.queued.len() && self.queued[0].frames.end <= end {
            self.queued.pop_front();
        }
        let Some(bar) = self.queued.front() else { return 1.0 };
        if self.mix != bar.mix {
            self.mix = bar.mix.clone();
            for (part, voice) in self.parts.iter_mut().zip(&bar.mix.voices) {
                part.set_voice(voice);
            }
        }
        self.returns.set(&bar.mix, bar.step_seconds);
        bar.opening_at(end)
    }

    /// The last rendered block of `part`: dry, at its level in the mix.
    pub fn stem(&self, part: Part) -> &Block {
        &self.parts[part as usize].stem
    }

    /// The last rendered block of the effects' return: chorus, echo, reverb and transitions.
    pub fn effects(&self) -> &Block {
        self.returns.last()
    }
}

fn is_kick(hit: &Hit) -> bool {
    drums::class(hit.pitch) == Some(Drum::Kick)
}
