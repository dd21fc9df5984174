//! `electropunk critique`: measures a station, a MIDI file or a recording.

mod analyse;
mod analysis;
mod character;
mod chords;
mod drums;
mod figures;
mod goal;
mod lead;
mod page;
mod recording;
mod subject;
mod table;

use crate::{
    files,
    lab::{
        cli,
        cmd::critique::{analysis::Analysis, table::Table},
    },
};

/// Runs the command.
///
/// # Errors
/// There is no such station, the file can't be read, or the picture can't be written.
pub fn run(args: &cli::Critique) -> anyhow::Result<()> {
    let analysis = Analysis::of(subject::open(args)?);
    let table =
        Table { title: &analysis.title, seed: analysis.seed, rows: figures::rows(&analysis) };
    if let Some(path) = &args.picture {
        let png = page::page(&analysis, &table).to_png()?;
        files::write(path, &png)?;
    }
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&table)?),
        false => print!("{table}"),
    }
    Ok(())
}
