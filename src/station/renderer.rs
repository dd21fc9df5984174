//! Bars to MP3 frames: band, limiter, encoder, and what is being played when.

use std::{collections::VecDeque, sync::Arc};

use rustysynth::SoundFont;

use super::{
    Error,
    on_air::{AiredBar, OnAir},
};
use crate::{
    music::bar::{Bar, Voice},
    sound::{
        band::Band,
        encode::Encoder,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        limiter::{self, Limiter},
    },
    stream::ring::Chunk,
    units::{Kbps, SAMPLE_RATE},
};

/// MP3 frames in a chunk: half a second, so that titles change on time and writes to listeners are
/// few and large.
const FRAMES_PER_CHUNK: usize = 19;

/// Bars are remembered until they are so old: the longest burst is over by then.
const MEMORY_SECONDS: f64 = 40.0;

/// A station's sound, block by block.
pub struct Renderer {
    band: Band,
    limiter: Limiter,
    encoder: Encoder,
    block: Block,
    bars: VecDeque<AiredBar>,
}

impl Renderer {
    /// A band at its first bar.
    ///
    /// # Errors
    /// The synthesizer or the encoder can't start.
    pub fn new(font: &Arc<SoundFont>, voices: &[Voice; 3], bitrate: Kbps) -> Result<Self, Error> {
        Ok(Self {
            band: Band::new(font, voices)?,
            limiter: Limiter::new(limiter::CEILING),
            encoder: Encoder::new(bitrate)?,
            block: Block::SILENCE,
            bars: VecDeque::new(),
        })
    }

    /// Renders the next block, taking bars from `next` as they are needed.
    pub fn render(&mut self, next: &mut dyn FnMut() -> Arc<Bar>) -> &Block {
        while self.band.queued_frames() < FRAMES_PER_MP3_FRAME as u64 {
            let bar = next();
            let frames = self.band.queue(&bar);
            // What the limiter holds back comes later by as much.
            let start = frames.start + Limiter::LATENCY as u64;
            self.bars.push_back(AiredBar { start_second: seconds(start), bar });
        }
        self.band.render(&mut self.block);
        self.limiter.process(&mut self.block);
        &self.block
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
        Ok(Chunk { audio: audio.into(), title })
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

fn seconds(frames: u64) -> f64 {
    frames as f64 / f64::from(SAMPLE_RATE)
}
