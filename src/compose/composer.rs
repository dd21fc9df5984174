//! The composer: an endless source of bars that can go back to an earlier progress.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    compose::{
        loaded_theme::LoadedTheme, phrase::PHRASE_BARS, progress::Progress, setting::Setting,
        step::next_phrase,
    },
    config::Station,
    music::bar::{Bar, Mix},
};

/// Phrases that can be taken back: more than are composed ahead at any tempo up to 300 bpm.
const N_RECENT: usize = 14;

/// An endless source of bars.
///
/// Its only state is the progress between phrases. After a restart, an edit of the theme or a
/// panic it continues from an earlier progress.
pub struct Composer {
    setting: Setting,
    /// Before the next phrase.
    progress: Arc<Progress>,
    /// Before each of the last phrases composed, oldest first.
    recent: VecDeque<Arc<Progress>>,
    /// Bars of the last phrase that were not given yet.
    ready: VecDeque<Bar>,
}

impl Composer {
    /// A composer at the start of the station's music.
    pub fn with(station: &Station, loaded: LoadedTheme, radio_seed: u64) -> Self {
        let setting = Setting::new(station, loaded, radio_seed);
        let progress = Progress::start(&setting);
        Self::at(setting, progress)
    }

    /// A composer that continues from `progress`, which is valid, with the bar after `last`, the last
    /// one that listeners heard.
    ///
    /// Where the setting is unchanged, its bars are those that the previous composer would have made;
    /// otherwise it turns to the new setting at the next phrase.
    pub fn resume(
        station: &Station,
        loaded: LoadedTheme,
        radio_seed: u64,
        mut progress: Progress,
        last: Option<u64>,
    ) -> Self {
        let setting = Setting::new(station, loaded, radio_seed);
        let is_heard = |bar: u64| last.is_some_and(|last| bar <= last);
        if progress.belongs_to(&setting) {
            let mut composer = Self::at(setting, progress);
            while is_heard(composer.next_number()) {
                composer.next();
            }
            return composer;
        }
        while is_heard(progress.bar) {
            progress.skip_phrase(&setting);
            progress.bar += PHRASE_BARS;
        }
        progress.change_setting(&setting);
        Self::at(setting, progress)
    }

    fn at(setting: Setting, progress: Progress) -> Self {
        let progress = Arc::new(progress);
        Self { setting, progress, recent: VecDeque::new(), ready: VecDeque::new() }
    }

    /// The progress before the phrase of the last bar given; at first, before the first phrase.
    pub fn before(&self) -> &Arc<Progress> {
        self.recent.back().unwrap_or(&self.progress)
    }

    /// Instruments and levels of the present piece.
    pub fn mix(&self) -> &Arc<Mix> {
        &self.progress.form.piece().mix
    }

    /// After panic number `nth` in a row, counted from 1, while composing: the first time, the phrase
    /// is tried again; each further time, `nth - 1` more phrases of the form are skipped.
    ///
    /// A phrase that panics leaves no trace: the progress only moves with a complete phrase.
    pub fn recover(&mut self, nth: u32) {
        let mut progress = (*self.progress).clone();
        (1..nth).for_each(|_| progress.skip_phrase(&self.setting));
        self.progress = Arc::new(progress);
    }

    /// Takes back all bars from `next` on, which starts one of the last phrases.
    pub fn go_back(&mut self, next: u64) {
        if let Some(index) = self.recent.iter().position(|before| before.bar == next) {
            self.progress = self.recent[index].clone();
            self.recent.truncate(index);
            self.ready.clear();
        }
    }

    /// Turns to an edited `station` from bar `next` on, which starts a phrase. Bars composed from
    /// there on are taken back.
    pub fn change_setting(&mut self, station: Station, loaded: LoadedTheme, next: u64) {
        self.go_back(next);
        self.setting = self.setting.changed_to(station, loaded);
        let mut progress = (*self.progress).clone();
        progress.change_setting(&self.setting);
        progress.bar = next;
        self.progress = Arc::new(progress);
        // They belong to the previous setting.
        self.recent.clear();
        self.ready.clear();
    }

    /// The number of the next bar.
    fn next_number(&self) -> u64 {
        self.ready.front().map_or(self.progress.bar, |bar| bar.number)
    }

    fn compose_phrase(&mut self) {
        let (bars, after) = next_phrase(&self.setting, &self.progress);
        let before = std::mem::replace(&mut self.progress, Arc::new(after));
        self.recent.push_back(before);
        if N_RECENT < self.recent.len() {
            self.recent.pop_front();
        }
        self.ready.extend(bars);
    }
}

impl Iterator for Composer {
    type Item = Bar;

    /// The next bar; there is always one.
    fn next(&mut self) -> Option<Bar> {
        if self.ready.is_empty() {
            self.compose_phrase();
        }
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests;
