//! MIDI files, wherever they lie: folders, single files, `.zip`, `.tar`, `.tar.zst`.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use super::Error;

/// A longer entry of an archive is no song: what is read of it at most, in bytes.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// A MIDI file's place and contents.
#[derive(Debug)]
pub struct MidiFile {
    /// Where it lies; for an entry of an archive, its path in there.
    pub name: PathBuf,
    /// The bytes, or why they can't be read.
    pub bytes: std::io::Result<Vec<u8>>,
}

/// Calls `found` with each MIDI file in `source`, in an order that is always the same.
///
/// # Errors
/// The source can't be opened or is broken; what was found before has been handed over.
pub fn visit(source: &Path, found: &mut dyn FnMut(MidiFile)) -> Result<(), Error> {
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
            found(MidiFile { name: source.to_owned(), bytes: std::fs::read(source) });
            Ok(())
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

fn visit_folder(folder: &Path, found: &mut dyn FnMut(MidiFile)) -> Result<(), Error> {
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| broken(folder, &error))?;
        if entry.file_type().is_file() && is_midi(entry.path()) {
            let bytes = open(entry.path())
                .and_then(|file| read_entry(file).map_err(Error::file(entry.path())));
            let bytes = bytes.map_err(std::io::Error::other);
            found(MidiFile { name: entry.into_path(), bytes });
        }
    }
    Ok(())
}

fn visit_zip(source: &Path, found: &mut dyn FnMut(MidiFile)) -> Result<(), Error> {
    let mut archive = zip::ZipArchive::new(open(source)?).map_err(|e| broken(source, &e))?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|e| broken(source, &e))?;
        let name = PathBuf::from(entry.name().map_err(|e| broken(source, &e))?.as_ref());
        if entry.is_file() && is_midi(&name) {
            found(MidiFile { name, bytes: read_entry(entry) });
        }
    }
    Ok(())
}

fn visit_tar(
    source: &Path,
    bytes: impl Read,
    found: &mut dyn FnMut(MidiFile),
) -> Result<(), Error> {
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries().map_err(|e| broken(source, &e))? {
        let entry = entry.map_err(|e| broken(source, &e))?;
        let name = entry.path().map_err(|e| broken(source, &e))?.into_owned();
        if entry.header().entry_type().is_file() && is_midi(&name) {
            found(MidiFile { name, bytes: read_entry(entry) });
        }
    }
    Ok(())
}
