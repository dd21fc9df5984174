//! A beat as a grid of steps and drums: what the studio's page shows and edits.

use serde::{Deserialize, Serialize};

use crate::{
    music::{
        bar::{Bar, Part},
        drums::{self, Drum},
        meter::STEPS_PER_BAR,
        midi,
        sequence::{TRIO_PARTS, from_trio},
        trio::{Line, Trio},
    },
    station::studio::lab_error::LabError,
    units::Bpm,
};

/// A beat of one or two bars: for each of the nine drums, the steps at which it sounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Steps: 16 or 32.
    pub steps: usize,
    /// Drums by [`Drum::name`], with steps from 0. Grids made here have all nine, in bit order.
    pub rows: Vec<(String, Vec<usize>)>,
}

impl Grid {
    /// The first one or two bars of `line`.
    pub fn of_line(line: &[u16]) -> Self {
        let steps = if line.len() < 2 * STEPS_PER_BAR { STEPS_PER_BAR } else { 2 * STEPS_PER_BAR };
        let row = |drum: Drum| {
            let hits = line.iter().take(steps).enumerate();
            let hits = hits.filter(|(_, token)| *token & drum.bit() != 0);
            (drum.name().to_owned(), hits.map(|(step, _)| step).collect())
        };
        Self { steps, rows: Drum::ALL.map(row).into() }
    }

    /// The drums of `bar` as played, each hit at its nearest step; percussion beside the kit has no row.
    pub fn of_bar(bar: &Bar) -> Self {
        let mut line = vec![0; STEPS_PER_BAR];
        for hit in &bar.parts[Part::Drums as usize] {
            let step = (hit.start_step.round() as usize).min(STEPS_PER_BAR - 1);
            line[step] |= drums::class(hit.pitch).map_or(0, Drum::bit);
        }
        Self::of_line(&line)
    }

    /// The grid as a drum line of two bars; one bar is played twice.
    ///
    /// # Errors
    /// It has neither 16 nor 32 steps, a row is no drum, a step lies outside, or a bar is empty: models have
    /// no beats with an empty bar.
    pub fn line(&self) -> Result<Line, LabError> {
        if ![STEPS_PER_BAR, 2 * STEPS_PER_BAR].contains(&self.steps) {
            return Err(LabError::value("steps of a grid", "16 or 32", self.steps));
        }
        let mut line = vec![0; self.steps];
        for (name, steps) in &self.rows {
            let drum = Drum::ALL.into_iter().find(|drum| drum.name() == name);
            let Some(drum) = drum else {
                let names = Drum::ALL.map(Drum::name).join(", ");
                return Err(LabError::value("row of a grid", &format!("one of {names}"), name));
            };
            for &step in steps {
                let expected = format!("0 to {}", self.steps - 1);
                let token = line.get_mut(step);
                *token.ok_or_else(|| LabError::value("step of a grid", &expected, step))? |=
                    drum.bit();
            }
        }
        let is_silent = |bar: &[u16]| bar.iter().all(|&token| token == 0);
        if let Some(bar) = line.chunks(STEPS_PER_BAR).position(is_silent) {
            let expected = "a hit in each bar";
            return Err(LabError::value("grid", expected, format!("none in bar {}", bar + 1)));
        }
        Ok(line.iter().copied().cycle().take(2 * STEPS_PER_BAR).collect())
    }
}

/// A MIDI file of `line`, a drum line of any length, at `tempo`.
pub fn midi_of(line: Line, tempo: Bpm) -> Vec<u8> {
    let trio = Trio { melody: Line::new(), bass: Line::new(), drums: line };
    let name = |instrument: u16| TRIO_PARTS.get(usize::from(instrument)).copied().unwrap_or("");
    midi::write(&from_trio(&trio, tempo), |note| name(note.instrument))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::music::bar::{Hit, Mix};

    fn four_on_the_floor() -> Grid {
        Grid { steps: 16, rows: vec![("kick".into(), vec![0, 4, 8, 12])] }
    }

    #[test]
    fn a_grid_of_one_bar_plays_twice() {
        let line = four_on_the_floor().line().unwrap();

        assert_eq!(line.len(), 32);
        assert!(line.iter().enumerate().all(|(step, &token)| (token == 1) == (step % 4 == 0)));
        assert_eq!(Grid::of_line(&line[..16]).rows[0], four_on_the_floor().rows[0]);
        assert_eq!(Grid::of_line(&line).line().unwrap(), line);
        assert_eq!(Grid::of_line(&line).rows.len(), 9);
    }

    #[test]
    fn a_grid_that_is_no_beat_is_refused() {
        let refused = |change: fn(&mut Grid)| {
            let mut grid = four_on_the_floor();
            change(&mut grid);
            grid.line().unwrap_err().to_string()
        };
        let steps = refused(|grid| grid.steps = 24);
        assert_eq!(steps, "steps of a grid: expected 16 or 32, found 24");
        assert!(refused(|grid| grid.rows[0].1.push(16)).ends_with("expected 0 to 15, found 16"));
        assert!(refused(|grid| grid.rows[0].0 = "gong".into()).ends_with("ride, found gong"));
        let half = refused(|grid| grid.steps = 32);
        assert_eq!(half, "grid: expected a hit in each bar, found none in bar 2");
    }

    #[test]
    fn a_bar_on_air_becomes_a_grid() {
        let hit = |start_step, pitch| Hit { start_step, n_steps: 1.0, pitch, velocity: 90 };
        let mut bar = Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain()));
        // A late kick, a rim shot that counts as a snare, a snare roll that has no class, a late last hat.
        bar.parts[0] = vec![hit(0.2, 36), hit(4.0, 37), hit(6.0, 25), hit(15.7, 42)];
        let rows: Vec<_> =
            Grid::of_bar(&bar).rows.into_iter().filter(|(_, steps)| !steps.is_empty()).collect();

        let expected = [("kick", 0), ("snare", 4), ("closed hat", 15)];
        assert_eq!(rows, expected.map(|(name, step)| (name.to_owned(), vec![step])));
    }

    #[test]
    fn a_beat_survives_its_midi_file() {
        let line = four_on_the_floor().line().unwrap();
        let read = midi::read(&midi_of(line, Bpm::DEFAULT)).unwrap();

        assert_eq!(read.notes.len(), 8);
        assert!(read.notes.iter().all(|note| note.is_drum && note.pitch == 36));
        assert!(read.notes.iter().enumerate().all(|(n, note)| note.start == n as f64));
    }
}
