//! A score as a piece, for MIDI files.

use std::ops::Range;

use crate::{
    lab::transcription::score::{
        Score,
        place::{PlacedHit, PlacedNote},
    },
    music::{
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        note::{Note, NoteSequence, TimeSignature},
    },
    units::Bpm,
};

/// Names of the instruments, by number.
pub const PARTS: [&str; 4] = ["Drums", "Bass", "Lead", "Chords"];

/// General MIDI programs of bass, lead and chords: fingered bass, square lead, electric piano.
const PROGRAMS: [u8; 3] = [33, 80, 4];

/// Tempos closer than this ratio count as one: the song does not drift.
const SAME_TEMPO: f64 = 0.003;

/// Largest offset of an onset, in steps: a later one would be on the next step.
const LATEST: f64 = 0.499;

const FOUR_FOUR: TimeSignature = TimeSignature { numerator: 4, denominator: 4 };

impl Score {
    /// The whole score as a piece, instruments numbered as in [`PARTS`]; onsets as played.
    pub fn piece(&self) -> NoteSequence {
        self.bars_as_piece(0..self.bars.len())
    }

    /// The name of an instrument of a piece.
    pub fn part_name(note: &Note) -> &str {
        PARTS.get(usize::from(note.instrument)).copied().unwrap_or_default()
    }

    /// Runs of bars in which the confidence is at least `least`, each as a piece of its own.
    pub fn trusted(&self, least: f64) -> Vec<NoteSequence> {
        self.trusted_runs(least).into_iter().map(|run| self.bars_as_piece(run)).collect()
    }

    /// Number of bars in which the confidence is at least `least`.
    pub fn n_trusted(&self, least: f64) -> usize {
        self.trusted_runs(least).iter().map(Range::len).sum()
    }

    fn trusted_runs(&self, least: f64) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (number, bar) in self.bars.iter().enumerate() {
            if bar.confidence < least {
                continue;
            }
            match runs.last_mut().filter(|run| run.end == number) {
                Some(run) => run.end += 1,
                None => runs.push(number..number + 1),
            }
        }
        runs
    }

    fn bars_as_piece(&self, bars: Range<usize>) -> NoteSequence {
        let steps = (bars.start * STEPS_PER_BAR) as u32..(bars.end * STEPS_PER_BAR) as u32;
        let mut notes: Vec<Note> = Vec::new();
        let hits = self.hits.iter().filter(|hit| steps.contains(&hit.step));
        notes.extend(hits.map(|hit| drum_note(hit, steps.start)));
        let parts = [&self.bass, &self.lead, &self.chords];
        for (number, part) in parts.into_iter().enumerate() {
            let within = part.iter().filter(|note| steps.contains(&note.step));
            notes.extend(within.map(|note| pitched_note(note, number, &steps)));
        }
        notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
        let tempos = self.tempos(&bars);
        NoteSequence { notes, tempos, meters: vec![(0.0, FOUR_FOUR)] }
    }

    /// One tempo if the drift is inaudible, else one per bar.
    fn tempos(&self, bars: &Range<usize>) -> Vec<(f64, Bpm)> {
        let tempos: Vec<f64> = self.bars[bars.clone()].iter().map(|bar| bar.tempo).collect();
        let bpm = |tempo: f64| Bpm::try_from(tempo.clamp(30.0, 300.0)).unwrap_or(Bpm::DEFAULT);
        let Some(usual) = self.tempo() else { return Vec::new() };
        if tempos.iter().all(|tempo| (tempo / usual - 1.0).abs() < SAME_TEMPO) {
            return vec![(0.0, bpm(usual))];
        }
        let quarters = |number: usize| (number * STEPS_PER_BAR / STEPS_PER_QUARTER) as f64;
        tempos.iter().enumerate().map(|(number, tempo)| (quarters(number), bpm(*tempo))).collect()
    }
}

/// Quarters from step `first` to an onset with its offset, at least 0.
fn onset(step: u32, offset: f32, first: u32) -> f64 {
    let late = (f64::from(offset) / 2.0).clamp(-LATEST, LATEST);
    quarters(f64::from(step - first) + late).max(0.0)
}

