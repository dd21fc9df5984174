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

/// Phrases that can be taken back: more than are composed ahead at any tempo up to 300 bpm.
const N_RECENT: usize = 16;

/// Phrases after which a section has ended, whatever its length.
const MOST_PHRASES: u64 = 64;

/// An endless source of bars.
///
/// Its only state is setting and progress between phrases, and the changes to come. After a restart, a
/// change or a panic it continues from an earlier progress. The bars are a function of the setting and
/// progress at the start and of the changes with their bars, whenever they are told.
pub struct Composer {
    /// Before the next phrase.
    next: Before,
    /// Before each of the last phrases composed, oldest first, without the changes in the phrase.
    recent: VecDeque<Before>,
    /// The same for the last phrase composed, with the changes in it.
    composed: Option<Before>,
    /// Changes and their bars, in order, from the oldest recent phrase on.
    changes: VecDeque<(u64, Change)>,
    /// Bars of the last phrase that were not given yet.
    ready: VecDeque<Bar>,
    /// The bar to give next, where it is not the first of the next phrase.
    from: u64,
}

/// A composer's state before a phrase: the phrase is a function of it.
#[derive(Clone)]
pub struct Before {
    /// What the phrase is made from.
    pub setting: Arc<Setting>,
    /// The progress before it; its first bar is `progress.bar`.
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

    /// A composer that continues from `progress`, which is valid, with the bar after `last`, the last
    /// one that listeners heard.
    ///
    /// Where the setting is unchanged, its bars are those that the previous composer would have made;
    /// otherwise it turns to the new setting at the next phrase.
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

    /// The state before the phrase of the last bar given, with the changes in that phrase; at first,
    /// before the first phrase.
    pub fn before(&self) -> &Before {
        self.composed.as_ref().unwrap_or(&self.next)
    }

    /// Whether changes were made in the phrase of the last bar given.
    pub fn is_changed(&self) -> bool {
        let first = self.before().progress.bar;
        self.changes.iter().any(|(bar, _)| (first..first + PHRASE_BARS).contains(bar))
    }

    /// Whether a change was made in the middle of the phrase of the last bar given.
    pub fn is_split(&self) -> bool {
        let first = self.before().progress.bar;
        self.changes.iter().any(|(bar, _)| (first + 1..first + PHRASE_BARS).contains(bar))
    }

    /// The progress after the phrase of the last bar given, before the next phrase is composed.
    pub fn after(&self) -> &Arc<Progress> {
        &self.next.progress
    }

    /// The state before each of the last phrases composed, oldest first.
    pub fn recent(&self) -> impl Iterator<Item = &Before> {
        self.recent.iter()
    }

    /// What the next phrase is made from.
    pub fn setting(&self) -> &Arc<Setting> {
        &self.next.setting
    }

    /// Instruments and levels of the present piece.
    pub fn mix(&self) -> &Arc<Mix> {
        &self.next.progress.form.piece().mix
    }

    /// After panic number `nth` in a row, counted from 1, while composing: the first time, the phrase
    /// is tried again; each further time, `nth - 1` more phrases of the form are skipped.
    ///
    /// A phrase that panics leaves no trace: the progress only moves with a complete phrase.
    pub fn recover(&mut self, nth: u32) {
        let mut progress = (*self.next.progress).clone();
        (1..nth).for_each(|_| progress.skip_phrase(&self.next.setting));
        self.next.progress = Arc::new(progress);
    }

    /// The first bar of a change that is to be heard `when`, if bars from `earliest` on can change.
    pub fn bar_of(&self, when: When, earliest: u64) -> u64 {
        let phrase = earliest.next_multiple_of(PHRASE_BARS);
        match when {
            When::Bar => earliest,
            When::Phrase => phrase,
            When::Section => self.section_from(phrase),
        }
    }

    /// The bar of the last change to come that `change` is at odds with, since both set the same thing; 0
    /// if there is none. Made before that bar, `change` would be heard until there and no longer.
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

    /// Changes from `bar` on, which may be in the middle of a phrase. Changes of one bar are made in the
    /// order in which they are told. Bars composed from there on are taken back; those before it that
    /// were not given yet stay as they are.
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

    /// Takes back all bars from `next` on, which is of one of the last phrases.
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

    /// Composes the next phrase, whose bars before `from` are known already.
    ///
    /// Each change in its middle composes it again with the bars before the change as they were.
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

    /// The next bar; there is always one.
    fn next(&mut self) -> Option<Bar> {
        if self.ready.is_empty() {
            self.compose_phrase(self.next_number());
        }
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests;
