//! `electropunk critique`: a station, a MIDI file or a recording in figures and as a picture.

mod figures;
mod goal;
mod listen;
mod page;
mod recording;
mod subject;
mod table;

use crate::{
    files,
    lab::{
        cli,
        cmd::critique::{subject::Subject, table::Table},
        measure::{
            hearing::{
                Heard,
                tempo::{self, TempoAt},
            },
            score::{Score, figures::NoteFigures},
            seams::{self, Seams},
        },
    },
};

/// All that is known about a subject.
pub(crate) struct Critique {
    /// What it is, in a line.
    title: String,
    /// What it draws from, if it is a station.
    seed: Option<u64>,
    /// Loudness that it should have, in LUFS.
    target: Option<f64>,
    /// Whether it is meant to be played by people; none where nobody says.
    is_human: Option<bool>,
    heard: Heard,
    tempos: Vec<TempoAt>,
    notes: Option<Notes>,
}

/// What is known where there are notes.
struct Notes {
    score: Score,
    figures: NoteFigures,
    /// When each bar begins in the sound, in seconds.
    starts: Vec<f64>,
    seams: Option<Seams>,
}

impl Critique {
    fn of(subject: Subject) -> Self {
        let Subject { title, seed, target, is_human, heard, score } = subject;
        let tempos = tempo::tempos(&heard.flux);
        let notes = score.map(|(score, starts)| Notes {
            figures: NoteFigures::of(&score),
            seams: Seams::judge(&heard.clicks, &seams::moments(&score, &starts)),
            score,
            starts,
        });
        Self { title, seed, target, is_human, heard, tempos, notes }
    }
}

impl Notes {
    /// Beats a minute at `second` of the sound.
    fn tempo_at(&self, second: f64) -> Option<f64> {
        let bar = self.starts.partition_point(|start| *start <= second).saturating_sub(1);
        Some(self.score.bars.get(bar)?.tempo.get())
    }
}

/// Runs the command.
///
/// # Errors
/// There is no such station, the file can't be read, or the picture not be written.
pub fn run(args: &cli::Critique) -> anyhow::Result<()> {
    let critique = Critique::of(subject::open(args)?);
    let table =
        Table { title: &critique.title, seed: critique.seed, rows: figures::rows(&critique) };
    if let Some(path) = &args.picture {
        let png = page::page(&critique, &table).to_png()?;
        files::write(path, &png)?;
    }
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&table)?),
        false => print!("{table}"),
    }
    Ok(())
}
