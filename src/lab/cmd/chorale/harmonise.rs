//! `electropunk chorale harmonise`: finds the voices that a MIDI file lacks.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use crate::{
    chorale::{
        frame::{FRAMES_PER_BEAT, Sound, Voice},
        harmonise::{Given, Search, harmonise},
        notes::{extent, line, notes, track_name},
        plan, token,
    },
    interrupt,
    lab::{
        cli::{Harmonise, Touch},
        cmd::{
            chorale::{
                model,
                progress::Progress,
                tracks::{self, Track},
            },
            output::OutputFolder,
        },
        picture::chorale::draw,
    },
    music::{
        key_finding, midi,
        note::{Note, NoteSequence},
        part_map,
        scale::Key,
    },
};

/// Prefix of the file names.
const KIND: &str = "harmonised";

/// Largest transposition of given voices into the voices' ranges, in semitones.
const MAX_SHIFT: i8 = 24;

/// Longest tune, in beats: half an hour at 120 beats a minute.
const MAX_BEATS: usize = 3600;

/// The given voices on the grid, transposed to the model's ranges.
struct Tune {
    lines: BTreeMap<Voice, Vec<Sound>>,
    /// Transposition in semitones.
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
    let file = || args.tune.display().to_string();
    let bytes = fs::read(&args.tune).with_context(|| format!("{}: reading failed", file()))?;
    let mut song = midi::read_song(&bytes).with_context(file)?;
    part_map::assign_by_name(&mut song);
    let tracks = tracks::given(&song, &args.voices, &args.track).with_context(file)?;
    let names: Vec<String> = tracks.iter().map(|track| track.name.clone()).collect();
    let tune = Tune::read(tracks, args).with_context(file)?;
    let given = tune.given(args);
    let mut folder = OutputFolder::open(&args.output.output(None), Touch::Plain)?;
    let stop = interrupt::flag()?;
    let search = Search { width: args.beam as usize, strictness: args.strictness };
    let progress = Progress::new("sixteenths", tune.n_frames);
    let is_stopped = || {
        progress.advance();
        stop.is_set()
    };
    let Some(found) = harmonise(&network, &given, search, &is_stopped) else {
        bail!("interrupted: nothing is written");
    };
    let chorale = found.chorale.transposed(-tune.shift);
    let written = NoteSequence {
        meters: song.sequence.meters,
        ..notes(&chorale, folder.tempo(), tune.first_beat)
    };
    let name = format!("{KIND}-{:03}", folder.first_free(KIND));
    folder.write_piece(&name, &written, track_name)?;
    if args.output.picture {
        let title = args.tune.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let title = format!("{title}, in {}", tune.key);
        folder.write_file(&name, "png", &draw(&chorale, tune.first_beat, &title).to_png()?)?;
    }
    let facts = json!({
        "model": args.model,
        "tune": args.tune,
        "voices": args.voices.iter().map(|voice| voice.name()).collect::<Vec<_>>(),
        "tracks": names,
        "key": tune.key.to_string(),
        "beam": args.beam,
        "strictness": args.strictness,
        "log_probability": found.log_probability,
    });
    report(&folder, args.output.json, facts);
    Ok(())
}

/// Prints the written files, the tracks used, and the key, since a wrong key is audible.
fn report(folder: &OutputFolder, as_json: bool, mut facts: Value) {
    let files = folder.written();
    if as_json {
        facts["files"] = files.into();
        println!("{facts}");
    } else {
        let names = facts["tracks"].as_array().into_iter().flatten();
        let names: Vec<String> =
            names.filter(|name| *name != "").map(serde_json::Value::to_string).collect();
        let after = if names.is_empty() { "" } else { " after " };
        println!(
            "{} written, in {}{after}{}",
            files.join(" and "),
            facts["key"].as_str().unwrap_or_default(),
            names.join(" and ")
        );
    }
}

impl Tune {
    fn read(tracks: Vec<Track>, args: &Harmonise) -> anyhow::Result<Self> {
        let notes = tracks.into_iter().map(|track| track.notes);
        let parts: Vec<(Voice, Vec<Note>)> = args.voices.iter().copied().zip(notes).collect();
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

/// The transposition of the lines, in semitones, with the fewest notes outside the voices' ranges; the
/// smallest of equals.
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
}
