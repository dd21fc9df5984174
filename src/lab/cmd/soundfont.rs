//! `electropunk soundfont`: writes our SoundFont.

use std::{fs, path::Path};

use anyhow::Context as _;

use crate::{files, lab::soundfont};

/// Writes the font to `out`, all of it or nothing, and says how large it is.
///
/// # Errors
/// The folder can't be made or the file not be written; the message names it.
pub fn run(out: &Path) -> anyhow::Result<()> {
    let bytes = soundfont::build();
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
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
