//! One recorded file and its cue sheet.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    files::{self, NotWritten},
    out::archive::{cue::Cue, hour::Hour, target::Error},
    stream::{
        mp3::{FrameHeader, frames},
        ring::Chunk,
    },
    units::SAMPLE_RATE,
};

/// Samples between syncs, 5 s: the most that a power cut loses.
const SYNC_EVERY: u64 = 5 * SAMPLE_RATE as u64;

/// An open recording, which grows by whole MP3 frames.
pub struct Recording {
    path: PathBuf,
    file: File,
    cue: Cue,
    n_bytes: u64,
    n_samples: u64,
    /// Samples synced to disk.
    n_synced: u64,
}

impl Recording {
    /// Creates a new file for `hour` in `folder`. Existing files are never overwritten.
    ///
    /// # Errors
    /// The file can't be created.
    pub fn create(folder: &Path, station: &str, hour: Hour) -> Result<Self, Error> {
        let mut number = 1;
        loop {
            let path = folder.join(format!("{}.mp3", hour.stem(number)));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let name = format!("{}.mp3", hour.stem(number));
                    let cue = Cue::new(station, name);
                    files::sync_folder(&path).map_err(Error::at(&path))?;
                    return Ok(Self { path, file, cue, n_bytes: 0, n_samples: 0, n_synced: 0 });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(Error::at(&path)(error)),
            }
        }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends `chunk`; a new title is added to the cue sheet first.
    ///
    /// # Errors
    /// The disk is full or fails. The file keeps its whole frames.
    pub fn write(&mut self, chunk: &Chunk) -> Result<(), Error> {
        if self.cue.add(&chunk.title, self.n_samples) {
            self.write_cue()?;
        }
        if let Err(error) = self.file.write_all(&chunk.audio) {
            // Cut off the partial frame.
            let _ = self.file.set_len(self.n_bytes);
            return Err(Error::at(&self.path)(error));
        }
        self.n_bytes += chunk.audio.len() as u64;
        let headers = frames(&chunk.audio).filter_map(FrameHeader::parse);
        self.n_samples += headers.map(|header| u64::from(header.n_samples)).sum::<u64>();
        if SYNC_EVERY <= self.n_samples - self.n_synced {
            files::sync(&self.file).map_err(Error::at(&self.path))?;
            self.n_synced = self.n_samples;
        }
        Ok(())
    }

    fn write_cue(&self) -> Result<(), Error> {
        let path = self.path.with_extension("cue");
        let written = files::write(&path, self.cue.text().as_bytes());
        written.map_err(|NotWritten { path, source }| Error::at(&path)(source))
    }

    /// Deletes the recording if it has no audio: on a full disk empty files can still be created.
    pub fn remove_if_empty(self) {
        if self.n_bytes == 0 {
            let _ = fs::remove_file(&self.path);
            let _ = fs::remove_file(self.path.with_extension("cue"));
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // The last seconds of an hour. If the disk fails here, the next recording reports it.
        let _ = files::sync(&self.file);
    }
}
