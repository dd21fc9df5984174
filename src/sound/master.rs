//! What the whole mix goes through before it is encoded.

use crate::{
    sound::{
        Error,
        frame::Block,
        glue::Glue,
        leveller::Leveller,
        limiter::{CEILING, Limiter},
    },
    units::Lufs,
};

/// Compressor, loudness, limiter.
pub struct Master {
    glue: Glue,
    leveller: Leveller,
    limiter: Limiter,
}

impl Master {
    /// The sound comes out this many frames late.
    pub const LATENCY: usize = Limiter::LATENCY;

    /// A master that holds a station at `target`.
    ///
    /// # Errors
    /// The meter has no memory.
    pub fn new(target: Lufs) -> Result<Self, Error> {
        let (leveller, limiter) = (Leveller::new(target)?, Limiter::new(CEILING));
        Ok(Self { glue: Glue::new(), leveller, limiter })
    }

    /// Another target loudness, reached over minutes.
    pub fn set_target(&mut self, target: Lufs) {
        self.leveller.set_target(target);
    }

    /// Masters a block in place; `join` may add to it what has its loudness already.
    pub fn process(&mut self, block: &mut Block, join: impl FnOnce(&mut Block)) {
        self.glue.process(block);
        self.leveller.process(block);
        join(block);
        self.limiter.process(block);
    }
}
