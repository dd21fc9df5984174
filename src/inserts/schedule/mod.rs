//! Decides which list is due, by the music's time and by local time.
//!
//! Reads no clock itself: the same moments give the same answers.

use std::cmp::Ordering;

use crate::{
    config::{Edge, Playlist, When},
    inserts::local_time::{DAY, LocalTime},
};

/// Seconds that an insert for a time of day may be late; after that it is skipped.
const GRACE: i64 = 15 * 60;

/// A beat of the music, where an insert may start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Seconds since the station's first sound.
    pub second: f64,
    /// What starts here: a beat, a bar or a phrase.
    pub edge: Edge,
    /// Tracks started so far, including one that starts here.
    pub n_tracks: u64,
    /// Local time; none where times of day don't count, as in a rendering.
    pub local_time: Option<LocalTime>,
}

/// The lists' rules, and when each was played last.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    rules: Vec<Rule>,
    /// The second at which the current insert ends.
    busy_until: f64,
}

#[derive(Debug, Clone)]
struct Rule {
    playlist: Playlist,
    /// None before the first moment.
    timer: Option<Timer>,
    /// The second at which it became due, if it is.
    due_since: Option<f64>,
}

#[derive(Debug, Clone)]
enum Timer {
    Second(f64),
    Track(u64),
    /// Times of the last two days that were played, or had passed before the start.
    Played(Vec<LocalTime>),
}

impl Schedule {
    /// Counts from the first moment. Rules are numbered like `playlists`.
    pub fn new(playlists: &[Playlist]) -> Self {
        let rule =
            |playlist: &Playlist| Rule { playlist: playlist.clone(), timer: None, due_since: None };
        Self { rules: playlists.iter().map(rule).collect(), busy_until: 0.0 }
    }

    /// Replaces the rules; unchanged ones keep counting.
    pub fn replace(&mut self, playlists: &[Playlist]) {
        let mut old = std::mem::take(&mut self.rules);
        self.rules = Self::new(playlists).rules;
        for rule in &mut self.rules {
            if let Some(same) = old.iter().position(|old| old.playlist == rule.playlist) {
                *rule = old.swap_remove(same);
            }
        }
    }

    /// Numbers of the rules that may start an insert at `moment`, the most urgent first: times of day,
    /// then the one that has waited longest.
    pub fn due(&mut self, moment: &Moment) -> Vec<usize> {
        for rule in &mut self.rules {
            rule.update(moment);
        }
        if moment.second < self.busy_until {
            return Vec::new();
        }
        let may_begin = |rule: &Rule| rule.due_since.is_some() && rule.playlist.on <= moment.edge;
        let mut due: Vec<usize> =
            (0..self.rules.len()).filter(|index| may_begin(&self.rules[*index])).collect();
        due.sort_by(|a, b| self.rules[*a].urgency(&self.rules[*b]));
        due
    }

    /// Records that an insert plays until `second`.
    pub fn mark_busy(&mut self, second: f64) {
        self.busy_until = second;
    }

    /// Records that an insert of `seconds` starts at `moment` for rule `index`.
    pub fn mark_played(&mut self, index: usize, moment: &Moment, seconds: f64) {
        self.mark_busy(moment.second + seconds);
        if let Some(rule) = self.rules.get_mut(index) {
            rule.mark_played(moment);
        }
    }
}

impl Rule {
    /// Updates `due_since`.
    fn update(&mut self, moment: &Moment) {
        let Some(when) = &self.playlist.when else { return };
        let timer = self.timer.get_or_insert_with(|| start_timer(when, moment));
        let is_due = match (&*timer, when) {
            (Timer::Second(next), _) => *next <= moment.second,
            (Timer::Track(next), _) => *next <= moment.n_tracks,
            (Timer::Played(played), When::At(_)) => first_missed(when, played, moment).is_some(),
            (Timer::Played(_), _) => false,
        };
        match is_due {
            true => self.due_since = self.due_since.or(Some(moment.second)),
            false => self.due_since = None,
        }
    }

    fn mark_played(&mut self, moment: &Moment) {
        self.due_since = None;
        let Some(when) = &self.playlist.when else { return };
        match (self.timer.get_or_insert_with(|| start_timer(when, moment)), when) {
            // On a fixed grid: a late insert doesn't delay the next one.
            (Timer::Second(next), When::EveryMinutes(minutes)) => {
                let every = minutes * 60.0;
                *next += every * (((moment.second - *next) / every).floor().max(0.0) + 1.0);
            }
            (Timer::Track(next), When::EveryTracks(every)) => *next = moment.n_tracks + every,
            (Timer::Played(played), When::At(_)) => {
                played.extend(first_missed(when, played, moment));
                let now = moment.local_time;
                played.retain(|time| now.is_none_or(|now| (now.0 - time.0).abs() < 2 * DAY));
            }
            _ => {}
        }
    }

    fn urgency(&self, other: &Self) -> Ordering {
        let is_at = |rule: &Self| matches!(rule.playlist.when, Some(When::At(_)));
        let since = |rule: &Self| rule.due_since.unwrap_or(f64::INFINITY);
        is_at(other).cmp(&is_at(self)).then(since(self).total_cmp(&since(other)))
    }
}

/// The timer of a rule that starts to count at `moment`.
fn start_timer(when: &When, moment: &Moment) -> Timer {
    match when {
        When::EveryMinutes(minutes) => Timer::Second(moment.second + minutes * 60.0),
        When::EveryTracks(every) => Timer::Track(moment.n_tracks + every),
        When::At(_) => {
            // Times that passed before the station started are not made up for.
            let is_before = |time: &LocalTime| moment.local_time.is_some_and(|now| *time < now);
            let mut played = passed(when, moment);
            played.retain(is_before);
            Timer::Played(played)
        }
    }
}

/// The earliest time within the grace that has not been played.
fn first_missed(when: &When, played: &[LocalTime], moment: &Moment) -> Option<LocalTime> {
    passed(when, moment).into_iter().filter(|time| !played.contains(time)).min()
}

/// The times of day that have passed within the grace, yesterday's included.
fn passed(when: &When, moment: &Moment) -> Vec<LocalTime> {
    let (When::At(times), Some(now)) = (when, moment.local_time) else { return Vec::new() };
    let of_day =
        |start: i64| times.iter().map(move |time| LocalTime(start + i64::from(time.second)));
    let today = now.midnight().0;
    let times = of_day(today - DAY).chain(of_day(today));
    times.filter(|time| (0..=GRACE).contains(&(now.0 - time.0))).collect()
}

#[cfg(test)]
mod tests;
