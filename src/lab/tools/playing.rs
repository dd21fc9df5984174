//! Velocities, lengths and timing of notes that follow a file, matched to those of the file.

use std::collections::BTreeMap;

use crate::{
    lab::tools::{
        drumming::{self, Drummer},
        dynamics::Dynamics,
        source::{self, SourcePart},
        timing::Timing,
    },
    music::{
        arrange, drums,
        meter::STEPS_PER_BAR,
        midi::edit::{FileNote, MidiFile, NewNote, Place},
        part_map::Role,
        trio::Line,
    },
};

/// Plays lines after a file.
pub struct Playing<'a> {
    /// The file.
    pub file: &'a MidiFile<'a>,
    /// Touch of the drums.
    pub drummer: Drummer<'a>,
    /// Bars of the file.
    pub n_given: usize,
}

impl Playing<'_> {
    /// The notes of `line`, which follows `part` of the file.
    pub fn notes(&self, part: &SourcePart, line: &Line) -> Vec<NewNote> {
        match part.role {
            Role::Drums => self.drums(part, line),
            _ => self.voice(part, line),
        }
    }

    /// The drums of `line` with the drummer's touch, as loud as the file's.
    fn drums(&self, part: &SourcePart, line: &Line) -> Vec<NewNote> {
        let file = self.file;
        let given = drumming::tokens(file, self.n_given);
        let touches = self.drummer.touches(&[&given[..], line].concat());
        let known = part.notes.iter().filter_map(|note| {
            let touch = touches.get(file.step(note.start))?[drumming::class(note)? as usize];
            Some((f64::from(note.velocity), touch.velocity))
        });
        let (own, drummers) = known.fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        let gain = if 0.0 < drummers { own / drummers } else { 1.0 };
        let timing = Timing::of(file, part.notes.iter());
        let keys = source::drum_keys(&part.notes);
        let first = given.len();
        let hits = line.iter().enumerate();
        let hits =
            hits.flat_map(|(step, &token)| drums::classes(token).map(move |drum| (step, drum)));
        let note = |(step, drum): (usize, drums::Drum)| {
            let ((place, pitch), step) = (keys[drum as usize], first + step);
            let start = file.tick(step as f64 + timing.late(step));
            let velocity = gain * touches[step][drum as usize].velocity;
            let velocity = velocity.round().clamp(1.0, 127.0) as u8;
            let length = file.tick(1.0).max(1);
            NewNote { place, pitch, velocity, start, end: start + length }
        };
        hits.map(note).collect()
    }

    /// The notes of a melody or a bass in the manner of the file's own.
    fn voice(&self, part: &SourcePart, line: &Line) -> Vec<NewNote> {
        let (file, first) = (self.file, self.n_given * STEPS_PER_BAR);
        let Some(place) = part.notes.last().map(|note| note.place) else { return vec![] };
        let levels: Vec<(usize, u8)> =
            part.notes.iter().map(|note| (file.step(note.start), note.velocity)).collect();
        let dynamics = Dynamics::of(&levels);
        let timing = Timing::of(file, part.notes.iter());
        let hold = hold(file, &part.notes);
        let stream = format!("velocities {}", part.column);
        let mut rng = self.drummer.variation.stream(&stream);
        let note = |note: arrange::LineNote| {
            let step = first + note.start_step;
            let start = file.tick(step as f64 + timing.late(step));
            let length = file.tick(note.n_steps as f64 * hold).max(1);
            let velocity = dynamics.velocity(step, &mut rng);
            NewNote { place, pitch: note.pitch, velocity, start, end: start + length }
        };
        arrange::notes(line).into_iter().map(note).collect()
    }
}

/// Length of a note as a share of its sixteenths: the median of `notes`.
fn hold(file: &MidiFile, notes: &[FileNote]) -> f64 {
    let share = |note: &FileNote| {
        let n_steps = file.step(note.end).saturating_sub(file.step(note.start)).max(1);
        (note.end - note.start) as f64 / file.ticks_per_step() / n_steps as f64
    };
    let mut shares: Vec<f64> = notes.iter().map(share).collect();
    shares.sort_by(f64::total_cmp);
    shares.get(shares.len() / 2).map_or(1.0, |share| share.clamp(0.1, 1.0))
}

/// `notes` sorted by time. None overlaps the next of its pitch, sounds past `end`, or starts while a note of
/// the file sounds on its key.
pub fn fitted(mut notes: Vec<NewNote>, given: &[FileNote], end: u64) -> Vec<NewNote> {
    notes.sort_by_key(|note| (note.start, note.place, note.pitch));
    let mut free: BTreeMap<(Place, u8), u64> = BTreeMap::new();
    for note in given {
        let end = free.entry((note.place, note.pitch)).or_default();
        *end = note.end.max(*end);
    }
    for note in &mut notes {
        let free = free.get(&(note.place, note.pitch)).copied().unwrap_or(0);
        note.start = note.start.max(free);
    }
    let mut next: BTreeMap<(Place, u8), u64> = BTreeMap::new();
    for note in notes.iter_mut().rev() {
        let limit = next.insert((note.place, note.pitch), note.start).unwrap_or(end).min(end);
        note.end = note.end.min(limit);
    }
    notes.retain(|note| note.start < note.end);
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::tools::testing;

    #[test]
    fn notes_wait_for_those_of_the_file_and_end_before_the_next() {
        let bytes = testing::file(&[(false, 60, 80, 0, 18), (false, 64, 80, 4, 2)]);
        let file = MidiFile::read(&bytes, &[]).unwrap();
        let place = file.notes[0].place;
        let note = |pitch, step: u64, n_steps: u64| NewNote {
            place,
            pitch,
            velocity: 80,
            start: 120 * step,
            end: 120 * (step + n_steps),
        };
        let added = vec![note(60, 20, 8), note(64, 16, 6), note(64, 18, 1), note(60, 16, 4)];

        let fitted = fitted(added, &file.notes, 120 * 24);

        let spans: Vec<(u8, u64, u64)> =
            fitted.iter().map(|n| (n.pitch, n.start / 120, n.end / 120)).collect();
        assert_eq!(spans, [(60, 18, 20), (64, 16, 18), (64, 18, 19), (60, 20, 24)]);
    }
}
