//! The mastering chain between mix and encoder.

use crate::{
    sound::{
        Error,
        bus_compressor::BusCompressor,
        frame::Block,
        leveller::LoudnessLeveller,
        limiter::{CEILING, Limiter},
    },
    units::{Decibels, Lufs},
};

/// Bus compressor, loudness leveller, limiter.
pub struct Master {
    compressor: BusCompressor,
    leveller: LoudnessLeveller,
    limiter: Limiter,
}

impl Master {
    /// Delay in frames.
    pub const LATENCY: usize = Limiter::LATENCY;

    /// A chain that levels to `target`.
    ///
    /// # Errors
    /// The loudness meter can't be created.
    pub fn new(target: Lufs) -> Result<Self, Error> {
        let (leveller, limiter) = (LoudnessLeveller::new(target)?, Limiter::new(CEILING));
        Ok(Self { compressor: BusCompressor::new(), leveller, limiter })
    }

    /// Sets a new target loudness, reached over minutes.
    pub fn set_target(&mut self, target: Lufs) {
        self.leveller.set_target(target);
    }

    /// The gain that levels the station.
    pub fn gain(&self) -> Decibels {
        self.leveller.gain()
    }

    /// Starts at this gain instead of the default, as after minutes of sound.
    pub fn set_gain(&mut self, gain: Decibels) {
        self.leveller.set_gain(gain);
    }

    /// Masters a block in place. `join` runs before the limiter and may add audio that is already
    /// levelled.
    pub fn process(&mut self, block: &mut Block, join: impl FnOnce(&mut Block)) {
        self.compressor.process(block);
        self.leveller.process(block);
        join(block);
        self.limiter.process(block);
    }
}
