//! `electropunk transcription evaluate notes`: notes found in recordings whose notes are known.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context as _, bail, ensure};
use rustysynth::SoundFont;

use crate::{
    args::has_ending,
    ffi, files, interrupt,
    lab::{
        cli::NotesEvaluate,
        cmd::transcription::hearing::{hearing, threads},
        train::transcription::{
            mixdown::Mixdown,
            piece::Piece,
            pieces::{self, Pieces},
            take::{self, as_written, play},
        },
        transcription::{
            HeardNote,
            activations::Activations,
            agreement::{Agreement, Rule, agreement},
            cqt::RATE,
            note_creation::{Thresholds, heard},
            pitch_network::PitchNetwork,
            recording::Recording,
        },
    },
    music::{
        midi,
        note::{Note, NoteSequence},
    },
    rng,
    sound::{
        audio_file::{AudioFileWriter, Format},
        font_file,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        resample,
    },
    units::{Bpm, Decibels, SAMPLE_RATE},
};

/// The network, and what counts as a note.
type HeardBy = (PitchNetwork, Thresholds);

/// Figures of a recording.
struct Row {
    name: String,
    onset: Agreement,
    with_end: Agreement,
    /// Length of the sound over the time of transcription; 0 for a MIDI file.
    times_real_time: f64,
}

/// Runs the command.
///
/// # Errors
/// A file can't be read or written, or Ctrl-C.
pub fn run(args: &NotesEvaluate) -> anyhow::Result<()> {
    ffi::keep_freed_memory();
    threads(args.threads)?;
    ensure!(
        !args.pair.is_empty() || !args.midi.is_empty(),
        "expected --pair or --midi, found neither"
    );
    let heard_by = hearing(&args.hearing)?;
    let stop = interrupt::flag()?;
    let mut rows = Vec::new();
    for pair in args.pair.chunks_exact(2) {
        rows.push(of_pair(&heard_by, &pair[0], &pair[1])?);
    }
    if let Some(font) = &args.soundfont {
        let font = font_file::load(font)?;
        for piece in chosen(args)? {
            if stop.is_set() {
                bail!("stopped after {} recordings", rows.len());
            }
            rows.push(of_piece(args, &heard_by, &piece, &font)?);
            eprintln!("{}", line(&rows[rows.len() - 1]));
        }
    }
    let text = if args.json { json(&rows) } else { table(&rows) };
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}

/// Figures of a recording's transcript, or of a MIDI file that another program made of it.
fn of_pair(heard_by: &HeardBy, found: &Path, truth: &Path) -> anyhow::Result<Row> {
    let name = found.display().to_string();
    let truth = notes_in(truth)?;
    if has_ending(found, &["mid", "midi"]) {
        return Ok(row(name, &truth, &notes_in(found)?, 0.0));
    }
    let recording = Recording::read(found, RATE)?;
    let (notes, speed) = transcribed(heard_by, &recording);
    Ok(row(name, &truth, &notes, speed))
}

/// The notes in `recording`, and its length over the time of transcription.
fn transcribed(heard_by: &HeardBy, recording: &Recording) -> (Vec<HeardNote>, f64) {
    let started = Instant::now();
    let samples = resample::mono(recording.samples.clone(), recording.rate, RATE);
    let activations = Activations::of(&heard_by.0, &samples, false, &|| true).unwrap_or_default();
    let notes = heard(&activations, &heard_by.1);
    (notes, recording.seconds() / started.elapsed().as_secs_f64().max(1e-6))
}

/// The pitched notes of a MIDI file; simultaneous ones of one pitch are merged.
fn notes_in(path: &Path) -> anyhow::Result<Vec<HeardNote>> {
    let bytes = files::read_small(path, 16 << 20)?;
    let song = midi::read_song(&bytes).with_context(|| path.display().to_string())?;
    let piece = Piece::new(String::new(), song);
    Ok(take::notes(&piece, 0.0..piece.seconds() + 1.0))
}

/// The pieces to play, one per title.
fn chosen(args: &NotesEvaluate) -> anyhow::Result<Vec<Piece>> {
    let read = pieces::read(&args.midi)?;
    let mut found = read.held_out;
    if args.all {
        found.titles.extend(read.train.titles);
    }
    let Pieces { titles } = found;
    ensure!(!titles.is_empty(), "--midi: expected songs with pitched notes, found none");
    let mut pieces: Vec<Piece> = titles.into_iter().filter_map(|mut title| title.pop()).collect();
    // In an order independent of names, so that a subset has titles of all sources.
    pieces.sort_by_key(|piece| rng::fnv1a(format!("evaluate {}", piece.title)));
    pieces.truncate(args.titles as usize);
    Ok(pieces)
}

