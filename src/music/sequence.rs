//! Bars and trios as note sequences, for MIDI files.

use crate::{
    music::{
        arrange,
        bar::{Bar, Part},
        drums,
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        note::{Note, NoteSequence, TimeSignature},
        trio::{Line, Trio},
    },
    units::Bpm,
};

/// Names of the instruments of [`from_trio`], by number.
pub const TRIO_PARTS: [&str; 3] = ["melody", "bass", "drums"];

/// General MIDI programs of a trio's melody and bass: square lead, synth bass 1.
const TRIO_PROGRAMS: [u8; 2] = [80, 38];

const VELOCITY: u8 = 100;

const FOUR_FOUR: TimeSignature = TimeSignature { numerator: 4, denominator: 4 };

/// Joins bars to a sequence. Instruments are numbered as `Part` and have the programs of their bar.
///
/// A note ends where its pitch starts again, as the radio plays it.
pub fn from_bars(bars: &[Bar]) -> NoteSequence {
    let mut tempos: Vec<(f64, Bpm)> = Vec::new();
    for (number, bar) in bars.iter().enumerate() {
        if tempos.last().is_none_or(|&(_, tempo)| tempo != bar.tempo) {
            tempos.push((quarters(number * STEPS_PER_BAR), bar.tempo));
        }
    }
    let mut notes = Vec::new();
    for part in Part::ALL {
        let mut played: Vec<Note> = bars
            .iter()
            .enumerate()
            .flat_map(|(number, bar)| part_notes(number, bar, part))
            .collect();
        end_before_next(&mut played);
        notes.extend(played);
    }
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    NoteSequence { notes, tempos, meters: vec![(0.0, FOUR_FOUR)] }
}

/// The name of an instrument of [`from_bars`].
pub fn part_name(note: &Note) -> &'static str {
    Part::ALL.get(usize::from(note.instrument)).map_or("", |part| part.name())
}

/// A trio as a sequence on the grid at `tempo`. Instruments are numbered as in [`TRIO_PARTS`].
pub fn from_trio(trio: &Trio, tempo: Bpm) -> NoteSequence {
    let mut notes = Vec::new();
    for (instrument, line) in [&trio.melody, &trio.bass].into_iter().enumerate() {
        let program = TRIO_PROGRAMS[instrument];
        notes.extend(arrange::notes(line).into_iter().map(|note| Note {
            pitch: note.pitch,
            velocity: VELOCITY,
            start: quarters(note.start_step),
            end: quarters(note.start_step + note.n_steps),
            program,
            is_drum: false,
            instrument: instrument as u16,
        }));
    }
    notes.extend(drum_notes(&trio.drums));
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    NoteSequence { notes, tempos: vec![(0.0, tempo)], meters: vec![(0.0, FOUR_FOUR)] }
}

fn drum_notes(line: &Line) -> impl Iterator<Item = Note> {
    let hits = line.iter().enumerate();
    let hits = hits.flat_map(|(step, &token)| drums::classes(token).map(move |drum| (step, drum)));
    hits.map(|(step, drum)| Note {
        pitch: drum.pitch(),
        velocity: VELOCITY,
        start: quarters(step),
        end: quarters(step + 1),
        program: 0,
        is_drum: true,
        instrument: 2,
    })
}

fn quarters(steps: usize) -> f64 {
    steps as f64 / STEPS_PER_QUARTER as f64
}

fn part_notes(number: usize, bar: &Bar, part: Part) -> impl Iterator<Item = Note> {
    let place = move |step: f32| {
        quarters(number * STEPS_PER_BAR) + f64::from(step) / STEPS_PER_QUARTER as f64
    };
    let program = bar.mix.voices[part as usize].program;
    bar.parts[part as usize].iter().map(move |hit| Note {
        pitch: hit.pitch,
        velocity: hit.velocity,
        start: place(hit.start_step),
        end: place(hit.start_step + hit.n_steps),
        program,
        is_drum: part == Part::Drums,
        instrument: part as u16,
    })
}

/// Ends a note where its pitch starts again: MIDI can't distinguish two notes of a pitch on a
/// channel.
fn end_before_next(notes: &mut [Note]) {
    notes.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut next_start = [f64::INFINITY; 128];
    for note in notes.iter_mut().rev() {
        let next = &mut next_start[usize::from(note.pitch & 127)];
        note.end = note.end.min(*next);
        *next = note.start;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::music::{
        bar::{Hit, Mix, Voice},
        midi,
    };

    fn bar(tempo: f64, bass: Vec<Hit>) -> Bar {
        let mix = Arc::new(Mix::of([0, 38, 81, 89].map(|program| Voice::plain(0, program))));
        let parts = [vec![], bass, vec![], vec![]];
        Bar { parts, ..Bar::plain(Bpm::try_from(tempo).unwrap(), mix) }
    }

    #[test]
    fn a_note_held_over_the_bar_line_ends_where_its_pitch_starts_again() {
        let hit = |start_step, n_steps| Hit { start_step, n_steps, pitch: 40, velocity: 90 };
        let bars = [bar(120.0, vec![hit(12.0, 8.0)]), bar(120.0, vec![hit(2.0, 2.0)])];

        let piece = from_bars(&bars);

        let spans: Vec<(f64, f64)> = piece.notes.iter().map(|n| (n.start, n.end)).collect();
        assert_eq!(spans, [(3.0, 4.5), (4.5, 5.0)]);
        assert_eq!((piece.notes[0].program, part_name(&piece.notes[0])), (38, "bass"));
    }

    #[test]
    fn a_tempo_event_marks_each_change() {
        let bars = [bar(120.0, vec![]), bar(120.0, vec![]), bar(90.0, vec![])];

        let piece = from_bars(&bars);

        let tempos: Vec<(f64, f64)> = piece.tempos.iter().map(|(at, t)| (*at, t.get())).collect();
        assert_eq!(tempos, [(0.0, 120.0), (8.0, 90.0)]);
    }

    #[test]
    fn a_trio_reads_back_from_its_midi_file() {
        let mut trio = Trio { melody: vec![0; 16], bass: vec![0; 16], drums: vec![0; 16] };
        (trio.melody[0], trio.melody[3], trio.melody[6]) = (50, 52, 1);
        (trio.bass[2], trio.drums[0], trio.drums[15]) = (20, 0b101, 0b1_0000_0000);

        let piece = from_trio(&trio, Bpm::DEFAULT);
        let bytes = midi::write(&piece, |note| TRIO_PARTS[usize::from(note.instrument)]);

        let pitches: Vec<u8> = piece.notes.iter().map(|note| note.pitch).collect();
        assert_eq!(pitches, [36, 42, 69, 39, 71, 51]);
        assert_eq!(midi::read(&bytes).unwrap().notes, piece.notes);
    }
}
