//! Bars to MP3 frames: band, master, encoder, and what is being played when.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rustysynth::SoundFont;

use super::{
    Error,
    guests::Guests,
    on_air::{AiredBar, OnAir},
    phrase::PHRASE_BARS,
    schedule::Moment,
    wall::Wall,
};
use crate::{
    config::Edge,
    music::{
        bar::{Bar, Mix, Part},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    },
    sound::{
        band::Band,
        encode::Encoder,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        master::Master,
    },
    stream::ring::Chunk,
    units::{Kbps, SAMPLE_RATE},
};

/// MP3 frames in a chunk: half a second, so that titles change on time and writes to listeners are
/// few and large.
const FRAMES_PER_CHUNK: usize = 19;

/// Frames queued at least whenever a block is rendered: a second, so that the music can step back
/// before a recording begins.
const QUEUED_FRAMES: u64 = SAMPLE_RATE as u64 + FRAMES_PER_MP3_FRAME as u64;

/// Bars are remembered until they are so old: the longest burst is over by then.
const MEMORY_SECONDS: f64 = 40.0;

/// A station's sound, block by block.
pub struct Renderer {
    band: Band,
    master: Master,
    encoder: Encoder,
    block: Block,
    bars: VecDeque<AiredBar>,
    guests: Option<Arc<Mutex<Guests>>>,
    wall: Option<fn() -> Wall>,
}

impl Renderer {
    /// A band at its first bar.
    ///
    /// # Errors
    /// The synthesizer or the encoder can't start.
    pub fn new(font: &Arc<SoundFont>, mix: &Arc<Mix>, bitrate: Kbps) -> Result<Self, Error> {
        Ok(Self {
            band: Band::new(font, mix)?,
            master: Master::new(mix.loudness)?,
            encoder: Encoder::new(bitrate)?,
            block: Block::SILENCE,
            bars: VecDeque::new(),
            guests: None,
            wall: None,
        })
    }

    /// Has `guests` join the music; by `wall` times of day count for them.
    pub fn with_guests(self, guests: Arc<Mutex<Guests>>, wall: Option<fn() -> Wall>) -> Self {
        Self { guests: Some(guests), wall, ..self }
    }

    /// Renders the next block, taking bars from `next` as they are needed.
    pub fn render(&mut self, next: &mut dyn FnMut() -> Arc<Bar>) -> &Block {
        while self.band.queued_frames() < QUEUED_FRAMES {
            self.take(next());
        }
        let frame = self.band.rendered_frames();
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
        // What the master holds back comes later by as much.
        let start = frames.start + Master::LATENCY as u64;
        if let Some(guests) = &self.guests {
            meet(&mut lock(guests), &bar, &frames, self.wall);
        }
        self.bars.push_back(AiredBar { start_second: seconds(start), bar });
    }

    /// The parts and the effects of the block rendered last, by name, before the master: their sum is
    /// what went into it.
    pub fn stems(&self) -> impl Iterator<Item = (&'static str, &Block)> {
        let parts = Part::ALL.into_iter().map(|part| (part.name(), self.band.stem(part)));
        parts.chain([("effects", self.band.effects())])
    }

    /// Renders and encodes the next chunk.
    ///
    /// # Errors
    /// The encoder fails.
    pub fn chunk(&mut self, next: &mut dyn FnMut() -> Arc<Bar>) -> Result<Chunk, Error> {
        let mut audio = Vec::new();
        let start = self.rendered_seconds();
        for _ in 0..FRAMES_PER_CHUNK {
            self.render(next);
            audio.extend_from_slice(self.encoder.encode(&self.block)?);
        }
        let on_air = self.on_air();
        let title = on_air.bar_at(start).map_or_else(|| "".into(), |aired| aired.bar.title.clone());
        let title = self.guest_title().unwrap_or(title);
        Ok(Chunk { audio: audio.into(), title })
    }

    /// What the recording is called that is heard in the block rendered last, if one is.
    fn guest_title(&self) -> Option<Arc<str>> {
        let guests = lock(self.guests.as_ref()?);
        let is_heard = guests.guest().span()?.contains(&self.band.rendered_frames());
        guests.guest().title().filter(|_| is_heard).map(Into::into)
    }

    /// Seconds of sound rendered since the beginning.
    pub fn rendered_seconds(&self) -> f64 {
        seconds(self.band.rendered_frames())
    }

    /// What to tell the world.
    pub fn on_air(&mut self) -> OnAir {
        let rendered_seconds = self.rendered_seconds();
        let is_old = |aired: &AiredBar| aired.start_second < rendered_seconds - MEMORY_SECONDS;
        while self.bars.front().is_some_and(is_old) {
            self.bars.pop_front();
        }
        OnAir { rendered_seconds, bars: self.bars.clone() }
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
