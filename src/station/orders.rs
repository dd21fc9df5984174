//! The composer of a station on air: takes new settings between bars and saves its progress.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    compose::{composer::Composer, loaded_theme::Repertoire, phrase::PHRASE_BARS},
    config::Station,
    music::bar::Bar,
    station::{composing::Source, state::Notebook},
};

/// The newest configuration of a station that its composer has not turned to yet.
#[derive(Clone, Default)]
pub struct Orders(Arc<Mutex<Option<(Station, Repertoire)>>>);

/// A composer that turns to new configurations and sends its progress to the state's writer.
pub struct Ordered {
    composer: Composer,
    orders: Orders,
    notebook: Notebook,
}

impl Orders {
    /// Has the composer turn to `station`, whose theme is loaded already.
    pub fn give(&self, station: Station, loaded: Repertoire) {
        *self.0.lock() = Some((station, loaded));
    }

    fn take(&self) -> Option<(Station, Repertoire)> {
        self.0.lock().take()
    }
}

impl Ordered {
    /// A `composer` that turns to what `orders` give.
    pub fn new(composer: Composer, orders: Orders, notebook: Notebook) -> Self {
        Self { composer, orders, notebook }
    }
}

impl Source for Ordered {
    fn next_bar(&mut self) -> Bar {
        let bar = self.composer.next().expect("a composer never ends");
        if bar.number.is_multiple_of(PHRASE_BARS) {
            self.notebook.phrase(self.composer.before().clone());
        }
        bar
    }

    fn obey(&mut self, next: u64) {
        match self.orders.take() {
            Some((station, loaded)) => self.composer.turn_to(station, loaded, next),
            // An earlier interruption took the order already; the bars cut now are still due.
            None => self.composer.go_back(next),
        }
    }

    fn recover(&mut self, nth: u32) {
        self.composer.recover(nth);
    }
}
