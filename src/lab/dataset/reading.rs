//! Reads the files of all sources in batches, large enough for all cores and small enough for
//! memory.

use std::{
    mem,
    path::{Path, PathBuf},
    sync::mpsc::SyncSender,
};

use crate::lab::dataset::{Error, archive, recordings::is_recording};

/// Files in a full batch.
const BATCH_FILES: usize = 256;

/// Bytes in a full batch: long songs have the most windows.
const BATCH_BYTES: usize = 2 << 20;

/// Contents of a song's file.
#[derive(Debug)]
pub enum Contents {
    /// The bytes of a MIDI file, or why they can't be read.
    Midi(std::io::Result<Vec<u8>>),
    /// A recording, which is read during extraction.
    Recording(PathBuf),
}

/// A song's path and contents.
#[derive(Debug)]
pub struct SongFile {
    /// Its path.
    pub name: String,
    /// Index of its source.
    pub source: usize,
    /// The contents.
    pub contents: Contents,
}

/// Sends the files of `sources` in batches, without the first ones, whose names `done` gives in order.
/// Recordings are sent only if `has_recordings`; each ends its batch.
///
/// # Errors
/// A source can't be opened or is broken, or the first files are not those of `done`.
pub fn read_batches(
    sources: &[PathBuf],
    has_recordings: bool,
    mut done: impl Iterator<Item = Result<String, Error>>,
    sender: &SyncSender<Vec<SongFile>>,
) -> Result<(), Error> {
    let mut batch = Batch::default();
    for (index, source) in sources.iter().enumerate() {
        let visit = if has_recordings { archive::visit_with_recordings } else { archive::visit };
        visit(source, &mut |path, contents| {
            let name = path.display().to_string();
            if let Some(before) = done.next() {
                return before.and_then(|before| expect(source, &before, &name));
            }
            let contents = match is_recording(&path) {
                true => Contents::Recording(path),
                false => Contents::Midi(contents()),
            };
            batch.push(SongFile { name, source: index, contents });
            if batch.is_full() { send(sender, &mut batch) } else { Ok(()) }
        })?;
    }
    match done.next() {
        Some(before) => before.and_then(|before| expect(&sources[0], &before, "the end")),
        None => send(sender, &mut batch),
    }
}

fn expect(source: &Path, before: &str, found: &str) -> Result<(), Error> {
    if before == found {
        return Ok(());
    }
    Err(Error::SourcesChanged {
        path: source.to_owned(),
        expected: before.to_owned(),
        found: found.to_owned(),
    })
}

#[derive(Default)]
struct Batch {
    files: Vec<SongFile>,
    n_bytes: usize,
    has_recording: bool,
}

impl Batch {
    fn push(&mut self, file: SongFile) {
        match &file.contents {
            Contents::Midi(bytes) => self.n_bytes += bytes.as_ref().map_or(0, Vec::len),
            Contents::Recording(_) => self.has_recording = true,
        }
        self.files.push(file);
    }

    fn is_full(&self) -> bool {
        self.has_recording || self.files.len() >= BATCH_FILES || self.n_bytes >= BATCH_BYTES
    }
}

/// Sends the batch and starts the next.
fn send(sender: &SyncSender<Vec<SongFile>>, batch: &mut Batch) -> Result<(), Error> {
    let files = mem::take(batch).files;
    if files.is_empty() {
        return Ok(());
    }
    // The receiver reports why it closed the channel.
    sender.send(files).map_err(|_| Error::Stopped { n_files: 0 })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    fn read(folder: &Path, done: &[&str]) -> Result<Vec<usize>, Error> {
        let (sender, receiver) = sync_channel(100);
        let done = done.iter().map(|name| Ok(folder.join(name).display().to_string()));
        read_batches(&[folder.to_owned()], true, done, &sender)?;
        drop(sender);
        Ok(receiver.iter().map(|batch| batch.len()).collect())
    }

    fn folder(n_files: usize) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..n_files {
            std::fs::write(folder.path().join(format!("{n:03}.mid")), b"MThd").unwrap();
        }
        folder
    }

    #[test]
    fn batches_are_bounded() {
        assert_eq!(read(folder(300).path(), &[]).unwrap(), [256, 44]);
    }

    #[test]
    fn a_recording_ends_its_batch_unless_it_is_of_a_song_that_is_there() {
        let folder = folder(5);
        for name in ["0015.wav", "002.mp3"] {
            std::fs::write(folder.path().join(name), b"RIFF").unwrap();
        }
        assert_eq!(read(folder.path(), &[]).unwrap(), [3, 3]);
    }

    #[test]
    fn files_that_are_done_are_skipped() {
        assert_eq!(read(folder(5).path(), &["000.mid", "001.mid"]).unwrap(), [3]);
    }

    #[test]
    fn a_changed_file_among_those_done_is_an_error() {
        let folder = folder(2);
        for done in [&["000.mid", "0005.mid"][..], &["000.mid", "001.mid", "002.mid"]] {
            let error = read(folder.path(), done).unwrap_err().to_string();
            assert!(error.contains(done.last().unwrap()), "{error}");
        }
    }
}
