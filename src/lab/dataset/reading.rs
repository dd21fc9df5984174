//! Files out of all sources, in batches: large enough for all cores, small enough for memory.

use std::{
    mem,
    path::{Path, PathBuf},
    sync::mpsc::SyncSender,
};

use crate::lab::dataset::{Error, archive};

/// A batch is handed over at so many files,
const BATCH_FILES: usize = 256;

/// or at so many bytes of MIDI: long songs give the most windows.
const BATCH_BYTES: usize = 2 << 20;

/// A MIDI file's place and contents.
#[derive(Debug)]
pub struct MidiFile {
    /// Where it lies.
    pub name: String,
    /// The bytes, or why they can't be read.
    pub bytes: std::io::Result<Vec<u8>>,
}

/// Sends the files of `sources` in batches, but for those that are `done`: the names of the first
/// files, in their order.
///
/// # Errors
/// A source can't be opened or is broken, or the files that were done are no longer the first.
pub fn read_batches(
    sources: &[PathBuf],
    mut done: impl Iterator<Item = Result<String, Error>>,
    sender: &SyncSender<Vec<MidiFile>>,
) -> Result<(), Error> {
    let mut batch = Batch::default();
    for source in sources {
        archive::visit(source, &mut |path, contents| {
            let name = path.display().to_string();
            if let Some(before) = done.next() {
                return before.and_then(|before| expect(source, &before, &name));
            }
            batch.push(MidiFile { name, bytes: contents() });
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
    files: Vec<MidiFile>,
    n_bytes: usize,
}

impl Batch {
    fn push(&mut self, file: MidiFile) {
        self.n_bytes += file.bytes.as_ref().map_or(0, Vec::len);
        self.files.push(file);
    }

    fn is_full(&self) -> bool {
        self.files.len() >= BATCH_FILES || self.n_bytes >= BATCH_BYTES
    }
}

/// Hands the batch over and begins the next.
fn send(sender: &SyncSender<Vec<MidiFile>>, batch: &mut Batch) -> Result<(), Error> {
    let files = mem::take(batch).files;
    if files.is_empty() {
        return Ok(());
    }
    // Whoever closed the channel knows why and says so.
    sender.send(files).map_err(|_| Error::Stopped { n_files: 0 })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    fn read(folder: &Path, done: &[&str]) -> Result<Vec<usize>, Error> {
        let (sender, receiver) = sync_channel(100);
        let done = done.iter().map(|name| Ok(folder.join(name).display().to_string()));
        read_batches(&[folder.to_owned()], done, &sender)?;
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
    fn a_batch_has_an_upper_size() {
        assert_eq!(read(folder(300).path(), &[]).unwrap(), [256, 44]);
    }

    #[test]
    fn what_is_done_is_passed_by() {
        assert_eq!(read(folder(5).path(), &["000.mid", "001.mid"]).unwrap(), [3]);
    }

    #[test]
    fn another_file_in_the_place_of_one_that_is_done_is_named() {
        let folder = folder(2);
        for done in [&["000.mid", "0005.mid"][..], &["000.mid", "001.mid", "002.mid"]] {
            let error = read(folder.path(), done).unwrap_err().to_string();
            assert!(error.contains(done.last().unwrap()), "{error}");
        }
    }
}
