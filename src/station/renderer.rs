//! Bars to sound: band, master, and what is being played when.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rustysynth::SoundFont;

use crate::{
    compose::phrase::PHRASE_BARS,
    config::Edge,
    inserts::{local_time::Wall, player::Guests, schedule::Moment},
    music::{
        bar::{Bar, Mix, Part},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    },
    sound::{
        band::Band,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        master::Master,
    },
    station::{
        Error,
        on_air::{AiredBar, OnAir},
    },
    units::SAMPLE_RATE,
};

/// Frames queued at least whenever a block is rendered: a second, so that the music can step back
/// before a recording begins.
const QUEUED_FRAMES: u64 = SAMPLE_RATE as u64 + FRAMES_PER_MP3_FRAME as u64;

/// Bars are remembered until they are so old: the longest burst is over by then.
const MEMORY_SECONDS: f64 = 100.0;

/// A station's sound, block by block.
pub struct Renderer {
    band: Band,
    master: Master,
    block: Block,
    /// Frames of the station's sound before the band's first.
    before: u64,
    bars: VecDeque<AiredBar>,
    guests: Option<Arc<Mutex<Guests>>>,
    wall: Option<fn() -> Wall>,
}

impl Renderer {
    /// A band at its first bar.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn new(font: &Arc<SoundFont>, mix: &Arc<Mix>) -> Result<Self, Error> {
        Ok(Self {
            band: Band::new(font, mix)?,
            master: Master::new(mix.loudness)?,
            block: Block::SILENCE,
            before: 0,
            bars: VecDeque::new(),
            guests: None,
            wall: None,
        })
    }

    /// Has `guests` join the music; by `wall` times of day count for them.
    pub fn with_guests(self, guests: Arc<Mutex<Guests>>, wall: Option<fn() -> Wall>) -> Self {
        Self { guests: Some(guests), wall, ..self }
    }

    /// Plays on from where `other` is; bars that `other` has queued and not begun are not played.
    #[must_use]
    pub fn after(mut self, other: &mut Self) -> Self {
        self.before = other.rendered_frames();
        let now = other.rendered_seconds();
        self.bars = std::mem::take(&mut other.bars);
        self.bars.retain(|aired| aired.start_second < now);
        self
    }

    /// Renders a block of silence: all that is played comes later by as much.
    pub fn rest(&mut self) -> &Block {
        self.before += FRAMES_PER_MP3_FRAME as u64;
        self.block = Block::SILENCE;
        &self.block
    }

    /// Renders the next block, taking bars from `next` as they are needed.
    pub fn render(&mut self, next: &mut dyn FnMut() -> Arc<Bar>) -> &Block {
        while self.band.queued_frames() < QUEUED_FRAMES {
            self.take(next());
        }
        let frame = self.rendered_frames();
        self.band.render(&mut self.block);
        let guests = &self.guests;
        self.master.process(&mut self.block, |block| {
            if let Some(guests) = guests {
                lock(guests).mix(block, frame);
            }
        });
        &self.block
    }

    fn take(&mut self, bar: Arc<Bar>) {
        self.master.set_target(bar.mix.loudness);
        let frames = self.band.queue(&bar);
        let frames = frames.start + self.before..frames.end + self.before;
        // What the master holds back comes later by as much.
        let start = frames.start + Master::LATENCY as u64;
        if let Some(guests) = &self.guests {
            meet(&mut lock(guests), &bar, &frames, self.wall);
        }
        self.bars.push_back(AiredBar { start_second: seconds(start), bar });
        let oldest = self.rendered_seconds() - MEMORY_SECONDS;
        while self.bars.front().is_some_and(|aired| aired.start_second < oldest) {
            self.bars.pop_front();
        }
    }

    /// The parts and the effects of the block rendered last, by name, before the master: their sum is
    /// what went into it.
    pub fn stems(&self) -> impl Iterator<Item = (&'static str, &Block)> {
        let parts = Part::ALL.into_iter().map(|part| (part.name(), self.band.stem(part)));
        parts.chain([("effects", self.band.effects())])
    }

    /// What is shown with the sound from `second` to where it is now.
    pub fn title_since(&self, second: f64) -> Arc<str> {
        let of_bar = self.on_air().bar_at(second).map(|aired| aired.bar.title.clone());
        self.guest_title().or(of_bar).unwrap_or_else(|| "".into())
    }

    /// What the recording is called that is heard in the block rendered last, if one is.
    fn guest_title(&self) -> Option<Arc<str>> {
        let guests = lock(self.guests.as_ref()?);
        let is_heard = guests.guest().span()?.contains(&self.rendered_frames());
        guests.guest().title().filter(|_| is_heard).map(Into::into)
    }

    /// Seconds of sound rendered since the beginning.
    pub fn rendered_seconds(&self) -> f64 {
        seconds(self.rendered_frames())
    }

    fn rendered_frames(&self) -> u64 {
        self.before + self.band.rendered_frames()
    }

    /// What to tell the world.
    pub fn on_air(&self) -> OnAir {
        let rendered_seconds = self.rendered_seconds();
        OnAir { ready_seconds: 0.0, rendered_seconds, bars: self.bars.clone() }
    }
}

/// Tells guests of the beats of a bar that will sound at `frames`.
fn meet(guests: &mut Guests, bar: &Bar, frames: &Range<u64>, wall: Option<fn() -> Wall>) {
    const BEATS: u64 = (STEPS_PER_BAR / STEPS_PER_QUARTER) as u64;
    for beat in 0..BEATS {
        let at_frame = frames.start + beat * (frames.end - frames.start) / BEATS;
        let edge = match beat {
            0 if bar.number.is_multiple_of(PHRASE_BARS) => Edge::Phrase,
            0 => Edge::Bar,
            _ => Edge::Beat,
        };
        let moment = Moment {
            second: seconds(at_frame),
            edge,
            n_tracks: bar.piece + 1,
            wall: wall.map(|wall| wall()),
        };
        guests.meet(&moment, at_frame);
    }
}

fn lock(guests: &Mutex<Guests>) -> MutexGuard<'_, Guests> {
    guests.lock().unwrap_or_else(PoisonError::into_inner)
}

fn seconds(frames: u64) -> f64 {
    frames as f64 / f64::from(SAMPLE_RATE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::bar::Mix, sound::testing::tiny_font, units::Bpm};

    #[test]
    fn only_the_bars_of_the_last_minutes_are_remembered() {
        let mix = Arc::new(Mix::plain());
        let mut renderer = Renderer::new(&tiny_font(), &mix).unwrap();
        let mut n_bars = 0;
        let mut next = || {
            n_bars += 1;
            Arc::new(Bar {
                number: n_bars,
                ..Bar::plain(Bpm::try_from(300.0).unwrap(), mix.clone())
            })
        };

        while renderer.rendered_seconds() < 300.0 {
            renderer.render(&mut next);
        }

        // A bar is 0.8 s.
        let remembered = renderer.on_air().bars.len();
        assert!((120..130).contains(&remembered), "{remembered} of {n_bars}");
    }
}
