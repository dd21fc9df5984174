//! The music of a log, composed again note for note.

use std::{collections::VecDeque, path::Path, sync::Arc};

use tracing::warn;

use crate::{
    compose::{
        change::Change,
        composer::{Before, Composer},
        phrase::PHRASE_BARS,
        setting::Setting,
    },
    music::bar::Bar,
    station::{
        state::moves::{PastMoment, path, read_log, read_moments},
        studio::{
            error::MoveError,
            log::{Line, Made, Moment, Version},
            moves::Move,
        },
    },
};

/// Opens the station as it was with these values.
pub type Open<'a> = dyn FnMut(&Version) -> Result<Setting, MoveError> + Send + 'a;

/// The bars of a log, and those that follow from its end.
pub struct Replay<'a> {
    composer: Composer,
    /// The values of the composer's station.
    version: Version,
    /// Lines to come, in the order of their bars.
    lines: VecDeque<Line>,
    open: Box<Open<'a>>,
}

impl<'a> Replay<'a> {
    /// The music of `station` from `bar`, the composer's number, on, by the log and the moments in the state
    /// folder `folder`.
    ///
    /// # Errors
    /// The bar is not known, or the station can't be opened as it was.
    pub fn from_bar(
        folder: &Path,
        station: &str,
        bar: u64,
        open: Box<Open<'a>>,
    ) -> Result<Self, MoveError> {
        let lines = read_log(&path(folder, station));
        Self::of(lines, read_moments(folder, station), bar, open)
    }

    /// The music from `bar`, the composer's number, on, by the `lines` of a log and the `moments` saved with
    /// it.
    ///
    /// # Errors
    /// `bar` is before the first line, or the station can't be opened as it was.
    pub fn of(
        lines: Vec<Line>,
        moments: Vec<PastMoment>,
        bar: u64,
        mut open: Box<Open<'a>>,
    ) -> Result<Self, MoveError> {
        let runs = runs(lines);
        let is_before = |run: &&Run| run.start <= bar;
        let index = runs.iter().rposition(|run| is_before(&run)).ok_or_else(|| {
            let first = runs.first().map(|run| format!("a bar from {} on", run.start));
            let expected = first.unwrap_or_else(|| "a log that tells of it".to_owned());
            let what = "bar".to_owned();
            MoveError::Value { what, expected, found: bar.to_string() }
        })?;
        let run = &runs[index];
        let mut near = moments.into_iter();
        let near = near.rfind(|past| (run.start..=bar).contains(&past.bar)).map(|past| past.moment);
        // A moment has the changes at its first bar already, none after it; the start of a run has neither.
        let (moment, from) = match near {
            Some(moment) => {
                let after = moment.progress.bar + 1;
                (moment, after)
            }
            None => (run.moment.clone(), run.start),
        };
        let composer = Composer::at(before(&moment, &mut open)?);
        let own = run.lines.iter().filter(|line| from <= line.bar()).cloned();
        let later = runs[index + 1..].iter().flat_map(Run::lines_with_start);
        let lines = own.chain(later).collect();
        let mut replay = Self { composer, version: moment.version, lines, open };
        while replay.composer.next_number() < bar {
            replay.next_bar()?;
        }
        Ok(replay)
    }

    /// The next bar.
    ///
    /// # Errors
    /// The station can't be opened as it was.
    pub fn next_bar(&mut self) -> Result<Bar, MoveError> {
        self.look_ahead(1)?;
        Ok(self.composer.next().expect("a composer never ends"))
    }

    /// The composer, with the log's lines for the next `n_phrases`.
    ///
    /// # Errors
    /// The station can't be opened as it was.
    pub fn into_composer(mut self, n_phrases: u64) -> Result<Composer, MoveError> {
        self.look_ahead(n_phrases)?;
        Ok(self.composer)
    }

    /// Applies the lines for the phrase of the next bar and those after it.
    fn look_ahead(&mut self, n_phrases: u64) -> Result<(), MoveError> {
        let next = self.composer.next_number();
        let end = next - next % PHRASE_BARS + n_phrases * PHRASE_BARS;
        while let Some(line) = self.lines.pop_front_if(|line| line.bar() < end) {
            let Line::Start { bar, moment, .. } = line else {
                self.apply(line)?;
                continue;
            };
            if next < bar {
                // Not before the earlier bars are taken.
                let at = jiff::Timestamp::UNIX_EPOCH;
                self.lines.push_front(Line::Start { at, bar, moment });
                break;
            }
            self.composer = Composer::at(before(&moment, &mut self.open)?);
            self.version = moment.version;
            while self.composer.next_number() < bar {
                self.composer.next();
            }
        }
        Ok(())
    }

