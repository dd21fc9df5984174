//! Finds MIDI files in sources: folders, single files and archives.
//!
//! Links are followed. Unreadable items (a locked folder, a dangling link, an encrypted entry, the rest
//! of a damaged archive) are visited as files that can't be read, so that they are reported and the
//! visit continues.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use walkdir::WalkDir;

use crate::{
    args::has_ending,
    lab::dataset::{Error, recordings::is_recording},
};

/// Limit on the size of a file, in bytes; a larger file can't be read.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Extensions of MIDI files: karaoke files are MIDI files with lyrics, RMID files have a RIFF header.
const MIDI: [&str; 4] = ["mid", "midi", "kar", "rmi"];

/// Endings of archives, the longer ones first.
const ARCHIVES: [&str; 6] = [".tar.zst", ".tar.gz", ".tgz", ".tzst", ".tar", ".zip"];

/// Endings of unsupported archives; those in folders are reported.
const OTHER_ARCHIVES: [&str; 6] = ["7z", "bz2", "lzh", "rar", "tbz2", "xz"];

/// Reads the contents of a file; callers may skip it.
pub type ReadFile<'a> = &'a mut dyn FnMut() -> io::Result<Vec<u8>>;

/// Callback for a file: its path, which continues into archives, and its contents. An error ends
/// the visit.
pub type OnFile<'a> = &'a mut dyn FnMut(PathBuf, ReadFile) -> Result<(), Error>;

/// Calls `on_file` for each MIDI file in `source`, always in the same order.
///
/// # Errors
/// The source can't be opened or is of no known kind; the errors of `on_file`.
pub fn visit(source: &Path, on_file: OnFile) -> Result<(), Error> {
    visit_kinds(source, is_midi, on_file)
}

/// Calls `on_file` for each MIDI file and each recording in `source`, always in the same order. Recordings
/// beside a MIDI file of the same name, which has the same song, and recordings in archives are skipped.
///
/// # Errors
/// As [`visit`].
pub fn visit_with_recordings(source: &Path, on_file: OnFile) -> Result<(), Error> {
    visit_kinds(source, |path| is_midi(path) || is_new_recording(path), on_file)
}

/// Whether a file is a recording without a MIDI file of the same name beside it.
fn is_new_recording(path: &Path) -> bool {
    is_recording(path) && !MIDI.iter().any(|ending| path.with_extension(ending).is_file())
}

/// Whether to visit a file.
type IsSong = fn(&Path) -> bool;

fn visit_kinds(source: &Path, is_song: IsSong, on_file: OnFile) -> Result<(), Error> {
    let kind = fs::metadata(source).map_err(Error::file(source))?;
    if kind.is_dir() {
        return visit_folder(source, is_song, on_file);
    }
    let is_known = is_song(source) || archive_ending(source).is_some();
    if !is_known || !kind.is_file() {
        return Err(Error::UnknownSource(source.to_owned()));
    }
    File::open(source).map_err(Error::file(source))?;
    visit_file(source, on_file)
}

/// Whether a file's name is that of a MIDI file, compressed or not.
pub fn is_midi(path: &Path) -> bool {
    has_ending(path, &MIDI) || (has_ending(path, &["gz"]) && has_ending(&without_gz(path), &MIDI))
}

/// `path` without the ending of a compressed file.
pub fn without_gz(path: &Path) -> PathBuf {
    if has_ending(path, &["gz"]) { path.with_extension("") } else { path.to_owned() }
}

/// The ending of an archive's name.
pub fn archive_ending(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    ARCHIVES.into_iter().find(|ending| name.ends_with(ending))
}

/// Visits an existing file: a MIDI file, a recording or an archive.
fn visit_file(path: &Path, on_file: OnFile) -> Result<(), Error> {
    match archive_ending(path) {
        None => on_file(path.to_owned(), &mut || read_entry(path, File::open(path)?)),
        Some(".zip") => visit_zip(path, on_file),
        Some(ending) => visit_tar(path, ending, on_file),
    }
}

/// Visits `path` as unreadable, for this reason.
fn unreadable(path: &Path, reason: &dyn std::fmt::Display, on_file: OnFile) -> Result<(), Error> {
    on_file(path.to_owned(), &mut || Err(io::Error::other(reason.to_string())))
}

