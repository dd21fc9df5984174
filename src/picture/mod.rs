//! Pictures to judge by at a glance: what is in a data set, how training goes.
//!
//! Piano rolls are pixels, since there are thousands of notes; curves are SVG, which stays sharp and
//! small. Neither needs more than rectangles, lines and letters, so no plotting library is here.
//! Colours are those of the player page.

pub mod axis;
pub mod canvas;
pub mod curve;
pub mod learning;
pub mod palette;
pub mod played;
pub mod plot;
pub mod roll;
pub mod sheet;

use std::{fs, io, path::Path};

/// Writes a picture to `path`, whole or not at all: who looks while it is written anew sees the one
/// before.
///
/// # Errors
/// The file can't be written; what there was of it is removed.
pub fn write(path: &Path, picture: &[u8]) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = fs::write(&partial, picture).and_then(|()| fs::rename(&partial, path));
    written.inspect_err(|_| {
        // The disk may be full: give back what was taken. If that fails too, the first error stands.
        let _ = fs::remove_file(&partial);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_takes_the_place_of_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loss.svg");

        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();

        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("nowhere/loss.svg"), b"").is_err());
    }
}
