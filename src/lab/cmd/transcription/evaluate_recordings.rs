//! `electropunk transcription evaluate recordings`: transcripts compared with the MIDI files beside the
//! recordings.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use indicatif::ProgressBar;
use serde_json::json;

use crate::{
    interrupt,
    lab::{
        cli::RecordingsEvaluate,
        cmd::transcription::reader,
        measure::onsets::{Agreement, agreement},
        train::transcription::drums::judgement::by_drum,
        transcription::{Hit, beats::Known, score::Score, transcript::Transcript},
    },
    music::{
        drums::{self, Drum},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        midi, part_map,
        song::Song,
        trio::Line,
    },
    musicvae::convert::extract::Lines,
};

/// Tolerances of beats and of hits in seconds.
const BEAT_TOLERANCE_S: f64 = 0.07;
const HIT_TOLERANCE_S: f64 = 0.05;

/// Beats before this second don't count (as in `mir_eval`).
const SETTLED_S: f64 = 5.0;

/// Quarters in a bar.
const QUARTERS_PER_BAR: f64 = (STEPS_PER_BAR / STEPS_PER_QUARTER) as f64;

/// Tempos closer than this ratio are equal.
const SAME_TEMPO: f64 = 0.03;

/// The ground truth of a recording.
struct Truth {
    song: Song,
    hits: Vec<Hit>,
    /// Times of beats within the recording.
    beats: Vec<f64>,
    /// Times of the bars' starts.
    bars: Vec<f64>,
}

/// Figures of a recording.
#[derive(Debug, Clone, Default)]
struct Figures {
    name: String,
    bpm: [f64; 2],
    beats: Agreement,
    /// Number of matched bars, and of all.
    bars: (usize, usize),
    kick: Agreement,
    snare: Agreement,
    hat: Agreement,
    /// Equal steps of drums, bass and lead, and all steps.
    steps: [(usize, usize); 3],
}