    fn apply(&mut self, line: Line) -> Result<(), MoveError> {
        let bar = line.bar();
        for change in self.changes(line)? {
            self.composer.change(change, bar);
        }
        Ok(())
    }

    /// The changes of `line`.
    fn changes(&mut self, line: Line) -> Result<Vec<Change>, MoveError> {
        Ok(match line {
            Line::Start { .. } => Vec::new(),
            Line::Liked { points, .. } => vec![Change::Liked(points.into())],
            Line::Settings { version, .. } => self.opened(version)?.into_iter().collect(),
            Line::Adopted { hand, settings, progress, .. } => {
                let version = Version { settings, overlay: hand.overlay };
                let changes = [Change::Steering(hand.steering), Change::Progress(progress)];
                self.opened(version)?.into_iter().chain(changes).collect()
            }
            Line::Made(made) => {
                let Made { what, hand, settings, .. } = *made;
                match what {
                    Move::Beat { place } => vec![Change::Beat(place)],
                    Move::Line { place } => vec![Change::Line(place)],
                    Move::Hold { on } => vec![Change::Hold(on)],
                    Move::Order { order } => vec![Change::Order(order)],
                    Move::Desk { .. } | Move::Jingle { .. } | Move::Title { .. } => Vec::new(),
                    Move::Set { .. }
                    | Move::Reset { .. }
                    | Move::KeepDesk { .. }
                    | Move::Macro { .. } => {
                        let version = Version { settings, overlay: hand.overlay };
                        self.opened(version)?.into_iter().collect()
                    }
                    Move::Tune { place, .. } => {
                        let version = Version { settings, overlay: hand.overlay };
                        self.opened(version)?.into_iter().chain([Change::Line(place)]).collect()
                    }
                    Move::Undo | Move::Redo => {
                        let version = Version { settings, overlay: hand.overlay };
                        let steering = Change::Steering(hand.steering);
                        self.opened(version)?.into_iter().chain([steering]).collect()
                    }
                }
            }
        })
    }

    /// The change to `version`, if it is another one.
    fn opened(&mut self, version: Version) -> Result<Option<Change>, MoveError> {
        if version == self.version {
            return Ok(None);
        }
        let setting = (self.open)(&version)?;
        self.version = version;
        let station = (setting.station().clone(), setting.loaded().clone());
        Ok(Some(Change::Station(Box::new(station))))
    }
}

impl Iterator for Replay<'_> {
    type Item = Bar;

    /// The next bar; none, with a warning, where the station can't be opened as it was.
    fn next(&mut self) -> Option<Bar> {
        self.next_bar().inspect_err(|error| warn!("the log can't be played on: {error}")).ok()
    }
}

/// The part of a log from the start of one composer to the start of the next.
struct Run {
    start: u64,
    moment: Moment,
    /// Sorted by bar.
    lines: Vec<Line>,
}

impl Run {
    fn lines_with_start(&self) -> impl Iterator<Item = Line> {
        let (at, moment) = (jiff::Timestamp::UNIX_EPOCH, Box::new(self.moment.clone()));
        let start = Line::Start { at, bar: self.start, moment };
        std::iter::once(start).chain(self.lines.iter().cloned())
    }
}

/// The runs in a log. Lines for bars that the next run also has were not heard.
fn runs(lines: Vec<Line>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for line in lines {
        match (line, runs.last_mut()) {
            (Line::Start { bar, moment, .. }, before) => {
                if let Some(before) = before {
                    before.lines.retain(|line| line.bar() < bar);
                }
                runs.push(Run { start: bar, moment: *moment, lines: Vec::new() });
            }
            (line, Some(run)) => {
                // Lines for one bar keep the order in which they were written.
                let index = run.lines.partition_point(|other| other.bar() <= line.bar());
                run.lines.insert(index, line);
            }
            // The log was cut off before it.
            (_, None) => {}
        }
    }
    runs
}

fn before(moment: &Moment, open: &mut Box<Open<'_>>) -> Result<Before, MoveError> {
    let setting = open(&moment.version)?.with_liked(&moment.liked);
    let setting = setting.steered(moment.steering.clone());
    Ok(Before { setting: Arc::new(setting), progress: moment.progress.clone() })
}

#[cfg(test)]
mod tests;
