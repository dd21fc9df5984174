//! Chorales to notes, and the notes of tunes to the grid.

use crate::{
    chorale::frame::{Chorale, FRAMES_PER_BEAT, N_VOICES, Sound, Voice},
    music::note::{Note, NoteSequence, TimeSignature},
    units::Bpm,
};

/// General MIDI program of all voices: an organ.
const PROGRAM: u8 = 16;

const VELOCITY: u8 = 90;

const FOUR_FOUR: TimeSignature = TimeSignature { numerator: 4, denominator: 4 };

/// The notes of `chorale`, whose first frame is `first_beat` quarters into the file. Instruments are numbered
/// like the voices.
pub fn notes(chorale: &Chorale, tempo: Bpm, first_beat: usize) -> NoteSequence {
    let time = |frame: usize| first_beat as f64 + frame as f64 / FRAMES_PER_BEAT as f64;
    let mut notes: Vec<Note> = Vec::new();
    for voice in 0..N_VOICES {
        let mut is_sounding = false;
        for (frame, sound) in chorale.frames.iter().map(|frame| frame.sounds[voice]).enumerate() {
            match sound {
                Sound::Struck(pitch) => notes.push(Note {
                    pitch,
                    velocity: VELOCITY,
                    start: time(frame),
                    end: time(frame + 1),
                    program: PROGRAM,
                    is_drum: false,
                    instrument: voice as u16,
                }),
                Sound::Held(_) if is_sounding => {
                    notes.last_mut().expect("a sounding note was added").end = time(frame + 1);
                }
                Sound::Held(_) | Sound::Rest => {}
            }
            is_sounding = sound != Sound::Rest;
        }
    }
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    NoteSequence { notes, tempos: vec![(0.0, tempo)], meters: vec![(0.0, FOUR_FOUR)] }
}

/// The name of a voice's track.
pub fn track_name(note: &Note) -> &'static str {
    Voice::ALL.get(usize::from(note.instrument)).map_or("", |voice| voice.name())
}

/// A line of `notes` from quarter `first_beat` on, in `n_frames` frames. Starts and ends are rounded to the
/// grid. Of simultaneous notes the highest is taken, or the lowest if `prefers` is [`Voice::Bass`].
pub fn line(notes: &[Note], prefers: Voice, first_beat: usize, n_frames: usize) -> Vec<Sound> {
    let mut line: Vec<Option<(usize, u8)>> = vec![None; n_frames]; // start and pitch
    for note in notes {
        let (start, end) = frames(note, first_beat);
        for taken in line.iter_mut().take(end).skip(start) {
            let is_better = taken.is_none_or(|(before, pitch)| match prefers {
                // A repeated note replaces the last.
                _ if pitch == note.pitch => before < start,
                Voice::Bass => note.pitch < pitch,
                _ => pitch < note.pitch,
            });
            if is_better {
                *taken = Some((start, note.pitch));
            }
        }
    }
    let mut before = None;
    let sound = |taken: Option<(usize, u8)>| {
        let is_held = taken == before;
        before = taken;
        match taken {
            None => Sound::Rest,
            Some((_, pitch)) if is_held => Sound::Held(pitch),
            Some((_, pitch)) => Sound::Struck(pitch),
        }
    };
    line.into_iter().map(sound).collect()
}

/// First frame of a note, and the one after its last; at least one.
fn frames(note: &Note, first_beat: usize) -> (usize, usize) {
    let frame = |quarters: f64| {
        ((quarters - first_beat as f64) * FRAMES_PER_BEAT as f64).round().max(0.0) as usize
    };
    let start = frame(note.start);
    (start, frame(note.end).max(start + 1))
}

/// The beat that `notes` begin on, and the number of frames to their end in whole beats.
pub fn extent(notes: &[Note]) -> (usize, usize) {
    let first = notes.iter().map(|note| note.start).fold(f64::INFINITY, f64::min);
    if !first.is_finite() {
        return (0, 0);
    }
    let first_beat = (first + 0.5 / FRAMES_PER_BEAT as f64).max(0.0) as usize;
    let end = notes.iter().map(|note| frames(note, first_beat).1).max().unwrap_or(0);
    (first_beat, end.next_multiple_of(FRAMES_PER_BEAT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chorale::frame::testing::chords, music::midi};

    #[test]
    fn the_voices_of_a_file_are_read_back() {
        let mut chorale = chords(&[[72, 67, 60, 48], [72, 0, 60, 36], [74, 65, 59, 43]]);
        chorale.frames[4].sounds[0] = Sound::Held(72); // tied over the beat

        let written = midi::write(&notes(&chorale, Bpm::DEFAULT, 3), |note| track_name(note));

        let read = midi::read(&written).unwrap();
        assert_eq!(extent(&read.notes), (3, 12));
        for (number, voice) in Voice::ALL.into_iter().enumerate() {
            let of_voice: Vec<Note> = read
                .notes
                .iter()
                .filter(|note| usize::from(note.instrument) == number)
                .copied()
                .collect();
            let found = line(&of_voice, voice, 3, 12);
            let expected: Vec<Sound> =
                chorale.frames.iter().map(|frame| frame.sounds[number]).collect();
            assert_eq!(found, expected, "{}", voice.name());
        }
    }

    fn note(pitch: u8, start: f64, end: f64) -> Note {
        Note { pitch, velocity: 90, start, end, program: 0, is_drum: false, instrument: 0 }
    }

    #[test]
    fn of_chords_the_outer_notes_are_taken() {
        let notes = [note(48, 0.0, 1.0), note(60, 0.0, 0.5), note(62, 0.51, 1.0)];
        let (struck, held) = (Sound::Struck, Sound::Held);
        assert_eq!(
            line(&notes, Voice::Soprano, 0, 4),
            [struck(60), held(60), struck(62), held(62)]
        );
        assert_eq!(
            line(&notes, Voice::Bass, 0, 5),
            [struck(48), held(48), held(48), held(48), Sound::Rest]
        );
    }

    #[test]
    fn a_repeated_note_is_struck_again() {
        let notes = [note(60, 1.0, 1.5), note(60, 1.5, 1.75), note(64, 1.99, 2.0)];
        assert_eq!(extent(&notes), (1, 8));
        let line = line(&notes, Voice::Alto, 1, 8);
        let n_struck = line.iter().filter(|sound| matches!(sound, Sound::Struck(_))).count();
        assert_eq!((n_struck, line[2]), (3, Sound::Struck(60)));
    }
}
