//! Three parts and the room around them: bars in, a stereo mix out.

use std::{ops::Range, sync::Arc};

use rustysynth::SoundFont;

use super::{
    Error,
    chorus::Chorus,
    frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
    player::Player,
    reverb::Reverb,
    timeline::Timeline,
};
use crate::music::bar::{Bar, Part, Voice};

/// Plays bars, one synthesizer a part, so that parts can be mixed, muted and exported as stems.
///
/// The mix is the sum of the three stems and the effects' return. Rendering bar by bar gives the
/// very frames that queueing all bars at once gives, as long as a whole block is queued whenever
/// one is rendered.
pub struct Band {
    players: Vec<Player>, // by `Part as usize`
    timeline: Timeline,
    frame: u64, // of the next block
    reverb: Reverb,
    chorus: Chorus,
    to_reverb: Block,
    to_chorus: Block,
    effects: Block,
}

impl Band {
    /// A silent band with `voices` by `Part as usize`.
    ///
    /// A preset that the font lacks is replaced by the nearest one, with a warning.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn new(font: &Arc<SoundFont>, voices: &[Voice; 3]) -> Result<Self, Error> {
        let players = Part::ALL.into_iter().zip(voices);
        let players = players.map(|(part, voice)| Player::new(font, part, voice));
        Ok(Self {
            players: players.collect::<Result<_, _>>()?,
            timeline: Timeline::default(),
            frame: 0,
            reverb: Reverb::new(),
            chorus: Chorus::new(),
            to_reverb: Block::SILENCE,
            to_chorus: Block::SILENCE,
            effects: Block::SILENCE,
        })
    }

    /// Changes instruments and mix from the next block on; levels move over that block. Notes that
    /// sound keep their instrument. A gain of `Decibels(f64::NEG_INFINITY)` mutes a part.
    pub fn set_voices(&mut self, voices: &[Voice; 3]) {
        for (player, voice) in self.players.iter_mut().zip(voices) {
            player.set_voice(voice);
        }
    }

    /// Queues a bar right after the last one, or now if that is over.
    ///
    /// Gives its frames, counted from the band's start. They follow from the exact sum of all steps
    /// so far, so nothing drifts; lengths of equal bars may differ by one frame.
    pub fn queue(&mut self, bar: &Bar) -> Range<u64> {
        let span = self.timeline.lay(bar.tempo, self.frame);
        for (player, hits) in self.players.iter_mut().zip(&bar.parts) {
            player.add(hits, &span);
        }
        span.frames()
    }

    /// Frames queued and not yet rendered.
    pub fn queued_frames(&self) -> u64 {
        self.timeline.end().saturating_sub(self.frame)
    }

    /// Frames rendered since the band's start.
    pub fn rendered_frames(&self) -> u64 {
        self.frame
    }

    /// Renders the next frames of the mix, before the limiter. With nothing queued, what sounds
    /// dies away.
    pub fn render(&mut self, mix: &mut Block) {
        *mix = Block::SILENCE;
        self.to_reverb = Block::SILENCE;
        self.to_chorus = Block::SILENCE;
        for player in &mut self.players {
            player.render(self.frame);
            mix.add(&player.stem, Ramp::UNITY);
            self.to_reverb.add(&player.stem, player.reverb);
            self.to_chorus.add(&player.stem, player.chorus);
            player.reverb.arrive();
            player.chorus.arrive();
        }
        self.effects = Block::SILENCE;
        self.chorus.process(&self.to_chorus, &mut self.effects);
        self.reverb.process(&self.to_reverb, &mut self.effects);
        mix.add(&self.effects, Ramp::UNITY);
        self.frame += FRAMES_PER_MP3_FRAME as u64;
    }

    /// What `part` played in the block rendered last: dry, at its level in the mix.
    pub fn stem(&self, part: Part) -> &Block {
        &self.players[part as usize].stem
    }

    /// What chorus and reverb gave in the block rendered last.
    pub fn effects(&self) -> &Block {
        &self.effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::bar::Hit,
        sound::testing::{bar, energy, onsets, tiny_font, voices},
        units::{Bpm, Decibels},
    };

    fn hit(start_step: f32, pitch: u8) -> Hit {
        Hit { start_step, n_steps: 1.0, pitch, velocity: 110 }
    }

    fn bars(tempo: f64) -> Vec<Bar> {
        let drums: Vec<_> = (0..4).map(|beat| hit(4.0 * beat as f32, 60)).collect();
        let lead = vec![Hit { n_steps: 6.0, ..hit(14.3, 69) }];
        (0..8)
            .map(|n| bar(n, tempo + n as f64, [drums.clone(), vec![hit(2.2, 45)], lead.clone()]))
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
        let mut at_once = Band::new(&tiny_font(), &voices()).unwrap();
        let end = bars.iter().map(|bar| at_once.queue(bar).end).max().unwrap();
        let n_blocks = end as usize / FRAMES_PER_MP3_FRAME;
        let whole = render(&mut at_once, n_blocks);

        let mut band = Band::new(&tiny_font(), &voices()).unwrap();
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
    fn hits_land_where_they_are_written() {
        let mut voices = voices();
        for voice in &mut voices {
            voice.reverb = 0.0;
        }
        let mut band = Band::new(&tiny_font(), &voices).unwrap();
        let written = [0.0, 3.3, 7.0, 12.75f32];
        let drums = written.map(|step| hit(step, 60)).to_vec();
        band.queue(&bar(0, 97.3, [drums, vec![], vec![]]));

        let found = onsets(&render(&mut band, 90), 4000);

        let frames_per_step = Bpm::try_from(97.3).unwrap().seconds_per_step() * 44_100.0;
        assert_eq!(found.len(), written.len(), "{found:?}");
        for (found, step) in found.iter().zip(written) {
            let late = *found as f64 - f64::from(step) * frames_per_step;
            assert!(late.abs() <= 34.0, "{late} frames");
        }
    }

    #[test]
    fn a_muted_part_is_silent_and_the_others_play_on() {
        let mut voices = voices();
        let mut band = Band::new(&tiny_font(), &voices).unwrap();
        for bar in bars(120.0) {
            band.queue(&bar);
        }
        voices[Part::Drums as usize].gain = Decibels(f64::NEG_INFINITY);
        band.set_voices(&voices);

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
        let mut band = Band::new(&tiny_font(), &voices()).unwrap();
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
    fn with_nothing_queued_sound_dies_away_and_a_late_bar_begins_at_once() {
        let mut band = Band::new(&tiny_font(), &voices()).unwrap();
        band.queue(&bars(120.0)[0]);
        let sound = render(&mut band, 400);
        assert!(sound[sound.len() - 1152..].iter().all(|x| x.abs() < 1e-5));

        let frames = band.queue(&bars(120.0)[1]);

        assert_eq!(frames.start, band.rendered_frames());
        assert_eq!(band.queued_frames(), frames.end - frames.start);
    }

    #[test]
    fn a_missing_preset_still_sounds() {
        let mut voices = voices();
        voices[Part::Bass as usize].program = 99;
        let mut band = Band::new(&tiny_font(), &voices).unwrap();
        band.queue(&bar(0, 120.0, [vec![], vec![hit(0.0, 45)], vec![]]));
        render(&mut band, 1);
        assert!(energy(band.stem(Part::Bass)) > 0.1);
    }
}
