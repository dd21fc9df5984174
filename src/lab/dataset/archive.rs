//! MIDI files, wherever they lie: folders, single files, `.zip`, `.tar`, `.tar.zst`.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use crate::lab::dataset::Error;

/// A longer entry of an archive is no song: what is read of it at most, in bytes.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Reads the file that was found; who does not want it need not call this.
pub type Contents<'a> = &'a mut dyn FnMut() -> std::io::Result<Vec<u8>>;

/// Is told of each file: where it lies, in an archive too, and how to read it. An error ends the
/// visit.
pub type Found<'a> = &'a mut dyn FnMut(PathBuf, Contents) -> Result<(), Error>;

/// Calls `found` with each MIDI file in `source`, in an order that is always the same.
///
/// # Errors
/// The source can't be opened or is broken; what was found before has been handed over. And
/// whatever `found` ends the visit with.
pub fn visit(source: &Path, found: Found) -> Result<(), Error> {
    let name = source.to_string_lossy().to_ascii_lowercase();
    let has_ending = |ending: &str| Path::new(&name).extension().is_some_and(|e| e == ending);
    match name.as_str() {
        _ if source.is_dir() => visit_folder(source, found),
        _ if has_ending("zip") => visit_zip(source, found),
        _ if has_ending("tar") => visit_tar(source, open(source)?, found),
        name if name.ends_with(".tar.zst") => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(open(source)?)
                .map_err(|error| broken(source, &error))?;
            visit_tar(source, decoder, found)
        }
        _ if is_midi(source) => {
            open(source)?;
            found(source.to_owned(), &mut || read_entry(File::open(source)?))
        }
        _ => Err(Error::UnknownSource(source.to_owned())),
    }
}

fn is_midi(path: &Path) -> bool {
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    extension.is_some_and(|extension| extension == "mid" || extension == "midi")
}

fn open(path: &Path) -> Result<BufReader<File>, Error> {
    File::open(path).map(BufReader::new).map_err(Error::file(path))
}

fn broken(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Archive { path: path.to_owned(), reason: error.to_string() }
}

fn read_entry(entry: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn visit_folder(folder: &Path, found: Found) -> Result<(), Error> {
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| broken(folder, &error))?;
        if entry.file_type().is_file() && is_midi(entry.path()) {
            let path = entry.path().to_owned();
            found(path, &mut || read_entry(File::open(entry.path())?))?;
        }
    }
    Ok(())
}

fn visit_zip(source: &Path, found: Found) -> Result<(), Error> {
    let mut archive = zip::ZipArchive::new(open(source)?).map_err(|e| broken(source, &e))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|e| broken(source, &e))?;
        let name = PathBuf::from(entry.name().map_err(|e| broken(source, &e))?.as_ref());
        if entry.is_file() && is_midi(&name) {
            found(source.join(name), &mut || read_entry(&mut entry))?;
        }
    }
    Ok(())
}

fn visit_tar(source: &Path, bytes: impl Read, found: Found) -> Result<(), Error> {
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries().map_err(|e| broken(source, &e))? {
        let mut entry = entry.map_err(|e| broken(source, &e))?;
        let name = entry.path().map_err(|e| broken(source, &e))?.into_owned();
        if entry.header().entry_type().is_file() && is_midi(&name) {
            found(source.join(name), &mut || read_entry(&mut entry))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &Path) -> Vec<PathBuf> {
        let mut names = Vec::new();
        let found = &mut |name: PathBuf, _: Contents| {
            names.push(name.strip_prefix(source).unwrap().to_owned());
            Ok(())
        };
        visit(source, found).unwrap();
        names
    }

    #[test]
    fn files_come_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        for name in ["c.mid", "b/x.midi", "a.MID", "notes.txt"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }

        assert_eq!(names(folder.path()), ["a.MID", "b/x.midi", "c.mid"].map(PathBuf::from));
    }

    #[test]
    fn an_entry_of_an_archive_is_named_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("songs.tar");
        let mut tar = tar::Builder::new(File::create(&path).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        tar.append_data(&mut header, "songs/kick.mid", &b""[..]).unwrap();
        tar.finish().unwrap();

        assert_eq!(names(&path), [PathBuf::from("songs/kick.mid")]);
    }

    #[test]
    fn who_is_told_may_end_the_visit() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.mid", "b.mid"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let mut n = 0;

        let end = visit(folder.path(), &mut |_, _| {
            n += 1;
            Err(Error::Stopped { n_files: 1 })
        });

        assert!(matches!(end, Err(Error::Stopped { .. })));
        assert_eq!(n, 1);
    }
}