/// Figures of the start of `piece` as `font` plays it.
fn of_piece(
    args: &NotesEvaluate,
    heard_by: &HeardBy,
    piece: &Piece,
    font: &Arc<SoundFont>,
) -> anyhow::Result<Row> {
    let end_s = piece.seconds().min(args.seconds);
    let take = play(piece, font, 0.0..end_s, &mut as_written)?;
    let mixdown = Mixdown { drums: args.drums.map(Decibels), ..Mixdown::CLEAN };
    let samples = mixdown.apply(&take, &mut rng::stream(0, "mixdown"))?;
    if let Some(folder) = &args.keep {
        keep(folder, &piece.title, &samples, &take.notes)?;
    }
    let recording = Recording { rate: SAMPLE_RATE, samples };
    let (notes, speed) = transcribed(heard_by, &recording);
    Ok(row(piece.title.clone(), &take.notes, &notes, speed))
}

/// Writes the recording `title` to `folder`, and its true notes as a MIDI file beside it.
fn keep(folder: &Path, title: &str, samples: &[f32], notes: &[HeardNote]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let name: String =
        title.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let path = |ending: &str| -> PathBuf { folder.join(format!("{name}.{ending}")) };
    let mut file = AudioFileWriter::create(&path("wav"), Format::Wav)?;
    for piece in samples.chunks(FRAMES_PER_MP3_FRAME) {
        let mut block = Block::SILENCE;
        block.left[..piece.len()].copy_from_slice(piece);
        block.right[..piece.len()].copy_from_slice(piece);
        file.push(&block)?;
    }
    file.finish()?;
    let quarters = |seconds: f64| seconds * Bpm::DEFAULT.get() / 60.0;
    let notes = notes.iter().map(|note| Note {
        pitch: note.pitch,
        velocity: (127.0 * note.amplitude).round().clamp(1.0, 127.0) as u8,
        start: quarters(note.onset_s.max(0.0)),
        end: quarters(note.end_s),
        program: 0,
        is_drum: false,
        instrument: 0,
    });
    let tempos = vec![(0.0, Bpm::DEFAULT)];
    let piece = NoteSequence { notes: notes.collect(), tempos, meters: Vec::new() };
    files::write(&path("mid"), &midi::write(&piece, |_| "Notes"))?;
    Ok(())
}

fn row(name: String, truth: &[HeardNote], found: &[HeardNote], times_real_time: f64) -> Row {
    let [onset, with_end] =
        [Rule::Onset, Rule::OnsetAndEnd].map(|rule| agreement(truth, found, rule));
    Row { name, onset, with_end, times_real_time }
}

fn line(row: &Row) -> String {
    let Row { name, onset, with_end, times_real_time } = row;
    let name: String = name.chars().rev().take(32).collect();
    let name: String = name.chars().rev().collect();
    format!(
        "{name:32} {:9.3} {:6.3} {:5.3} {:10.3} {:6} {times_real_time:6.1}",
        onset.precision(),
        onset.recall(),
        onset.f(),
        with_end.f(),
        onset.n_true,
    )
}

fn table(rows: &[Row]) -> String {
    let head = format!(
        "{:32} precision recall     F F with end  notes x real time\n",
        "onset within 50 ms, same pitch"
    );
    let mut text: String = rows.iter().map(|row| line(row) + "\n").collect();
    text.insert_str(0, &head);
    let (onset, f) = (all(rows), mean_f(rows));
    let sum = format!(
        "{:32} {:9.3} {:6.3} {:5.3} {:>10} {:6}; mean F {f:.3}\n",
        "all notes",
        onset.precision(),
        onset.recall(),
        onset.f(),
        "",
        onset.n_true
    );
    text + &sum
}

fn all(rows: &[Row]) -> Agreement {
    rows.iter().fold(Agreement::default(), |sum, row| sum.and(row.onset))
}

fn mean_f(rows: &[Row]) -> f64 {
    rows.iter().map(|row| row.onset.f()).sum::<f64>() / rows.len().max(1) as f64
}

fn json(rows: &[Row]) -> String {
    let figures = |agreement: &Agreement| {
        serde_json::json!({
            "precision": agreement.precision(), "recall": agreement.recall(), "f": agreement.f(),
            "notes": agreement.n_true,
        })
    };
    let row = |row: &Row| {
        serde_json::json!({
            "name": row.name, "onset": figures(&row.onset), "with_end": figures(&row.with_end),
            "times_real_time": row.times_real_time,
        })
    };
    let rows_json: Vec<serde_json::Value> = rows.iter().map(row).collect();
    let object = serde_json::json!({
        "recordings": rows_json, "all": figures(&all(rows)), "mean_f": mean_f(rows),
    });
    format!("{object}\n")
}