/// The contents of the file `name`, decompressed.
fn read_entry(name: &Path, entry: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match has_ending(name, &["gz"]) {
        true => MultiGzDecoder::new(entry).take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?,
        false => entry.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?,
    };
    if MAX_FILE_BYTES < bytes.len() as u64 {
        return Err(io::Error::other("larger than 16 MiB"));
    }
    Ok(bytes)
}

fn visit_folder(folder: &Path, is_song: IsSong, on_file: OnFile) -> Result<(), Error> {
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                visit_error(folder, &error, is_song, on_file)?;
                continue;
            }
        };
        let path = entry.path();
        let is_source = is_song(path) || archive_ending(path).is_some();
        if is_source && entry.file_type().is_file() {
            visit_file(path, on_file)?;
        } else if is_source && !entry.file_type().is_dir() {
            unreadable(path, &"expected a regular file", on_file)?;
        } else if has_ending(path, &OTHER_ARCHIVES) {
            let reason = "expected .zip, .tar, .tar.gz or .tar.zst; unpack this archive first";
            unreadable(path, &reason, on_file)?;
        }
    }
    Ok(())
}

/// Visits an unreadable path in `folder`; dangling links only if they are named like a song or an archive.
fn visit_error(
    folder: &Path,
    error: &walkdir::Error,
    is_song: IsSong,
    on_file: OnFile,
) -> Result<(), Error> {
    let path = error.path().unwrap_or(folder);
    let is_gone = error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
    if is_gone && !is_song(path) && archive_ending(path).is_none() {
        return Ok(());
    }
    match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => {
            let reason = format!("a link back to {}", ancestor.display());
            unreadable(path, &reason, on_file)
        }
        (None, Some(error)) => unreadable(path, error, on_file),
        (None, None) => unreadable(path, error, on_file),
    }
}

fn visit_zip(source: &Path, on_file: OnFile) -> Result<(), Error> {
    let opened = File::open(source).map_err(zip::result::ZipError::from);
    let mut archive = match opened.and_then(|file| zip::ZipArchive::new(BufReader::new(file))) {
        Ok(archive) => archive,
        Err(error) => return unreadable(source, &format!("broken archive: {error}"), on_file),
    };
    for index in 0..archive.len() {
        let name = match archive.name_for_index(index) {
            Some(Ok(name)) => PathBuf::from(name.as_ref()),
            _ => continue,
        };
        if !is_midi(&name) {
            continue;
        }
        match archive.by_index(index) {
            Ok(entry) if !entry.is_file() => {}
            Ok(mut entry) => {
                on_file(source.join(&name), &mut || read_entry(&name, &mut entry))?;
            }
            Err(error) => unreadable(&source.join(&name), &error, on_file)?,
        }
    }
    Ok(())
}

