//! What a composer that is on air is told to turn to.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    compose::{composer::Composer, loaded_theme::Repertoire, phrase::PHRASE_BARS},
    config::Station,
    music::bar::Bar,
    station::{composing::Source, state::Notebook},
};

/// The newest order, if it was not obeyed yet.
#[derive(Clone, Default)]
pub struct Orders(Arc<Mutex<Option<(Station, Repertoire)>>>);

/// A composer, the orders that it is given, and where it writes itself down.
pub struct Ordered {
    composer: Composer,
    orders: Orders,
    notebook: Notebook,
}

impl Orders {
    /// Orders to play what `station` says, with what it needs opened already.
    pub fn give(&self, station: Station, repertoire: Repertoire) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((station, repertoire));
    }

    fn take(&self) -> Option<(Station, Repertoire)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Ordered {
    /// A `composer` that obeys `orders`.
    pub fn new(composer: Composer, orders: Orders, notebook: Notebook) -> Self {
        Self { composer, orders, notebook }
    }
}

impl Source for Ordered {
    fn next_bar(&mut self) -> Bar {
        let bar = self.composer.next().expect("a composer has no end");
        if bar.number.is_multiple_of(PHRASE_BARS) {
            self.notebook.phrase(self.composer.before().clone());
        }
        bar
    }

    fn obey(&mut self, next: u64) {
        match self.orders.take() {
            Some((station, repertoire)) => self.composer.turn_to(station, repertoire, next),
            // It came with the order before this one; the bars that were dropped are still due.
            None => self.composer.go_back(next),
        }
    }

    fn recover(&mut self, nth: u32) {
        self.composer.recover(nth);
    }
}
