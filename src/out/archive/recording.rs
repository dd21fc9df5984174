//! One file of a recording and the cue sheet beside it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    files::{self, NotWritten},
    out::archive::{Fault, cue::Cue, hour::Hour},
    stream::{
        mp3::{FrameHeader, frames},
        ring::Chunk,
    },
};

/// A file that grows by whole frames.
pub struct Recording {
    path: PathBuf,
    file: File,
    cue: Cue,
    n_bytes: u64,
    n_samples: u64,
}

impl Recording {
    /// Begins a file of `hour` in `folder`, which is made if it is not there; never one that exists.
    ///
    /// # Errors
    /// The folder or the file can't be made.
    pub fn begin(folder: &Path, station: &str, hour: Hour) -> Result<Self, Fault> {
        fs::create_dir_all(folder).map_err(Fault::at(folder))?;
        let mut number = 1;
        loop {
            let path = folder.join(format!("{}.mp3", hour.stem(number)));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let name = format!("{}.mp3", hour.stem(number));
                    let cue = Cue::new(station, name);
                    return Ok(Self { path, file, cue, n_bytes: 0, n_samples: 0 });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(Fault::at(&path)(error)),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what sounds next; its title goes into the cue sheet first if it is new.
    ///
    /// # Errors
    /// The disk is full or fails. What was written before is whole.
    pub fn write(&mut self, chunk: &Chunk) -> Result<(), Fault> {
        if self.cue.note(&chunk.title, self.n_samples) {
            self.write_cue()?;
        }
        if let Err(error) = self.file.write_all(&chunk.audio) {
            // Half a frame is no sound.
            let _ = self.file.set_len(self.n_bytes);
            return Err(Fault::at(&self.path)(error));
        }
        self.n_bytes += chunk.audio.len() as u64;
        let headers = frames(&chunk.audio).filter_map(FrameHeader::parse);
        self.n_samples += headers.map(|header| u64::from(header.n_samples)).sum::<u64>();
        Ok(())
    }

    fn write_cue(&self) -> Result<(), Fault> {
        let path = self.path.with_extension("cue");
        let written = files::write(&path, self.cue.text().as_bytes());
        written.map_err(|NotWritten { path, source }| Fault::at(&path)(source))
    }

    /// Takes away what has no sound in it: a disk that is full has room for names.
    pub fn remove_if_empty(self) {
        if self.n_bytes == 0 {
            let _ = fs::remove_file(&self.path);
            let _ = fs::remove_file(self.path.with_extension("cue"));
        }
    }
}