fn visit_tar(source: &Path, ending: &str, on_file: OnFile) -> Result<(), Error> {
    let visited = open_tar(source, ending).and_then(|bytes| {
        let mut archive = tar::Archive::new(bytes);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = entry.path()?.into_owned();
            if !entry.header().entry_type().is_file() || !is_midi(&name) {
                continue;
            }
            let taken = on_file(source.join(&name), &mut || read_entry(&name, &mut entry));
            if let Err(error) = taken {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    });
    match visited {
        Ok(taken) => taken,
        Err(error) => {
            let reason = format!("broken archive, the rest can't be read: {error}");
            unreadable(source, &reason, on_file)
        }
    }
}

fn open_tar(source: &Path, ending: &str) -> io::Result<Box<dyn Read>> {
    let file = BufReader::new(File::open(source)?);
    Ok(match ending {
        ".tar.zst" | ".tzst" => Box::new(
            ruzstd::decoding::StreamingDecoder::new(file)
                .map_err(|error| io::Error::other(error.to_string()))?,
        ),
        ".tar.gz" | ".tgz" => Box::new(MultiGzDecoder::new(file)),
        _ => Box::new(file),
    })
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
        let name = Path::new("a.mid");
        let read = |n_bytes| read_entry(name, io::repeat(0).take(n_bytes)).map(|bytes| bytes.len());

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

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn tar_of(names: &[&str]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(4);
            tar.append_data(&mut header, name, &b"MThd"[..]).unwrap();
        }
        tar.into_inner().unwrap()
    }

    /// The files of `source`, with what they contain or why they can't be read.
    fn contents(source: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let on_file = &mut |name: PathBuf, read: ReadFile| {
            let name = name.strip_prefix(source).unwrap().display().to_string();
            let read = read().map(|bytes| String::from_utf8(bytes).unwrap());
            found.push((name, read.unwrap_or_else(|error| error.to_string())));
            Ok(())
        };
        visit(source, on_file).unwrap();
        found
    }

    #[test]
    fn all_common_kinds_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        for name in ["a.kar", "b.RMI", "c.Midi"] {
            write(name, b"MThd");
        }
        write("d.mid.gz", &gz(b"MThd"));
        write("e.tar.gz", &gz(&tar_of(&["x/1.mid", "x/2.kar"])));
        write("f.TGZ", &gz(&tar_of(&["3.mid"])));

        let found = contents(folder.path());

        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "a.kar",
            "b.RMI",
            "c.Midi",
            "d.mid.gz",
            "e.tar.gz/x/1.mid",
            "e.tar.gz/x/2.kar",
            "f.TGZ/3.mid",
        ];
        assert_eq!(names, expected);
        assert!(found.iter().all(|(_, bytes)| bytes == "MThd"), "{found:?}");
        assert_eq!(contents(&folder.path().join("e.tar.gz")).len(), 2);
    }

    #[test]
    fn what_cant_be_read_is_one_line_and_the_visit_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        write("a.zip", b"no archive");
        let cut = gz(&tar_of(&["1.mid", "2.mid"]));
        write("b.tar.gz", &cut[..cut.len() - 20]);
        write("c.mid.gz", b"no gzip");
        write("d.tar.bz2", b"BZh9");
        write("z.mid", b"MThd");

        let found = contents(folder.path());

        let reason = |name: &str| {
            found.iter().find(|(found, _)| found == name).map(|(_, reason)| reason.as_str())
        };
        assert!(reason("a.zip").unwrap().starts_with("broken archive: "), "{found:?}");
        assert!(reason("d.tar.bz2").unwrap().ends_with("unpack this archive first"), "{found:?}");
        assert!(reason("b.tar.gz").unwrap().starts_with("broken archive, the rest"), "{found:?}");
        assert!(reason("c.mid.gz").is_some_and(|reason| reason != "MThd"), "{found:?}");
        assert_eq!(reason("z.mid"), Some("MThd"));
    }

    #[test]
    fn an_encrypted_entry_is_one_line_and_the_others_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("songs.zip");
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for name in ["a.mid", "b.mid"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            io::Write::write_all(&mut zip, b"MThd").unwrap();
        }
        let mut bytes = zip.finish().unwrap().into_inner();
        // The first bit of the flags says that an entry is encrypted.
        let at = |bytes: &[u8], name: &[u8]| bytes.windows(4).position(|w| w == name).unwrap();
        let (local, central) = (at(&bytes, b"PK\x03\x04"), at(&bytes, b"PK\x01\x02"));
        bytes[local + 6] |= 1;
        bytes[central + 8] |= 1;
        fs::write(&path, bytes).unwrap();

        let found = contents(&path);

        assert!(found[0].0 == "a.mid" && found[0].1.contains("Password"), "{found:?}");
        assert_eq!(found[1..], [("b.mid".into(), "MThd".into())]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_circles_are_told() {
        use std::os::unix::fs::symlink;

        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(other.path().join("far.mid"), b"MThd").unwrap();
        let link = |to: &Path, name: &str| symlink(to, folder.path().join(name)).unwrap();
        link(other.path(), "album");
        link(&other.path().join("far.mid"), "single.mid");
        link(folder.path(), "circle");
        link(Path::new("nothing"), "gone.mid");

        let found = contents(folder.path());

        assert_eq!(found[0], ("album/far.mid".into(), "MThd".into()));
        assert_eq!(found[3], ("single.mid".into(), "MThd".into()));
        assert!(found[1].0 == "circle" && found[1].1.starts_with("a link back to "), "{found:?}");
        assert_eq!(found[2].0, "gone.mid");
        assert_eq!(found.len(), 4);
    }
}