/// Runs the command.
///
/// # Errors
/// A model, a recording or its MIDI file can't be read.
pub fn run(args: &RecordingsEvaluate) -> anyhow::Result<()> {
    let (reader, _) = reader(&args.notes_model, &args.drums_model)?;
    let stop = interrupt::flag()?;
    let bar = ProgressBar::new(args.recordings.len() as u64);
    let mut all = Vec::new();
    for path in &args.recordings {
        let goes_on = || !stop.is_set();
        let Some(found) = reader.read(path, &Known::default(), &goes_on)? else { break };
        let end = found.beats.times_s.last().copied().unwrap_or(0.0);
        let truth = Truth::beside(path, end)?;
        all.push(Figures::of(path, &truth, &found));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let text = match args.json {
        true => json!(all.iter().map(Figures::as_json).collect::<Vec<_>>()).to_string(),
        false => table(&all),
    };
    let _ = writeln!(io::stdout(), "{text}");
    Ok(())
}

impl Truth {
    /// Reads the MIDI file beside `path`, until second `end`.
    fn beside(path: &Path, end: f64) -> anyhow::Result<Self> {
        let file: PathBuf = path.with_extension("mid");
        let name = file.display();
        let bytes = fs::read(&file).with_context(|| {
            format!("{}: expected a MIDI file with its notes at {name}", path.display())
        })?;
        let mut song = midi::read_song(&bytes).with_context(|| name.to_string())?;
        part_map::assign_by_name(&mut song);
        let n_bars = 1 + (end / 0.5) as usize;
        let within = |seconds: Vec<f64>| seconds.into_iter().filter(|s| *s <= end).collect();
        let beats: Vec<f64> = within(song.tempo_map.bar_starts(4 * n_bars, 1.0));
        let bars: Vec<f64> = within(song.tempo_map.bar_starts(n_bars, QUARTERS_PER_BAR));
        ensure!(
            !beats.is_empty(),
            "{}: expected a recording with beats, found none",
            path.display()
        );
        let played = song.tempo_map.at_one_tempo(&song.sequence);
        // Two quarters a second.
        let hit = |note: &crate::music::note::Note| {
            let drum = drums::class(note.pitch).filter(|_| note.is_drum)?;
            Some(Hit { onset_s: note.start / 2.0, drum, velocity: note.velocity })
        };
        let hits = played.notes.iter().filter_map(hit).filter(|hit| hit.onset_s <= end).collect();
        Ok(Self { song, hits, beats, bars })
    }

    /// Length of bar `number` in seconds.
    fn bar_length(&self, number: usize) -> f64 {
        let after = number.min(self.bars.len().saturating_sub(2));
        self.bars.get(after + 1).map_or(f64::INFINITY, |next| next - self.bars[after])
    }
}

impl Figures {
    fn of(path: &Path, truth: &Truth, found: &Transcript) -> Self {
        let score = found.score();
        let settled = |times: &[f64]| -> Vec<f64> {
            times.iter().copied().filter(|time| SETTLED_S <= *time).collect()
        };
        let drums = by_drum(&truth.hits, &found.hits, HIT_TOLERANCE_S);
        let bars = matched_bars(truth, &score);
        let mut hat = drums[Drum::ClosedHat as usize];
        hat += drums[Drum::OpenHat as usize];
        let n_bars = truth.bars.len().saturating_sub(1).max(1);
        Self {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            bpm: [60.0 * QUARTERS_PER_BAR / truth.bar_length(0), score.tempo().unwrap_or(0.0)],
            beats: agreement(
                &settled(&truth.beats),
                &settled(&found.beats.times_s),
                BEAT_TOLERANCE_S,
            ),
            bars: (bars.len().min(n_bars), n_bars),
            kick: drums[Drum::Kick as usize],
            snare: drums[Drum::Snare as usize],
            hat,
            steps: steps(truth, &score, &bars, n_bars),
        }
    }

    fn as_json(&self) -> serde_json::Value {
        let share = |(n, of): (usize, usize)| n as f64 / of.max(1) as f64;
        let [drums, bass, lead] = self.steps.map(share);
        json!({
            "recording": self.name, "bpm": self.bpm[0], "bpm_found": self.bpm[1],
            "beats_f": self.beats.f(), "bars_right": share(self.bars),
            "kick_f": self.kick.f(), "snare_f": self.snare.f(), "hat_f": self.hat.f(),
            "drum_steps_equal": drums, "bass_steps_equal": bass, "lead_steps_equal": lead,
        })
    }
}

/// Pairs of a true bar and the found bar with the same start and tempo.
fn matched_bars(truth: &Truth, score: &Score) -> Vec<(usize, usize)> {
    let pair = |(found, bar): (usize, &crate::lab::transcription::score::ScoredBar)| {
        let near = |number: &usize| (truth.bars[*number] - bar.start_s).abs() <= BEAT_TOLERANCE_S;
        let number = (0..truth.bars.len()).find(near)?;
        let length = 60.0 * QUARTERS_PER_BAR / bar.tempo;
        let is_same = (length / truth.bar_length(number) - 1.0).abs() < SAME_TEMPO;
        is_same.then_some((number, found))
    };
    score.bars.iter().enumerate().filter_map(pair).collect()
}

/// Steps of drums, bass and lead that are equal in matched bars, and all steps.
fn steps(
    truth: &Truth,
    score: &Score,
    bars: &[(usize, usize)],
    n_bars: usize,
) -> [(usize, usize); 3] {
    let lines = |piece| Lines::extract(piece).unwrap_or_default();
    let (theirs, ours) = (lines(&truth.song.sequence), lines(&score.piece()));
    let first = |lines: &[Line]| lines.first().cloned().unwrap_or_default();
    let of = |lines: &Lines| {
        [lines.drums.clone().unwrap_or_default(), first(&lines.basses), first(&lines.melodies)]
    };
    let (theirs, ours) = (of(&theirs), of(&ours));
    std::array::from_fn(|part| {
        let step = |line: &Line, bar: usize, step: usize| {
            line.get(bar * STEPS_PER_BAR + step).copied().unwrap_or(0)
        };
        let equal = bars.iter().filter(|(bar, _)| *bar < n_bars).flat_map(|(bar, found)| {
            let (theirs, ours) = (&theirs[part], &ours[part]);
            (0..STEPS_PER_BAR)
                .filter(move |number| step(theirs, *bar, *number) == step(ours, *found, *number))
        });
        (equal.count(), n_bars * STEPS_PER_BAR)
    })
}

fn table(all: &[Figures]) -> String {
    let heads = "recording        bpm    found  beats   bars   kick  snare hat    steps equal: drums bass lead\n"
        .to_owned();
    let share = |(n, of): (usize, usize)| n as f64 / of.max(1) as f64;
    let row = |figures: &Figures| {
        let Figures { name, bpm: [bpm, found], beats, bars, kick, snare, hat, steps } = figures;
        let [drums, bass, lead] = steps.map(share);
        format!(
            "{name:<16} {bpm:<6.2} {found:<6.2} {:<7.2} {:<6.2} {:<5.2} {:<5.2} {:<5.2}               {drums:<5.2} {bass:<4.2} {lead:.2}\n",
            beats.f(),
            share(*bars),
            kick.f(),
            snare.f(),
            hat.f(),
        )
    };
    let n = all.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Figures) -> f64| all.iter().map(of).sum::<f64>() / n;
    let means = format!(
        "{:<16}               {:<7.2} {:<6.2} {:<5.2} {:<5.2} {:<5.2}               {:<5.2} {:<4.2} {:.2}",
        "mean",
        mean(&|f| f.beats.f()),
        mean(&|f| share(f.bars)),
        mean(&|f| f.kick.f()),
        mean(&|f| f.snare.f()),
        mean(&|f| f.hat.f()),
        mean(&|f| share(f.steps[0])),
        mean(&|f| share(f.steps[1])),
        mean(&|f| share(f.steps[2])),
    );
    heads + &all.iter().map(row).collect::<String>() + &means
}