fn quarters(steps: f64) -> f64 {
    steps / STEPS_PER_QUARTER as f64
}

fn drum_note(hit: &PlacedHit, first: u32) -> Note {
    Note {
        pitch: hit.drum.pitch(),
        velocity: hit.velocity,
        start: onset(hit.step, hit.offset, first),
        end: quarters(f64::from(hit.step + 1 - first)),
        program: 0,
        is_drum: true,
        instrument: 0,
    }
}

fn pitched_note(note: &PlacedNote, part: usize, steps: &Range<u32>) -> Note {
    let end = (note.step + note.n_steps).min(steps.end);
    Note {
        pitch: note.pitch,
        velocity: note.velocity,
        start: onset(note.step, note.offset, steps.start),
        end: quarters(f64::from(end - steps.start)),
        program: PROGRAMS[part],
        is_drum: false,
        instrument: part as u16 + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::transcription::score::ScoredBar,
        music::{drums::Drum, midi},
        musicvae::convert::extract::Lines,
    };

    fn bar(tempo: f64, confidence: f64) -> ScoredBar {
        ScoredBar { tempo, start_s: 0.0, confidence }
    }

    fn note(step: u32, n_steps: u32, pitch: u8) -> PlacedNote {
        PlacedNote { step, offset: 0.4, n_steps, pitch, velocity: 80 }
    }

    fn score() -> Score {
        let hit = |step, drum| PlacedHit { step, offset: -0.3, drum, velocity: 70 };
        Score {
            bars: vec![bar(100.0, 1.0), bar(100.1, 0.2), bar(99.9, 0.8), bar(100.0, 0.9)],
            hits: vec![
                hit(0, Drum::Kick),
                hit(4, Drum::Snare),
                hit(20, Drum::Kick),
                hit(36, Drum::Ride),
            ],
            bass: vec![note(0, 4, 36), note(33, 40, 40)],
            lead: vec![note(2, 3, 72), note(18, 2, 74)],
            chords: vec![note(0, 8, 60), note(0, 8, 64)],
        }
    }

    #[test]
    fn a_piece_reads_back_as_the_same_lines() {
        let piece = score().piece();
        let bytes = midi::write(&piece, Score::part_name);
        let lines = Lines::extract(&midi::read(&bytes).unwrap()).unwrap();

        let drums = lines.drums.unwrap();
        let hits: Vec<usize> =
            (0..64).filter(|step| drums.get(*step).is_some_and(|token| *token != 0)).collect();
        assert_eq!(hits, [0, 4, 20, 36]);
        assert_eq!((lines.basses.len(), lines.melodies.len()), (1, 2));
        assert_eq!(piece.tempos, [(0.0, Bpm::try_from(100.0).unwrap())]);
        // As late as played; an early first hit is at the start.
        let starts = [piece.notes[0].start, piece.notes[1].start];
        assert!(starts[0] == 0.0 && (starts[1] - 0.05).abs() < 1e-6, "{starts:?}");
    }

    #[test]
    fn bars_that_are_not_trusted_are_left_out() {
        let score = score();
        let trusted = score.trusted(0.5);

        assert_eq!((trusted.len(), score.n_trusted(0.5)), (2, 3));
        let pitches: Vec<u8> = trusted[1].notes.iter().map(|note| note.pitch).collect();
        assert_eq!(pitches, [40, 51]);
        let bass = trusted[1].notes[0];
        assert!((bass.start - 0.3).abs() < 1e-6 && bass.end == 8.0, "{bass:?}");
        assert!(score.trusted(1.1).is_empty());
    }

    #[test]
    fn a_drifting_tempo_is_told_bar_by_bar() {
        let bars = vec![bar(100.0, 1.0), bar(104.0, 1.0)];
        let piece = Score { bars, ..Score::default() }.piece();
        let tempos: Vec<(f64, f64)> = piece.tempos.iter().map(|(at, t)| (*at, t.get())).collect();
        assert_eq!(tempos, [(0.0, 100.0), (4.0, 104.0)]);
    }
}
