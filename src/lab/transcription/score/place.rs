//! Seconds to sixteenths.

use std::collections::BTreeMap;

use crate::{
    lab::transcription::{
        HeardNote, Hit,
        beats::{Beats, grid::BEATS_PER_BAR},
    },
    music::{
        drums::Drum,
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    },
};

/// A hit on the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedHit {
    /// The nearest sixteenth.
    pub step: u32,
    /// How late it is: -1 and 1 are half a step early and late.
    pub offset: f32,
    /// The drum.
    pub drum: Drum,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// A note on the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedNote {
    /// The nearest sixteenth.
    pub step: u32,
    /// How late it is: -1 and 1 are half a step early and late.
    pub offset: f32,
    /// Its length in sixteenths, at least 1.
    pub n_steps: u32,
    /// MIDI pitch.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// The grid of a recording: where its steps are.
#[derive(Debug, Clone)]
pub struct Grid<'a> {
    beats: &'a Beats,
    /// Bars before the first whole one: 1 if there is an upbeat.
    n_before: usize,
}

impl<'a> Grid<'a> {
    /// The grid of `beats`; a bar before the first whole one counts if something is played in it. None
    /// without a whole bar.
    pub fn new(beats: &'a Beats, hits: &[Hit], notes: &[HeardNote]) -> Option<Self> {
        if beats.n_bars() == 0 {
            return None;
        }
        let onsets = hits.iter().map(|hit| hit.onset_s).chain(notes.iter().map(|n| n.onset_s));
        let first = beats.place(onsets.fold(f64::INFINITY, f64::min));
        let half = 0.5 / STEPS_PER_QUARTER as f64;
        let is_upbeat = first.is_some_and(|first| first < -half);
        Some(Self { beats, n_before: usize::from(is_upbeat) })
    }

    /// The position of `second` in steps from the first bar's start; negative before it.
    pub fn steps(&self, second: f64) -> f64 {
        let beats = self.beats.place(second).unwrap_or_default();
        beats * STEPS_PER_QUARTER as f64 + (self.n_before * STEPS_PER_BAR) as f64
    }

    /// Start in seconds and tempo of each bar.
    pub fn bars(&self) -> Vec<(f64, f64)> {
        let whole = (0..self.beats.n_bars()).filter_map(|number| self.beats.bar(number));
        let mut bars: Vec<(f64, f64)> = whole
            .map(|bar| (bar.start, 60.0 * BEATS_PER_BAR as f64 / (bar.end - bar.start)))
            .collect();
        if let (Some(&(start, tempo)), true) = (bars.first(), 0 < self.n_before) {
            bars.insert(0, (start - 60.0 * BEATS_PER_BAR as f64 / tempo, tempo));
        }
        bars
    }

    /// The step nearest to `second`, and the offset; none if that step is before the grid.
    pub fn nearest(&self, second: f64) -> Option<(u32, f32)> {
        let place = self.steps(second);
        let step = (place + 0.5).floor();
        (0.0 <= step).then_some((step as u32, (2.0 * (place - step)) as f32))
    }
}

/// `hits` on the grid. Of two hits of a drum on a step the louder counts.
pub fn hits(grid: &Grid, hits: &[Hit]) -> Vec<PlacedHit> {
    let mut placed: BTreeMap<(u32, Drum), PlacedHit> = BTreeMap::new();
    for &Hit { onset_s, drum, velocity } in hits {
        let Some((step, offset)) = grid.nearest(onset_s) else { continue };
        let hit = PlacedHit { step, offset, drum, velocity };
        let held = placed.entry((step, drum)).or_insert(hit);
        if held.velocity < velocity {
            *held = hit;
        }
    }
    placed.into_values().collect()
}

/// A line on the grid: the loudest note of each step, cut off where the next begins.
pub fn line(grid: &Grid, notes: &[HeardNote]) -> Vec<PlacedNote> {
    let mut placed: BTreeMap<u32, PlacedNote> = BTreeMap::new();
    for note in notes.iter().filter_map(|note| place(grid, note)) {
        let held = placed.entry(note.step).or_insert(note);
        if held.velocity < note.velocity {
            *held = note;
        }
    }
    let mut line: Vec<PlacedNote> = placed.into_values().collect();
    for number in 1..line.len() {
        let room = line[number].step - line[number - 1].step;
        let before = &mut line[number - 1];
        before.n_steps = before.n_steps.min(room);
    }
    line
}

