//! The band: bars in, a stereo mix out.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use crate::{
    music::{
        bar::{Bar, Hit, Mix, Part},
        drums::{self, Drum},
        meter::STEPS_PER_QUARTER,
    },
    sound::{
        Error,
        chorus::Chorus,
        duck::Duck,
        echo::Echo,
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        part_fonts::PartFonts,
        part_synth::PartSynth,
        preset_level::Trims,
        room::{RoomReverb, tank::Tank},
        throws::Throws,
        timeline::Timeline,
        transition::Transitions,
    },
};

/// Send of the transitions to the reverb.
const TRANSITION_REVERB: f32 = 0.3;

/// Renders bars with one synthesizer per part, so that parts can be mixed, muted and exported as
/// stems.
///
/// The mix is the sum of the stems and the effects' return. Queueing bar by bar renders the same
/// frames as queueing all bars at once, as long as a full block is queued before each render.
pub struct Band {
    parts: Vec<PartSynth>, // by `Part as usize`
    mix: Arc<Mix>,
    timeline: Timeline,
    frame: u64,               // of the next block
    queued: VecDeque<Queued>, // bars that are not over
    duck: Duck,
    room: RoomReverb,
    tank: Tank,
    chorus: Chorus,
    echo: Echo,
    throws: Throws,
    transitions: Transitions,
    sends: Sends,
    effects: Block,
}

/// Sends to the effects in one block.
struct Sends {
    reverb: Block,
    chorus: Block,
    echo: Block,
    tank: Block,
}

impl Sends {
    const NONE: Self = Self {
        reverb: Block::SILENCE,
        chorus: Block::SILENCE,
        echo: Block::SILENCE,
        tank: Block::SILENCE,
    };
}

/// A queued bar: its frames, mix, filter opening and step length.
struct Queued {
    frames: Range<u64>,
    mix: Arc<Mix>,
    opening: [f32; 2],
    step_seconds: f64,
}

impl Queued {
    fn opening_at(&self, frame: u64) -> f64 {
        let length = (self.frames.end - self.frames.start).max(1) as f64;
        let t = frame.saturating_sub(self.frames.start) as f64 / length;
        let [from, to] = self.opening.map(f64::from);
        from + t.min(1.0) * (to - from)
    }
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

    /// The same with each preset as loud as the font has it, as a MIDI file expects.
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
            timeline: Timeline::default(),
            frame: 0,
            queued: VecDeque::new(),
            duck: Duck::new(),
            room: RoomReverb::new(mix.room),
            tank: Tank::new(),
            chorus: Chorus::new(),
            echo: Echo::new(),
            throws: Throws::new(),
            transitions: Transitions::new(),
            sends: Sends::NONE,
            effects: Block::SILENCE,
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
        self.throws.add(&bar.throws, &span);
        self.transitions.add(span.frames(), bar.transition);
        self.queued.push_back(Queued {
            frames: span.frames(),
            mix: bar.mix.clone(),
            opening: bar.opening,
            step_seconds: step,
        });
        span.frames()
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
        let Sends { reverb, chorus, echo, tank } = &mut self.sends;
        for send in [&mut *reverb, &mut *chorus, &mut *echo, &mut *tank] {
            *send = Block::SILENCE;
        }
        let end = self.frame + FRAMES_PER_MP3_FRAME as u64;
        self.duck.advance(self.frame);
        for part in &mut self.parts {
            part.render(self.frame, opening);
            self.duck.apply(&mut part.stem, part.duck);
            mix.add(&part.stem, Ramp::UNITY);
            for (send, share) in [
                (&mut *reverb, &mut part.reverb),
                (&mut *chorus, &mut part.chorus),
                (&mut *echo, &mut part.echo),
            ] {
                send.add(&part.stem, *share);
                share.arrive();
            }
            // Thrown drums splash in the springs, the rest in the room.
            let space = if part.part == Part::Drums { &mut *tank } else { &mut *reverb };
            for send in [space, &mut *echo] {
                self.throws.send(part.part, &part.stem, self.frame, send);
            }
        }
        self.throws.advance(end);
        self.effects = Block::SILENCE;
        if let Some(transition) = self.transitions.render(self.frame) {
            self.effects.add(transition, Ramp::UNITY);
            reverb.add(transition, Ramp::at_rest(TRANSITION_REVERB));
        }
        self.chorus.process(chorus, &mut self.effects);
        self.echo.process(echo, &mut self.effects);
        self.room.process(reverb, &mut self.effects);
        self.tank.process(tank, &mut self.effects);
        mix.add(&self.effects, Ramp::UNITY);
        self.frame = end;
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
        self.room.set(bar.mix.room);
        self.echo.set(bar.mix.echo_steps * bar.step_seconds, bar.mix.echo_feedback);
        bar.opening_at(end)
    }

    /// The last rendered block of `part`: dry, at its level in the mix.
    pub fn stem(&self, part: Part) -> &Block {
        &self.parts[part as usize].stem
    }

    /// The last rendered block of the effects' return: chorus, echo, reverb and transitions.
    pub fn effects(&self) -> &Block {
        &self.effects
    }
}

