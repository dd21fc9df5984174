//! `electropunk chorale harmonise`: finds the voices that a MIDI file lacks.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use crate::{
    chorale::{
        frame::{FRAMES_PER_BEAT, N_VOICES, Sound, Voice},
        harmonise::{Given, Search, harmonise},
        notes::{extent, line, notes, track_name},
        plan, token,
    },
    interrupt,
    lab::{
        cli::{Harmonise, Touch},
        cmd::{
            chorale::model,
            output::{OutputFolder, read_midi},
        },
    },
    music::{
        key_finding,
        note::{Note, NoteSequence},
        scale::Key,
    },
};

/// How the files' names begin.
const KIND: &str = "harmonised";

/// Semitones that given voices are moved by at most to fit the ranges of the voices.
const MAX_SHIFT: i8 = 24;

/// Longest tune, in beats: half an hour at 120 beats a minute.
const MAX_BEATS: usize = 3600;

/// The given voices on the grid, moved to where the model's voices sing.
struct Tune {
    lines: BTreeMap<Voice, Vec<Sound>>,
    /// Semitones that they were moved by.
    shift: i8,
    key: Key,
    first_beat: usize,
    n_frames: usize,
}

/// Runs the command.
///
/// # Errors
/// The model or the MIDI file can't be read, the file does not have the given voices, or a file can't be
/// written.
pub fn run(args: &Harmonise) -> anyhow::Result<()> {
    let network = model::open(&args.model)?;
    let piece = read_midi(&args.tune)?;
    let tune = Tune::read(&piece, args).with_context(|| args.tune.display().to_string())?;
    let given = tune.given(args);
    let mut folder = OutputFolder::open(&args.output.output(None), Touch::Plain)?;
    let stop = interrupt::flag()?;
    let search = Search { width: args.beam as usize, strictness: args.strictness };
    let Some(found) = harmonise(&network, &given, search, &|| stop.is_set()) else {
        bail!("interrupted: nothing is written");
    };
    let written = NoteSequence {
        meters: piece.meters,
        ..notes(&found.chorale.transposed(-tune.shift), folder.tempo(), tune.first_beat)
    };
    let number = folder.first_free(KIND);
    folder.write_piece(&format!("{KIND}-{number:03}"), &written, track_name)?;
    let facts = json!({
        "model": args.model,
        "tune": args.tune,
        "voices": args.voices.iter().map(|voice| voice.name()).collect::<Vec<_>>(),
        "key": tune.key.to_string(),
        "beam": args.beam,
        "strictness": args.strictness,
        "log_probability": found.log_probability,
    });
    report(&folder, args.output.json, facts);
    Ok(())
}

/// Prints what was written, and the key, in which a mistake would be heard.
fn report(folder: &OutputFolder, as_json: bool, mut facts: Value) {
    let files = folder.written();
    if as_json {
        facts["files"] = files.into();
        println!("{facts}");
    } else {
        println!(
            "{} written, in {}",
            files.join(" and "),
            facts["key"].as_str().unwrap_or_default()
        );
    }
}

impl Tune {
    fn read(piece: &NoteSequence, args: &Harmonise) -> anyhow::Result<Self> {
        let parts = parts(piece, &args.voices)?;
        let all: Vec<Note> = parts.iter().flat_map(|(_, notes)| notes).copied().collect();
        let (first_beat, n_frames) = extent(&all);
        let n_beats = n_frames / FRAMES_PER_BEAT;
        ensure!(n_beats <= MAX_BEATS, "expected at most {MAX_BEATS} beats, found {n_beats}");
        let of_part = |(voice, notes): &(Voice, Vec<Note>)| {
            (*voice, line(notes, *voice, first_beat, n_frames))
        };
        let mut lines: BTreeMap<Voice, Vec<Sound>> = parts.iter().map(of_part).collect();
        let key = args.key.unwrap_or_else(|| key_finding::key_of_notes(&all));
        let shift = shift(&lines);
        for (voice, line) in &mut lines {
            for sound in line.iter_mut() {
                *sound = sound.transposed(shift);
            }
            ensure!(
                line.iter().all(|&sound| token::of_sound(sound).is_some()),
                "expected a {} that spans at most {} semitones with the other voices",
                voice.name(),
                token::HIGHEST - token::LOWEST
            );
        }
        Ok(Self { lines, shift, key, first_beat, n_frames })
    }

