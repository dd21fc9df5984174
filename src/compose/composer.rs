//! The composer: an endless source of bars that can go back to an earlier bar and change from there on.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    compose::{
        change::Change, loaded_theme::LoadedTheme, phrase::PHRASE_BARS, progress::Progress,
        setting::Setting, steering::When, step::next_phrase,
    },
    config::Station,
    music::bar::{Bar, Mix},
};

/// Phrases that can be recomposed: more than are composed ahead at any tempo up to 300 bpm.
const N_RECENT: usize = 16;

/// Upper bound on the phrases to the next section.
const MOST_PHRASES: u64 = 64;

/// An endless source of bars.
///
/// Its only state is the setting and progress between phrases, and pending changes. After a restart, a change
/// or a panic it continues from an earlier progress. The bars are a function of the initial setting and
/// progress and of the changes with their bars, whenever they arrive.
pub struct Composer {
    /// State before the next phrase.
    next: Before,
    /// State before each of the last phrases composed, oldest first, without the phrase's own changes.
    recent: VecDeque<Before>,
    /// State before the last phrase composed, with its changes.
    composed: Option<Before>,
    /// Changes and their bars, in order, from the oldest recent phrase on.
    changes: VecDeque<(u64, Change)>,
    /// Bars of the last phrase that were not returned yet.
    ready: VecDeque<Bar>,
    /// The bar to return next, if it is not the first of the next phrase.
    from: u64,
}

/// A composer's state before a phrase: the phrase is a function of it.
#[derive(Clone)]
pub struct Before {
    /// The setting of the phrase.
    pub setting: Arc<Setting>,
    /// The progress before the phrase at bar `progress.bar`.
    pub progress: Arc<Progress>,
}

impl Composer {
    /// A composer at the start of the station's music.
    pub fn with(station: &Station, loaded: LoadedTheme, radio_seed: u64) -> Self {
        Self::start(Setting::new(station, loaded, radio_seed))
    }

    /// A composer at the start of the music that `setting` makes.
    pub fn start(setting: Setting) -> Self {
        let progress = Progress::start(&setting);
        Self::at(Before { setting: Arc::new(setting), progress: Arc::new(progress) })
    }

    /// A composer whose next phrase is the one after `next`.
    pub fn at(next: Before) -> Self {
        let (recent, changes, ready) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Self { next, recent, composed: None, changes, ready, from: 0 }
    }

    /// A composer that continues from `progress`, which may belong to another setting.
    pub fn from(setting: Setting, mut progress: Progress) -> Self {
        progress.change_setting(&setting);
        Self::at(Before { setting: Arc::new(setting), progress: Arc::new(progress) })
    }

    /// A composer that continues from `progress`, which is valid, with the bar after `last`, the last bar
    /// that listeners heard.
    ///
    /// If the setting is unchanged, its bars are those that the previous composer would have made; otherwise
    /// the new setting applies from the next phrase on.
    pub fn resume(setting: Setting, mut progress: Progress, last: Option<u64>) -> Self {
        let is_heard = |bar: u64| last.is_some_and(|last| bar <= last);
        let is_same = progress.belongs_to(&setting);
        if !is_same {
            while is_heard(progress.bar) {
                progress.skip_phrase(&setting);
                progress.bar += PHRASE_BARS;
            }
            progress.change_setting(&setting);
        }
        let next = Before { setting: Arc::new(setting), progress: Arc::new(progress) };
        let mut composer = Self::at(next);
        while is_heard(composer.next_number()) {
            composer.next();
        }
        composer
    }

    /// The state before the phrase of the last bar returned, with that phrase's changes; at first, before the
    /// first phrase.
    pub fn before(&self) -> &Before {
        self.composed.as_ref().unwrap_or(&self.next)
    }

    /// Whether changes were made in the phrase of the last bar returned.
    pub fn is_changed(&self) -> bool {
        let first = self.before().progress.bar;
        self.changes.iter().any(|(bar, _)| (first..first + PHRASE_BARS).contains(bar))
    }

    /// Whether a change was made within the phrase of the last bar returned.
    pub fn is_split(&self) -> bool {
        let first = self.before().progress.bar;
        self.changes.iter().any(|(bar, _)| (first + 1..first + PHRASE_BARS).contains(bar))
    }

    /// The progress after the phrase of the last bar returned, before the next phrase is composed.
    pub fn after(&self) -> &Arc<Progress> {
        &self.next.progress
    }

    /// The state before each of the last phrases composed, oldest first.
    pub fn recent(&self) -> impl Iterator<Item = &Before> {
        self.recent.iter()
    }

    /// The setting of the next phrase.
    pub fn setting(&self) -> &Arc<Setting> {
        &self.next.setting
    }

    /// Instruments and levels of the current piece.
    pub fn mix(&self) -> &Arc<Mix> {
        &self.next.progress.form.piece().mix
    }

