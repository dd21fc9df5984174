//! The inputs of a renderer, so that a failed one can be replaced.

use std::sync::Arc;

use crate::{
    inserts::{local_time::LocalTime, player::InsertPlayer},
    music::bar::Mix,
    sound::part_fonts::PartFonts,
    station::{Error, renderer::Renderer},
};

/// SoundFonts, the mix to start with, and the inserts of the first renderer.
pub struct RendererSetup {
    fonts: PartFonts,
    mix: Arc<Mix>,
    /// The player and the clock for times of day; moved into the first renderer.
    inserts: Option<(InsertPlayer, fn() -> LocalTime)>,
}

impl RendererSetup {
    /// A setup without inserts.
    pub fn new(fonts: impl Into<PartFonts>, mix: &Arc<Mix>) -> Self {
        Self { fonts: fonts.into(), mix: mix.clone(), inserts: None }
    }

    /// Plays inserts, whose times of day are those of `clock`.
    #[must_use]
    pub fn with_inserts(self, player: InsertPlayer, clock: fn() -> LocalTime) -> Self {
        Self { inserts: Some((player, clock)), ..self }
    }

    /// The SoundFonts.
    pub fn fonts(&self) -> &PartFonts {
        &self.fonts
    }

    /// A renderer at its first bar. Only the first one has the inserts; a later one takes them over with
    /// [`Renderer::after`].
    ///
    /// # Errors
    /// The synthesizer can't be built.
    pub fn renderer(&mut self) -> Result<Renderer, Error> {
        let renderer = Renderer::new(&self.fonts, &self.mix)?;
        Ok(match self.inserts.take() {
            Some((player, clock)) => renderer.with_inserts(player, Some(clock)),
            None => renderer,
        })
    }
}