/// Chords on the grid: a note is cut off where its pitch begins again.
pub fn chords(grid: &Grid, notes: &[HeardNote]) -> Vec<PlacedNote> {
    let mut by_pitch: BTreeMap<u8, Vec<HeardNote>> = BTreeMap::new();
    for note in notes {
        by_pitch.entry(note.pitch).or_default().push(*note);
    }
    let mut placed: Vec<PlacedNote> =
        by_pitch.into_values().flat_map(|notes| line(grid, &notes)).collect();
    placed.sort_by_key(|note| (note.step, note.pitch));
    placed
}

fn place(grid: &Grid, note: &HeardNote) -> Option<PlacedNote> {
    let (step, offset) = grid.nearest(note.onset_s)?;
    let end = grid.steps(note.end_s).round().max(0.0) as u32;
    let velocity = (127.0 * note.amplitude).round().clamp(1.0, 127.0) as u8;
    let n_steps = end.saturating_sub(step).max(1);
    Some(PlacedNote { step, offset, n_steps, pitch: note.pitch, velocity })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 120 bpm from second 1 on: a step is an eighth of a second.
    fn beats() -> Beats {
        Beats { times_s: (0..16).map(|n| 1.0 + 0.5 * f64::from(n)).collect(), downbeat: 0 }
    }

    fn note(step: f64, n_steps: f64, pitch: u8) -> HeardNote {
        let onset_s = 1.0 + step / 8.0;
        HeardNote { onset_s, end_s: onset_s + n_steps / 8.0, pitch, amplitude: 0.5 }
    }

    #[test]
    fn what_is_on_the_grid_stays_there() {
        let beats = beats();
        let notes: Vec<HeardNote> =
            [(0.0, 2.0), (2.0, 1.0), (3.0, 5.0), (8.0, 8.0)].map(|(s, n)| note(s, n, 40)).into();
        let grid = Grid::new(&beats, &[], &notes).unwrap();

        let placed: Vec<(u32, f32, u32)> =
            line(&grid, &notes).iter().map(|note| (note.step, note.offset, note.n_steps)).collect();

        assert_eq!(placed, [(0, 0.0, 2), (2, 0.0, 1), (3, 0.0, 5), (8, 0.0, 8)]);
        assert_eq!(line(&grid, &notes)[0].velocity, 64);
    }

    #[test]
    fn lateness_is_kept_and_a_line_has_one_note_at_a_time() {
        let beats = beats();
        let notes = [note(4.25, 9.0, 40), note(7.8, 0.2, 43), note(7.9, 1.0, 45)];
        let grid = Grid::new(&beats, &[], &notes).unwrap();
        let line = line(&grid, &notes);

        assert_eq!(line.len(), 2);
        assert!((line[0].offset - 0.5).abs() < 1e-6 && line[0].n_steps == 4);
        assert_eq!((line[1].step, line[1].n_steps), (8, 1));
        assert_eq!(chords(&grid, &notes).len(), 3);
    }

    #[test]
    fn of_two_hits_of_a_drum_on_a_step_the_louder_counts() {
        let beats = beats();
        let hit =
            |step: f64, velocity| Hit { onset_s: 1.0 + step / 8.0, drum: Drum::Snare, velocity };
        let all = [hit(3.9, 20), hit(4.1, 90), hit(5.0, 60)];
        let grid = Grid::new(&beats, &all, &[]).unwrap();
        let found: Vec<(u32, u8)> =
            hits(&grid, &all).iter().map(|hit| (hit.step, hit.velocity)).collect();
        assert_eq!(found, [(4, 90), (5, 60)]);
    }

    #[test]
    fn an_upbeat_has_a_bar_of_its_own() {
        let beats = Beats { downbeat: 2, ..beats() };
        let notes = [note(0.0, 4.0, 60), note(8.0, 4.0, 62)];
        let grid = Grid::new(&beats, &[], &notes).unwrap();
        let steps: Vec<u32> = line(&grid, &notes).iter().map(|note| note.step).collect();
        assert_eq!(steps, [8, 16]);
        assert_eq!(grid.bars()[..2], [(0.0, 120.0), (2.0, 120.0)]);
        assert!(Grid::new(&Beats::default(), &[], &notes).is_none());
    }
}