    /// Recovers from panic number `nth` in a row, counted from 1: the first time, the phrase is retried; each
    /// further time, `nth - 1` more phrases of the form are skipped.
    ///
    /// A phrase that panics has no effect: the progress only moves with a complete phrase.
    pub fn recover(&mut self, nth: u32) {
        let mut progress = (*self.next.progress).clone();
        (1..nth).for_each(|_| progress.skip_phrase(&self.next.setting));
        self.next.progress = Arc::new(progress);
    }

    /// The first bar of a change requested for `when`, if bars from `earliest` on can change.
    pub fn bar_of(&self, when: When, earliest: u64) -> u64 {
        let phrase = earliest.next_multiple_of(PHRASE_BARS);
        match when {
            When::Bar => earliest,
            When::Phrase => phrase,
            When::Section => self.section_from(phrase),
        }
    }

    /// The bar of the last change that conflicts with `change`, since both set the same thing; 0 if there is
    /// none. Applied before that bar, `change` would be overridden there.
    pub fn last_at_odds(&self, change: &Change) -> u64 {
        let is_at_odds = |other: &Change| {
            let is_order = matches!(change, Change::Order(_));
            !is_order && (change.replaces(other) || other.replaces(change))
        };
        let last = self.changes.iter().rev().find(|(_, other)| is_at_odds(other));
        last.map_or(0, |(bar, _)| *bar)
    }

    /// The first bar of the first section that starts at bar `phrase` or later.
    fn section_from(&self, phrase: u64) -> u64 {
        let known = self.recent.iter().find(|before| before.progress.bar == phrase);
        let before = known.unwrap_or(&self.next);
        let mut progress = (*before.progress).clone();
        for _ in 0..MOST_PHRASES {
            if phrase <= progress.bar && progress.starts_section() {
                break;
            }
            progress.skip_phrase(&before.setting);
            progress.bar += PHRASE_BARS;
        }
        progress.bar
    }

    /// Applies `change` from `bar` on, which may be in the middle of a phrase. Changes in one bar apply in
    /// order of arrival. Bars composed from there on are discarded; earlier bars that were not returned yet
    /// stay as they are.
    pub fn change(&mut self, change: Change, bar: u64) {
        let change = match change {
            Change::Beat(place) => Change::Beat(place.starting_at(bar)),
            Change::Line(place) => Change::Line(place.starting_at(bar)),
            other => other,
        };
        self.changes.retain(|(other, earlier)| *other != bar || !change.replaces(earlier));
        let index = self.changes.partition_point(|(other, _)| *other <= bar);
        self.changes.insert(index, (bar, change));
        let next = self.next_number();
        if bar < self.next.progress.bar.max(next) {
            self.go_back(bar.min(next));
        }
    }

    /// Discards all bars from `next` on, which must be in one of the last phrases.
    pub fn go_back(&mut self, next: u64) {
        let start = next - next % PHRASE_BARS;
        let is_start = |before: &Before| before.progress.bar == start;
        if let Some(index) = self.recent.iter().position(is_start) {
            self.next = self.recent[index].clone();
            self.recent.truncate(index);
            self.ready.clear();
            self.from = next;
        } else if is_start(&self.next) {
            self.from = next;
        }
    }

    /// The number of the next bar.
    pub fn next_number(&self) -> u64 {
        self.ready.front().map_or(self.next.progress.bar.max(self.from), |bar| bar.number)
    }

    /// Composes the next phrase, whose bars before `from` exist already.
    ///
    /// Each change in the phrase recomposes it; the bars before the change stay as they were.
    fn compose_phrase(&mut self, from: u64) {
        let first = self.next.progress.bar;
        let end = first + PHRASE_BARS;
        let (mut setting, mut progress) =
            ((*self.next.setting).clone(), (*self.next.progress).clone());
        let mut changes = self.changes.iter().filter(|(bar, _)| (first..end).contains(bar));
        let mut bars = Vec::new();
        let mut next = changes.next();
        let mut begin = first;
        let after = loop {
            while let Some((bar, change)) = next.filter(|(bar, _)| *bar <= begin) {
                change.apply(&mut setting, &mut progress, *bar);
                next = changes.next();
            }
            let until = next.map_or(end, |(bar, _)| *bar);
            if until <= from {
                begin = until;
                continue;
            }
            let (composed, after) = next_phrase(&setting, &progress);
            let is_wanted = |bar: &Bar| (begin.max(from)..until).contains(&bar.number);
            bars.extend(composed.into_iter().filter(is_wanted));
            if until == end {
                break after;
            }
            begin = until;
        };
        let setting = Arc::new(setting);
        self.composed = Some(Before { setting: setting.clone(), progress: Arc::new(progress) });
        let next = Before { setting, progress: Arc::new(after) };
        self.recent.push_back(std::mem::replace(&mut self.next, next));
        if N_RECENT < self.recent.len() {
            self.recent.pop_front();
        }
        let oldest = self.recent.front().map_or(first, |before| before.progress.bar);
        self.changes.retain(|(bar, _)| oldest <= *bar);
        self.ready.extend(bars);
    }
}

impl Iterator for Composer {
    type Item = Bar;

    /// The next bar; never `None`.
    fn next(&mut self) -> Option<Bar> {
        if self.ready.is_empty() {
            self.compose_phrase(self.next_number());
        }
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests;
