//! `electropunk soundfont`: synthesises and writes the built-in SoundFont.

use std::{fs, path::Path};

use anyhow::Context as _;

use crate::{files, lab::soundfont};

/// Writes the font to `out`, replacing the file at once, and prints its size.
///
/// # Errors
/// The folder can't be created, or the file can't be written.
pub fn run(out: &Path) -> anyhow::Result<()> {
    let bytes = soundfont::build();
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("{}: creating the folder failed", folder.display()))?;
    }
    files::write(out, &bytes)?;
    println!("{}: {} bytes", out.display(), bytes.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_into_a_new_folder() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("fonts/own.sf2");

        run(&out).unwrap();

        assert_eq!(fs::read(&out).unwrap(), soundfont::build());
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 1);
    }
}
