//! The composer of a station on air: takes new settings between bars and saves its progress.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    compose::{composer::Composer, loaded_theme::LoadedTheme, phrase::PHRASE_BARS},
    config::Station,
    music::bar::Bar,
    station::{composing::Source, state::StateSender},
};

/// The newest configuration of a station that its composer has not turned to yet.
#[derive(Clone, Default)]
pub struct SettingChanges(Arc<Mutex<Option<(Station, LoadedTheme)>>>);

/// A composer that turns to new configurations and sends its progress to the state's writer.
pub struct LiveComposer {
    composer: Composer,
    changes: SettingChanges,
    state_sender: StateSender,
}

impl SettingChanges {
    /// Has the composer turn to `station`, whose theme is loaded already.
    pub fn send(&self, station: Station, loaded: LoadedTheme) {
        *self.0.lock() = Some((station, loaded));
    }

    fn take(&self) -> Option<(Station, LoadedTheme)> {
        self.0.lock().take()
    }
}

impl LiveComposer {
    /// A `composer` that turns to what `changes` give.
    pub fn new(composer: Composer, changes: SettingChanges, state_sender: StateSender) -> Self {
        Self { composer, changes, state_sender }
    }
}

impl Source for LiveComposer {
    fn next_bar(&mut self) -> Bar {
        let bar = self.composer.next().expect("a composer never ends");
        if bar.number.is_multiple_of(PHRASE_BARS) {
            self.state_sender.phrase(self.composer.before().clone());
        }
        bar
    }

    fn change_setting(&mut self, next: u64) {
        match self.changes.take() {
            Some((station, loaded)) => self.composer.change_setting(station, loaded, next),
            // An earlier interruption took the order already; the bars cut now are still due.
            None => self.composer.go_back(next),
        }
    }

    fn recover(&mut self, nth: u32) {
        self.composer.recover(nth);
    }
}
