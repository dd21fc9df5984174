//! The titles that were on air, and when.

use std::{collections::VecDeque, sync::Arc};

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::music::{bar::Bar, cover::Cover};

/// Number of titles kept.
pub const MAX_TITLES: usize = 500;

/// A title and when it went on air.
#[derive(Debug, Clone, PartialEq)]
pub struct PastTitle {
    /// When its first sound was sent, to the second.
    pub at: Timestamp,
    /// The title that listeners were shown.
    pub title: Arc<str>,
    /// The bar that was on air, and its piece; none in entries of older versions.
    pub heard: Option<Heard>,
}

/// A bar that was on air.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Its number.
    pub bar: u64,
    /// The number of its piece.
    pub piece: u64,
    /// What the picture of its piece depends on.
    pub cover: Cover,
    /// Its piece's point in the latent space of bass and lead; empty after a restart.
    pub place: Arc<[f32]>,
}

impl Heard {
    /// The record of `bar`.
    pub fn of(bar: &Bar) -> Self {
        let Bar { number, piece, cover, place, .. } = bar;
        Self { bar: *number, piece: *piece, cover: *cover, place: place.clone() }
    }
}

/// The last titles of a station: pieces and inserts.
#[derive(Debug, Default)]
pub struct History {
    heard: Mutex<VecDeque<PastTitle>>,
}

impl History {
    /// A history that continues `heard`, oldest first.
    pub fn new(heard: impl IntoIterator<Item = PastTitle>) -> Self {
        let mut heard: VecDeque<PastTitle> = heard.into_iter().collect();
        while MAX_TITLES < heard.len() {
            heard.pop_front();
        }
        Self { heard: Mutex::new(heard) }
    }

    /// Records that `title` is on air at `now`, with `bar`. Returns the new entry, unless the title is empty
    /// or unchanged.
    pub fn note(&self, title: &Arc<str>, bar: Option<&Bar>, now: Timestamp) -> Option<PastTitle> {
        let mut heard = self.heard.lock();
        if title.is_empty() || heard.back().is_some_and(|last| last.title == *title) {
            return None;
        }
        let at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let new = PastTitle { at, title: title.clone(), heard: bar.map(Heard::of) };
        if heard.len() == MAX_TITLES {
            heard.pop_front();
        }
        heard.push_back(new.clone());
        Some(new)
    }

    /// All entries, the newest first.
    pub fn newest_first(&self) -> Vec<PastTitle> {
        self.heard.lock().iter().rev().cloned().collect()
    }

    /// The newest entry that satisfies `is_it`.
    pub fn find(&self, is_it: impl Fn(&PastTitle) -> bool) -> Option<PastTitle> {
        self.heard.lock().iter().rev().find(|heard| is_it(heard)).cloned()
    }

    /// The newest entry of a piece.
    pub fn of_piece(&self, piece: u64) -> Option<PastTitle> {
        self.find(|past| past.heard.as_ref().is_some_and(|heard| heard.piece == piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::bar::Mix, units::Bpm};

    /// A bar of piece 3.
    fn bar(number: u64) -> Bar {
        Bar { number, piece: 3, ..Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain())) }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_title_is_noted_once() {
        let before = PastTitle { at: at(5), title: "one".into(), heard: None };
        let history = History::new([before.clone()]);
        let late: Timestamp = "2026-03-29T01:00:00.75Z".parse().unwrap();

        assert_eq!(history.note(&"one".into(), None, at(9)), None);
        assert_eq!(history.note(&"".into(), None, at(9)), None);
        let new = history.note(&"two".into(), Some(&bar(7)), late).unwrap();
        assert_eq!(new.at.to_string(), "2026-03-29T01:00:00Z");
        assert_eq!(history.note(&"two".into(), None, late), None);

        assert_eq!(history.of_piece(3).as_ref(), Some(&new));
        assert_eq!(new.heard.as_ref().map(|heard| heard.bar), Some(7));
        assert_eq!(history.of_piece(4), None);
        assert_eq!(history.newest_first(), [new, before]);
    }

    #[test]
    fn a_clock_set_back_keeps_the_order() {
        let history = History::default();
        for (second, title) in [(90, "one"), (30, "two"), (60, "three")] {
            history.note(&title.into(), None, at(second));
        }

        let titles = history.newest_first().into_iter().map(|heard| heard.title.to_string());
        assert_eq!(titles.collect::<Vec<_>>(), ["three", "two", "one"]);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let history = History::default();
        for n in 0..2 * MAX_TITLES {
            history.note(&n.to_string().into(), None, at(n as i64)).unwrap();
        }
        let all = history.newest_first();

        assert_eq!(
            (all.len(), &*all[0].title, &*all[MAX_TITLES - 1].title),
            (MAX_TITLES, "999", "500")
        );
        assert_eq!(History::new(all.into_iter().rev()).newest_first().len(), MAX_TITLES);
    }
}
