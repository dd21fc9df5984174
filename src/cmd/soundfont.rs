//! `electropunk soundfont`: writes our SoundFont.

use std::{fs, path::Path};

use anyhow::Context as _;

use crate::sound::font;

/// Writes the font to `out`, all of it or nothing, and says how large it is.
///
/// # Errors
/// The folder can't be made or the file not be written; the message names it.
pub fn run(out: &Path) -> anyhow::Result<()> {
    let bytes = font::build();
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    let partial = out.with_extension("sf2.partial");
    fs::write(&partial, &bytes).with_context(|| format!("write {}", partial.display()))?;
    fs::rename(&partial, out).with_context(|| format!("write {}", out.display()))?;
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

        assert_eq!(fs::read(&out).unwrap(), font::build());
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 1);
    }
}
