//! What a renderer is made of, so that another one can take over.

use std::sync::{Arc, Mutex};

use rustysynth::SoundFont;

use crate::{
    inserts::{local_time::Wall, player::Guests},
    music::bar::Mix,
    station::{Error, renderer::Renderer},
};

/// Guests, and the clock by which times of day count for them.
type Visit = (Arc<Mutex<Guests>>, fn() -> Wall);

/// A SoundFont, the instruments to begin with, and who joins the music.
#[derive(Clone)]
pub struct Stage {
    font: Arc<SoundFont>,
    mix: Arc<Mix>,
    guests: Option<Visit>,
}

impl Stage {
    /// A stage for the band alone.
    pub fn new(font: &Arc<SoundFont>, mix: &Arc<Mix>) -> Self {
        Self { font: font.clone(), mix: mix.clone(), guests: None }
    }

    /// Has `guests` join the music, for whom times of day count by `wall`.
    #[must_use]
    pub fn with_guests(self, guests: Arc<Mutex<Guests>>, wall: fn() -> Wall) -> Self {
        Self { guests: Some((guests, wall)), ..self }
    }

    /// A renderer at its first bar.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn renderer(&self) -> Result<Renderer, Error> {
        let renderer = Renderer::new(&self.font, &self.mix)?;
        Ok(match &self.guests {
            Some((guests, wall)) => renderer.with_guests(guests.clone(), Some(*wall)),
            None => renderer,
        })
    }
}
