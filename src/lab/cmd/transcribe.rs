//! `electropunk transcribe`: a recording to a MIDI file.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    iter,
    path::Path,
    time::Instant,
};

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    ffi, files, interrupt,
    lab::{
        cli::Transcribe,
        cmd::transcription::{drum_network, hearing, picture, threads},
        transcription::{
            HeardNote, Hit,
            beats::Known,
            score::Score,
            transcript::{Reader, Transcript},
        },
    },
    music::{
        midi,
        note::{Note, NoteSequence},
    },
    units::Bpm,
};

/// General MIDI program of notes whose instrument is not known: an electric piano.
const PROGRAM: u8 = 4;

/// Runs the command.
///
/// # Errors
/// The recording or a model can't be read, the MIDI file exists or can't be written, or Ctrl-C.
pub fn run(args: &Transcribe) -> anyhow::Result<()> {
    ffi::keep_freed_memory();
    ffi::compute_on_one_thread();
    threads(args.threads)?;
    let out = args.out.clone().unwrap_or_else(|| args.source.with_extension("mid"));
    let drawn = args.picture.then(|| out.with_extension("png"));
    for path in iter::once(&out).chain(&drawn) {
        ensure!(
            args.overwrite || !path.exists(),
            "{}: the file exists: expected another name for --out, or --overwrite",
            path.display()
        );
    }
    let tempo = args.tempo.map(Bpm::try_from).transpose().context("--tempo")?;
    let known = Known { tempo, first_beat_s: args.first_bar };
    let (pitches, thresholds) = hearing(&args.hearing)?;
    let drums = match args.no_drums {
        true => None,
        false => Some(drum_network(&args.drums_model)?.0),
    };
    let reader = Reader { pitches, thresholds, drums };
    let started = Instant::now();
    let found = read(&reader, &args.source, &known)?;
    let seconds = started.elapsed().as_secs_f64();
    let score = (!args.no_beats).then(|| found.score()).filter(|score| !score.bars.is_empty());
    let bytes = match &score {
        Some(score) => midi::write(&score.piece(), Score::part_name),
        None => midi::write(&as_recorded(&found), plain_name),
    };
    files::write(&out, &bytes)?;
    if let Some(path) = &drawn {
        files::write(path, &picture::png(&args.source, &found, score.as_ref())?)?;
    }
    let text = report(args, &out, &found, score.as_ref(), seconds);
    // A closed standard output is no error: the file is written.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}

/// The transcript of the recording at `path`; shows a count of its windows, and stops at Ctrl-C.
fn read(reader: &Reader, path: &Path, known: &Known) -> anyhow::Result<Transcript> {
    let stop = interrupt::flag()?;
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template("{spinner} {pos} windows of 1.6 s, {elapsed}")?);
    let found = reader.read(path, known, &|| {
        bar.inc(1);
        !stop.is_set()
    });
    bar.finish_and_clear();
    found?.context("stopped; no file was written")
}

/// All notes and hits at their times in the recording: at 120 bpm, a quarter is half a second.
fn as_recorded(found: &Transcript) -> NoteSequence {
    let quarters = |seconds: f64| seconds * Bpm::DEFAULT.get() / 60.0;
    let note = |note: &HeardNote| Note {
        pitch: note.pitch,
        velocity: (127.0 * note.amplitude).round().clamp(1.0, 127.0) as u8,
        start: quarters(note.onset_s),
        end: quarters(note.end_s),
        program: PROGRAM,
        is_drum: false,
        instrument: 1,
    };
    let hit = |hit: &Hit| Note {
        pitch: hit.drum.pitch(),
        velocity: hit.velocity,
        start: quarters(hit.onset_s),
        end: quarters(hit.onset_s + 0.1),
        program: 0,
        is_drum: true,
        instrument: 0,
    };
    let mut notes: Vec<Note> = found.notes.iter().map(note).collect();
    notes.extend(found.hits.iter().map(hit));
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    NoteSequence { notes, tempos: vec![(0.0, Bpm::DEFAULT)], meters: Vec::new() }
}

fn plain_name(note: &Note) -> &str {
    if note.is_drum { "Drums" } else { "Notes" }
}

fn report(
    args: &Transcribe,
    out: &Path,
    found: &Transcript,
    score: Option<&Score>,
    seconds: f64,
) -> String {
    let (n_notes, n_hits) = (found.notes.len(), found.hits.len());
    let tempo = score.and_then(Score::tempo);
    let n_bars = score.map_or(0, |score| score.bars.len());
    if args.json {
        let object = serde_json::json!({
            "file": out, "notes": n_notes, "hits": n_hits, "bars": n_bars, "tempo": tempo,
            "seconds_taken": seconds,
        });
        return format!("{object}\n");
    }
    let mut text = format!("{}: {n_notes} notes and {n_hits} drum hits", out.display());
    if let Some(tempo) = tempo {
        let _ = write!(text, " in {n_bars} bars at {tempo:.1} bpm");
    }
    let _ = writeln!(text, ", found in {seconds:.1} s");
    text
}
