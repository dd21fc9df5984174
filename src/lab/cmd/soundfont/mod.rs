//! `electropunk soundfont`: synthesises and writes the built-in SoundFont, and draws its spectrograms.

mod sheet;
mod table;

use std::{fs, path::Path, sync::Arc};

use anyhow::Context as _;
use rustysynth::SoundFont;

use crate::{
    files,
    lab::{cli, soundfont},
};

/// Writes the font, replacing the file at once, and prints its size; with a sheet, draws it and
/// prints a table of figures.
///
/// # Errors
/// A folder can't be created, or a file can't be written.
pub fn run(args: &cli::Soundfont) -> anyhow::Result<()> {
    let bytes = soundfont::build();
    write(&args.out, &bytes)?;
    println!("{}: {} bytes", args.out.display(), bytes.len());
    if let Some(path) = &args.sheet {
        let font = Arc::new(SoundFont::new(&mut bytes.as_slice())?);
        write(path, &sheet::draw(&font)?.to_png()?)?;
        print!("\n{}", table::table(&font)?);
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("{}: creating the folder failed", folder.display()))?;
    }
    files::write(path, bytes)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_and_its_sheet_are_written_into_a_new_folder() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("fonts/own.sf2");
        let sheet = folder.path().join("pictures/own.png");

        run(&cli::Soundfont { out: out.clone(), sheet: Some(sheet.clone()) }).unwrap();

        assert_eq!(fs::read(&out).unwrap(), soundfont::build());
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 1);
        assert!(fs::read(sheet).unwrap().starts_with(b"\x89PNG"));
    }
}