fn is_kick(hit: &Hit) -> bool {
    drums::class(hit.pitch) == Some(Drum::Kick)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sound::testing::{bar, energy, mix, onsets, tiny_font},
        units::{Bpm, Decibels},
    };

    fn hit(start_step: f32, pitch: u8) -> Hit {
        Hit { start_step, n_steps: 1.0, pitch, velocity: 110 }
    }

    fn bars(tempo: f64) -> Vec<Bar> {
        let drums: Vec<_> = (0..4).map(|beat| hit(4.0 * beat as f32, 60)).collect();
        let lead = vec![Hit { n_steps: 6.0, ..hit(14.3, 69) }];
        (0..8)
            .map(|n| {
                bar(n, tempo + n as f64, [drums.clone(), vec![hit(2.2, 45)], lead.clone(), vec![]])
            })
            .collect()
    }

    fn render(band: &mut Band, n_blocks: usize) -> Vec<f32> {
        let mut mix = Block::SILENCE;
        let mut left = Vec::new();
        for _ in 0..n_blocks {
            band.render(&mut mix);
            left.extend_from_slice(&mix.left);
        }
        left
    }

    #[test]
    fn bar_by_bar_is_bit_identical_to_all_at_once() {
        let bars = bars(97.3);
        let mut at_once = Band::new(&tiny_font(), &mix().into()).unwrap();
        let end = bars.iter().map(|bar| at_once.queue(bar).end).max().unwrap();
        let n_blocks = end as usize / FRAMES_PER_MP3_FRAME;
        let whole = render(&mut at_once, n_blocks);

        let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
        let mut pieces = Vec::new();
        let mut bars = bars.iter();
        while pieces.len() < whole.len() {
            while band.queued_frames() < FRAMES_PER_MP3_FRAME as u64 {
                band.queue(bars.next().unwrap());
            }
            pieces.extend(render(&mut band, 1));
        }

        assert!(whole.iter().any(|x| *x != 0.0));
        assert_eq!(pieces, whole);
    }

    #[test]
    fn splitting_hits_over_a_bar_line_does_not_change_the_sound() {
        let kick = Hit { pitch: 36, ..hit(0.0, 36) };
        let hits: Vec<Hit> = [8.0, 10.5, 12.0, 15.9, 16.0, 16.2, 20.0, 23.0]
            .into_iter()
            .map(|start_step| Hit { start_step, ..kick })
            .collect();
        let (before, after): (Vec<Hit>, Vec<Hit>) =
            hits.iter().partition(|hit| hit.start_step < 16.0);
        let after = after.iter().map(|hit| Hit { start_step: hit.start_step - 16.0, ..*hit });
        let sound = |first: Vec<Hit>, second: Vec<Hit>| {
            let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
            for (number, hits) in [first, second].into_iter().enumerate() {
                let parts = [hits.clone(), hits.clone(), hits, vec![]];
                band.queue(&bar(number as u64, 120.0, parts));
            }
            render(&mut band, 150)
        };

        let with_a_line = sound(before, after.collect());
        assert!(with_a_line.iter().any(|x| 0.01 < x.abs()));
        assert!(with_a_line == sound(hits, vec![]), "the bar line is audible");
    }

    #[test]
    fn hits_sound_at_their_step() {
        let mut dry = mix();
        for voice in &mut dry.voices {
            (voice.reverb, voice.echo) = (0.0, 0.0);
        }
        let dry = Arc::new(dry);
        let mut band = Band::new(&tiny_font(), &dry).unwrap();
        let written = [0.0, 3.3, 7.0, 12.75f32];
        let drums = written.map(|step| hit(step, 60)).to_vec();
        band.queue(&Bar { mix: dry, ..bar(0, 97.3, [drums, vec![], vec![], vec![]]) });

        let found = onsets(&render(&mut band, 90), 4000);

        let frames_per_step = Bpm::try_from(97.3).unwrap().seconds_per_step() * 44_100.0;
        assert_eq!(found.len(), written.len(), "{found:?}");
        for (found, step) in found.iter().zip(written) {
            let late = *found as f64 - f64::from(step) * frames_per_step;
            assert!(late.abs() <= 34.0, "{late} frames");
        }
    }

    #[test]
    fn a_muted_part_is_silent_and_the_others_are_not() {
        let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
        let mut muted = mix();
        muted.voices[Part::Drums as usize].gain = Decibels(f64::NEG_INFINITY);
        let muted = Arc::new(muted);
        for bar in bars(120.0) {
            band.queue(&Bar { mix: muted.clone(), ..bar });
        }

        render(&mut band, 1);
        let (mut drums, mut bass) = (0.0, 0.0);
        for _ in 0..100 {
            render(&mut band, 1);
            drums += energy(band.stem(Part::Drums));
            bass += energy(band.stem(Part::Bass));
        }

        assert_eq!(drums, 0.0);
        assert!(bass > 1.0);
    }

    #[test]
    fn the_mix_is_the_sum_of_stems_and_effects() {
        let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
        for bar in bars(120.0) {
            band.queue(&bar);
        }
        let mut mix = Block::SILENCE;
        for _ in 0..50 {
            band.render(&mut mix);
            let mut sum = Block::SILENCE;
            for part in Part::ALL {
                sum.add(band.stem(part), Ramp::UNITY);
            }
            sum.add(band.effects(), Ramp::UNITY);
            assert_eq!(sum, mix);
        }
        assert!(energy(band.effects()) > 0.0);
    }

    #[test]
    fn with_nothing_queued_sound_decays_and_a_late_bar_starts_at_once() {
        let mut band = Band::new(&tiny_font(), &mix().into()).unwrap();
        band.queue(&bars(120.0)[0]);
        let sound = render(&mut band, 400);
        assert!(sound[sound.len() - 1152..].iter().all(|x| x.abs() < 1e-5));

        let frames = band.queue(&bars(120.0)[1]);

        assert_eq!(frames.start, band.rendered_frames());
        assert_eq!(band.queued_frames(), frames.end - frames.start);
    }

    #[test]
    fn a_missing_preset_falls_back_to_another() {
        let mut rare = mix();
        rare.voices[Part::Bass as usize].program = 99;
        let rare = Arc::new(rare);
        let mut band = Band::new(&tiny_font(), &rare).unwrap();
        let parts = [vec![], vec![hit(0.0, 45)], vec![], vec![]];
        band.queue(&Bar { mix: rare, ..bar(0, 120.0, parts) });
        render(&mut band, 1);
        assert!(energy(band.stem(Part::Bass)) > 0.1);
    }
}
