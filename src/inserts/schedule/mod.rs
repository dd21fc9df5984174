//! Which playlist is due, by the music's time and the clock on the wall.
//!
//! It looks at no clock itself: the same moments give the same answers.

use std::cmp::Ordering;

use crate::{
    config::{Edge, Playlist, When},
    inserts::local_time::{DAY, Wall},
};

/// A recording that should have come at a time of day still comes so many seconds later; after that
/// it is left out.
const GRACE: i64 = 15 * 60;

/// A place in the music where something may begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Seconds since the station's first sound.
    pub second: f64,
    /// What begins here, besides its beats and bars.
    pub edge: Edge,
    /// Tracks begun so far, one that begins here included.
    pub n_tracks: u64,
    /// What the clock shows; none where no time of day shall count, as in a rendering.
    pub wall: Option<Wall>,
}

/// Rules and when each was served last.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    rules: Vec<Rule>,
    /// The second at which the recording that was begun last is over.
    busy_until: f64,
}

#[derive(Debug, Clone)]
struct Rule {
    playlist: Playlist,
    /// None until the first moment.
    timer: Option<Timer>,
    /// The moment at which it became due, if it is.
    since: Option<f64>,
}

#[derive(Debug, Clone)]
enum Timer {
    Second(f64),
    Track(u64),
    /// Times of the last days that were served or that were before the beginning.
    Served(Vec<Wall>),
}

impl Schedule {
    /// A schedule that begins to count at its first moment; rules are numbered as `playlists` are.
    pub fn new(playlists: &[Playlist]) -> Self {
        let rule =
            |playlist: &Playlist| Rule { playlist: playlist.clone(), timer: None, since: None };
        Self { rules: playlists.iter().map(rule).collect(), busy_until: 0.0 }
    }

    /// Goes on with other rules; those that stay as they were go on counting.
    pub fn turn_to(&mut self, playlists: &[Playlist]) {
        let mut old = std::mem::take(&mut self.rules);
        self.rules = Self::new(playlists).rules;
        for rule in &mut self.rules {
            if let Some(same) = old.iter().position(|old| old.playlist == rule.playlist) {
                *rule = old.swap_remove(same);
            }
        }
    }

    /// Numbers of the rules by which something may begin at `moment`, what is most urgent first: times
    /// of day, then what has waited longest.
    pub fn due(&mut self, moment: &Moment) -> Vec<usize> {
        for rule in &mut self.rules {
            rule.look(moment);
        }
        if moment.second < self.busy_until {
            return Vec::new();
        }
        let may_begin = |rule: &Rule| rule.since.is_some() && rule.playlist.on <= moment.edge;
        let mut due: Vec<usize> =
            (0..self.rules.len()).filter(|index| may_begin(&self.rules[*index])).collect();
        due.sort_by(|a, b| self.rules[*a].urgency(&self.rules[*b]));
        due
    }

    /// Rule `index` is served at `moment`, by a recording of so many seconds.
    pub fn serve(&mut self, index: usize, moment: &Moment, seconds: f64) {
        self.busy_until = moment.second + seconds;
        if let Some(rule) = self.rules.get_mut(index) {
            rule.serve(moment);
        }
    }
}

impl Rule {
    /// Notices whether it has become due.
    fn look(&mut self, moment: &Moment) {
        let Some(when) = &self.playlist.when else { return };
        let timer = self.timer.get_or_insert_with(|| begin(when, moment));
        let is_due = match (&*timer, when) {
            (Timer::Second(next), _) => *next <= moment.second,
            (Timer::Track(next), _) => *next <= moment.n_tracks,
            (Timer::Served(served), When::At(_)) => first_missed(when, served, moment).is_some(),
            (Timer::Served(_), _) => false,
        };
        match is_due {
            true => self.since = self.since.or(Some(moment.second)),
            false => self.since = None,
        }
    }

    fn serve(&mut self, moment: &Moment) {
        self.since = None;
        let Some(when) = &self.playlist.when else { return };
        match (self.timer.get_or_insert_with(|| begin(when, moment)), when) {
            // On the grid: one that came late doesn't make the next one late.
            (Timer::Second(next), When::EveryMinutes(minutes)) => {
                let every = minutes * 60.0;
                *next += every * (((moment.second - *next) / every).floor().max(0.0) + 1.0);
            }
            (Timer::Track(next), When::EveryTracks(every)) => *next = moment.n_tracks + every,
            (Timer::Served(served), When::At(_)) => {
                served.extend(first_missed(when, served, moment));
                let now = moment.wall;
                served.retain(|time| now.is_none_or(|now| (now.0 - time.0).abs() < 2 * DAY));
            }
            _ => {}
        }
    }

    fn urgency(&self, other: &Self) -> Ordering {
        let is_at = |rule: &Self| matches!(rule.playlist.when, Some(When::At(_)));
        let since = |rule: &Self| rule.since.unwrap_or(f64::INFINITY);
        is_at(other).cmp(&is_at(self)).then(since(self).total_cmp(&since(other)))
    }
}

/// What a rule that begins at `moment` waits for.
fn begin(when: &When, moment: &Moment) -> Timer {
    match when {
        When::EveryMinutes(minutes) => Timer::Second(moment.second + minutes * 60.0),
        When::EveryTracks(every) => Timer::Track(moment.n_tracks + every),
        When::At(_) => {
            // What is over when the station begins is not made up for.
            let is_before = |time: &Wall| moment.wall.is_some_and(|now| *time < now);
            let mut served = passed(when, moment);
            served.retain(is_before);
            Timer::Served(served)
        }
    }
}

/// The first time of the last minutes that has not been served.
fn first_missed(when: &When, served: &[Wall], moment: &Moment) -> Option<Wall> {
    passed(when, moment).into_iter().filter(|time| !served.contains(time)).min()
}

/// The times that the clock has passed within the grace, yesterday's among them.
fn passed(when: &When, moment: &Moment) -> Vec<Wall> {
    let (When::At(times), Some(now)) = (when, moment.wall) else { return Vec::new() };
    let of_day = |start: i64| times.iter().map(move |time| Wall(start + i64::from(time.second)));
    let today = now.midnight().0;
    let times = of_day(today - DAY).chain(of_day(today));
    times.filter(|time| (0..=GRACE).contains(&(now.0 - time.0))).collect()
}

#[cfg(test)]
mod tests;