    fn given(&self, args: &Harmonise) -> Given {
        let root = (i16::from(self.key.root) + i16::from(self.shift)).rem_euclid(12) as u8;
        let fermatas = match args.line_beats {
            Some(n_beats) => {
                let n_lines = self.n_frames.div_ceil(FRAMES_PER_BEAT * n_beats as usize);
                let mut plan = plan::regular(n_lines, n_beats as usize);
                plan.truncate(self.n_frames);
                plan
            }
            // The highest voice is the tune.
            None => self.lines.values().next().map_or_else(Vec::new, |tune| plan::of_tune(tune)),
        };
        Given {
            key: Key { root, ..self.key },
            voices: Voice::ALL.map(|voice| self.lines.get(&voice).cloned()),
            fermatas,
        }
    }
}

/// The notes of each of `voices`: all notes if it is one, else those of a track each, from the highest.
fn parts(piece: &NoteSequence, voices: &[Voice]) -> anyhow::Result<Vec<(Voice, Vec<Note>)>> {
    let mut tracks: BTreeMap<u16, Vec<Note>> = BTreeMap::new();
    for note in piece.notes.iter().filter(|note| !note.is_drum) {
        tracks.entry(note.instrument).or_default().push(*note);
    }
    ensure!(!tracks.is_empty(), "expected notes that are no drums, found none");
    ensure!(
        voices.is_sorted_by(|a, b| a < b) && voices.len() < N_VOICES,
        "--voices: expected one to three voices, each once and from the highest"
    );
    if let [voice] = voices {
        return Ok(vec![(*voice, tracks.into_values().flatten().collect())]);
    }
    ensure!(
        tracks.len() == voices.len(),
        "expected a track for each of {} voices, found {} tracks with notes",
        voices.len(),
        tracks.len()
    );
    let mut tracks: Vec<Vec<Note>> = tracks.into_values().collect();
    let mean = |notes: &[Note]| {
        notes.iter().map(|note| f64::from(note.pitch)).sum::<f64>() / notes.len() as f64
    };
    tracks.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
    Ok(voices.iter().copied().zip(tracks).collect())
}

/// By how many semitones the lines have to move so that as few notes as possible are outside the ranges
/// of their voices; the nearest of equals.
fn shift(lines: &BTreeMap<Voice, Vec<Sound>>) -> i8 {
    let n_outside = |shift: i8| {
        let outside = |(voice, line): (&Voice, &Vec<Sound>)| {
            let pitches = line.iter().filter_map(|sound| sound.transposed(shift).pitch());
            pitches.filter(|pitch| !voice.range().contains(pitch)).count()
        };
        lines.iter().map(outside).sum::<usize>()
    };
    let nearest = (0..=MAX_SHIFT).flat_map(|shift| [shift, -shift]);
    nearest.min_by_key(|&shift| n_outside(shift)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::frame::testing::chords;

    fn lines(soprano: &[u8]) -> BTreeMap<Voice, Vec<Sound>> {
        let chords: Vec<[u8; 4]> = soprano.iter().map(|&pitch| [pitch, 0, 0, 0]).collect();
        let line = self::chords(&chords).frames.iter().map(|frame| frame.sounds[0]).collect();
        BTreeMap::from([(Voice::Soprano, line)])
    }

    #[test]
    fn a_tune_moves_to_where_the_voice_sings_by_the_shortest_way() {
        assert_eq!(shift(&lines(&[60, 72, 79])), 0);
        assert_eq!(shift(&lines(&[79, 88])), -7);
        assert_eq!(shift(&lines(&[48, 55])), 9);
    }

    fn notes_of(tracks: &[u8]) -> NoteSequence {
        let note = |(instrument, &pitch): (usize, &u8)| Note {
            pitch,
            velocity: 90,
            start: 0.0,
            end: 1.0,
            program: 0,
            is_drum: false,
            instrument: instrument as u16,
        };
        NoteSequence {
            notes: tracks.iter().enumerate().map(note).collect(),
            tempos: vec![],
            meters: vec![],
        }
    }

    #[test]
    fn tracks_are_voices_from_the_highest() {
        let (soprano, bass) = (Voice::Soprano, Voice::Bass);
        let found = parts(&notes_of(&[48, 72]), &[soprano, bass]).unwrap();
        assert_eq!((found[0].0, found[0].1[0].pitch, found[1].1[0].pitch), (soprano, 72, 48));
        assert_eq!(parts(&notes_of(&[48, 72]), &[bass]).unwrap()[0].1.len(), 2);
        for (tracks, voices, sentence) in [
            (&[60][..], &[soprano, bass][..], "a track for each of 2 voices, found 1 tracks"),
            (&[60, 61], &[bass, soprano], "each once and from the highest"),
            (&[60, 61, 62, 63], &Voice::ALL, "one to three voices"),
            (&[], &[soprano], "notes that are no drums, found none"),
        ] {
            let error = parts(&notes_of(tracks), voices).unwrap_err().to_string();
            assert!(error.contains(sentence), "{error}");
        }
    }
}
