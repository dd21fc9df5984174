//! Finds MIDI files in sources: folders, single files, `.zip`, `.tar` and `.tar.zst` archives.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use crate::lab::dataset::Error;

/// Limit on the size of a file, in bytes; a longer file is no song.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Reads the contents of a file; callers may skip it.
pub type ReadFile<'a> = &'a mut dyn FnMut() -> std::io::Result<Vec<u8>>;

/// Callback for a file: its path, which continues into archives, and its contents. An error ends
/// the visit.
pub type OnFile<'a> = &'a mut dyn FnMut(PathBuf, ReadFile) -> Result<(), Error>;

/// Calls `on_file` for each MIDI file in `source`, always in the same order.
///
/// # Errors
/// The source can't be opened or is broken, after a call for each file before the fault; the errors
/// of `on_file`.
pub fn visit(source: &Path, on_file: OnFile) -> Result<(), Error> {
    let name = source.to_string_lossy().to_ascii_lowercase();
    let has_ending = |ending: &str| Path::new(&name).extension().is_some_and(|e| e == ending);
    match name.as_str() {
        _ if source.is_dir() => visit_folder(source, on_file),
        _ if has_ending("zip") => visit_zip(source, on_file),
        _ if has_ending("tar") => visit_tar(source, open(source)?, on_file),
        name if name.ends_with(".tar.zst") => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(open(source)?)
                .map_err(|error| broken(source, &error))?;
            visit_tar(source, decoder, on_file)
        }
        _ if is_midi(source) => {
            open(source)?;
            on_file(source.to_owned(), &mut || read_entry(File::open(source)?))
        }
        _ => Err(Error::UnknownSource(source.to_owned())),
    }
}

/// Whether a file's name is that of a MIDI file.
pub fn is_midi(path: &Path) -> bool {
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
    entry.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if MAX_FILE_BYTES < bytes.len() as u64 {
        return Err(std::io::Error::other("larger than 16 MiB"));
    }
    Ok(bytes)
}

fn visit_folder(folder: &Path, on_file: OnFile) -> Result<(), Error> {
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| broken(folder, &error))?;
        if entry.file_type().is_file() && is_midi(entry.path()) {
            let path = entry.path().to_owned();
            on_file(path, &mut || read_entry(File::open(entry.path())?))?;
        }
    }
    Ok(())
}

fn visit_zip(source: &Path, on_file: OnFile) -> Result<(), Error> {
    let mut archive = zip::ZipArchive::new(open(source)?).map_err(|e| broken(source, &e))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|e| broken(source, &e))?;
        let name = PathBuf::from(entry.name().map_err(|e| broken(source, &e))?.as_ref());
        if entry.is_file() && is_midi(&name) {
            on_file(source.join(name), &mut || read_entry(&mut entry))?;
        }
    }
    Ok(())
}

fn visit_tar(source: &Path, bytes: impl Read, on_file: OnFile) -> Result<(), Error> {
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries().map_err(|e| broken(source, &e))? {
        let mut entry = entry.map_err(|e| broken(source, &e))?;
        let name = entry.path().map_err(|e| broken(source, &e))?.into_owned();
        if entry.header().entry_type().is_file() && is_midi(&name) {
            on_file(source.join(name), &mut || read_entry(&mut entry))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &Path) -> Vec<PathBuf> {
        let mut names = Vec::new();
        let on_file = &mut |name: PathBuf, _: ReadFile| {
            names.push(name.strip_prefix(source).unwrap().to_owned());
            Ok(())
        };
        visit(source, on_file).unwrap();
        names
    }

    #[test]
    fn files_are_visited_in_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        for name in ["c.mid", "b/x.midi", "a.MID", "notes.txt"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }

        assert_eq!(names(folder.path()), ["a.MID", "b/x.midi", "c.mid"].map(PathBuf::from));
    }

    #[test]
    fn an_archive_entrys_path_starts_with_the_archives() {
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
    fn a_file_that_is_too_large_is_an_error() {
        let read = |n_bytes| read_entry(std::io::repeat(0).take(n_bytes)).map(|bytes| bytes.len());

        assert_eq!(read(MAX_FILE_BYTES).unwrap() as u64, MAX_FILE_BYTES);
        assert_eq!(read(MAX_FILE_BYTES + 1).unwrap_err().to_string(), "larger than 16 MiB");
    }

    #[test]
    fn the_callback_may_end_the_visit() {
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
