//! An unfinished build on disk, so that a build can be resumed after a crash or a power cut.
//!
//! `NAME.building/` holds `tokens`, the windows one after the other, and `journal`: a line of JSON
//! with the settings, then one line per batch with the results of its files. A batch's windows are
//! synced before its line is written, and a batch counts once its line is complete. Anything after
//! the last complete batch is truncated on resume, so the result equals that of an uninterrupted
//! build.

use std::{
    fs::{self, File, TryLockError},
    io::{self, BufReader, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::lab::dataset::{
    Error,
    journal::{Lines, Outcome, Settings},
};

/// An unfinished build, locked against other processes.
#[derive(Debug)]
pub struct Work {
    folder: PathBuf,
    journal: File,
    tokens: File,
    /// Number of files done.
    pub n_files: usize,
    /// Number of windows kept.
    pub n_windows: usize,
}

impl Work {
    /// Starts a build in `folder`, or resumes an existing one.
    ///
    /// # Errors
    /// The existing build has other settings or is locked by another process, or the disk fails.
    pub fn open(folder: &Path, settings: &Settings) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let journal = open(&folder.join(JOURNAL))?;
        match journal.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(Error::Busy(folder.to_owned())),
            Err(TryLockError::Error(error)) => return Err(Error::file(folder)(error)),
            Ok(()) => {}
        }
        let tokens = open(&folder.join(TOKENS))?;
        let mut work =
            Self { folder: folder.to_owned(), journal, tokens, n_files: 0, n_windows: 0 };
        let end = work.count(settings)?;
        work.cut(end, (work.n_windows * settings.window_bytes) as u64)?;
        if end == 0 {
            work.append_line(settings)?;
        }
        Ok(work)
    }

    /// Counts the files and windows done; returns the end of the last complete line.
    fn count(&mut self, settings: &Settings) -> Result<u64, Error> {
        let mut lines = Lines::of(&self.folder.join(JOURNAL))?;
        let Some(found) = lines.next_as::<Settings>()? else { return Ok(0) };
        if found != *settings {
            if lines.next_as::<Vec<Outcome>>()?.is_none() {
                return Ok(0); // No batch is lost by starting over.
            }
            let reason = format!("expected {settings}, found {found}");
            return Err(Error::Unfinished { path: self.folder.clone(), reason });
        }
        while let Some(batch) = lines.next_as::<Vec<Outcome>>()? {
            self.n_files += batch.len();
            self.n_windows += batch.iter().map(Outcome::n_new).sum::<usize>();
        }
        Ok(lines.end)
    }

    /// Truncates both files to their last complete batch and seeks to their ends.
    fn cut(&mut self, journal_end: u64, tokens_end: u64) -> Result<(), Error> {
        let length = self.tokens.metadata().map_err(Error::file(&self.folder))?.len();
        if length < tokens_end {
            let reason = format!("expected {tokens_end} bytes of windows, found {length}");
            return Err(Error::Unfinished { path: self.folder.clone(), reason });
        }
        for (file, end) in [(&mut self.journal, journal_end), (&mut self.tokens, tokens_end)] {
            let cut = file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end)));
            cut.map_err(Error::file(&self.folder))?;
        }
        Ok(())
    }

    /// Appends a batch: the tokens of its new windows, and the results of its files.
    ///
    /// # Errors
    /// The disk is full; earlier batches are safe.
    pub fn append(&mut self, tokens: &[u8], batch: &[Outcome]) -> Result<(), Error> {
        let written = self.tokens.write_all(tokens).and_then(|()| self.tokens.sync_data());
        written.map_err(Error::file(self.folder.join(TOKENS)))?;
        self.append_line(&batch)?;
        self.n_files += batch.len();
        self.n_windows += batch.iter().map(Outcome::n_new).sum::<usize>();
        Ok(())
    }

    fn append_line(&mut self, line: &impl Serialize) -> Result<(), Error> {
        let line = serde_json::to_string(line).map_err(io::Error::from);
        let written = line.and_then(|line| self.journal.write_all(format!("{line}\n").as_bytes()));
        let written = written.and_then(|()| self.journal.sync_data());
        written.map_err(Error::file(self.folder.join(JOURNAL)))
    }

    /// The results of all files so far, read from disk.
    ///
    /// # Errors
    /// The journal can't be read.
    pub fn outcomes(
        &self,
    ) -> Result<impl Iterator<Item = Result<Outcome, Error>> + Send + use<>, Error> {
        let mut lines = Lines::of(&self.folder.join(JOURNAL))?;
        lines.next_as::<Settings>()?;
        let mut n_left = self.n_files;
        let batches = std::iter::from_fn(move || {
            // Later lines belong to batches appended meanwhile.
            if n_left == 0 {
                return None;
            }
            let batch = lines.next_as::<Vec<Outcome>>().transpose()?;
            n_left -= batch.as_ref().map_or(n_left, Vec::len);
            Some(match batch {
                Ok(batch) => batch.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            })
        });
        Ok(batches.flatten())
    }

    /// The bytes of all windows so far, read from disk.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn tokens(&self) -> Result<impl io::Read + use<>, Error> {
        let path = self.folder.join(TOKENS);
        File::open(&path).map(BufReader::new).map_err(Error::file(path))
    }

    /// Removes the folder.
    ///
    /// # Errors
    /// The folder can't be removed.
    pub fn remove(self) -> Result<(), Error> {
        fs::remove_dir_all(&self.folder).map_err(Error::file(self.folder))
    }
}

const JOURNAL: &str = "journal";
const TOKENS: &str = "tokens";

fn open(path: &Path) -> Result<File, Error> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(Error::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::dataset::{journal::FileResult, reason::Reason};

    fn settings() -> Settings {
        let sources = vec![PathBuf::from("midi")];
        Settings {
            version: "1".into(),
            family: "drums".into(),
            n_steps: 32,
            with_absent: false,
            sources,
            window_bytes: 2,
            max_per_file: 10,
            presplit: true,
            rules: vec![],
            recordings: None,
        }
    }

    fn kept(file: &str, new: usize) -> Outcome {
        outcome(file, FileResult::Kept { new, partial: 0, duplicates: 1 })
    }

    fn outcome(file: &str, result: FileResult) -> Outcome {
        Outcome { file: file.into(), source: 0, faults: vec![], recording: None, result }
    }

    fn files(work: &Work) -> Vec<String> {
        work.outcomes().unwrap().map(|outcome| outcome.unwrap().file).collect()
    }

    #[test]
    fn a_build_resumes_after_its_last_batch() {
        let folder = tempfile::tempdir().unwrap();
        let left_out = outcome("b", FileResult::LeftOut(Reason::plain("no notes")));
        let mut work = Work::open(folder.path(), &settings()).unwrap();
        work.append(&[1, 2, 3, 4], &[kept("a", 2), left_out]).unwrap();
        drop(work);

        let mut work = Work::open(folder.path(), &settings()).unwrap();
        assert_eq!((work.n_files, work.n_windows), (2, 2));
        work.append(&[5, 6], &[kept("c", 1)]).unwrap();

        assert_eq!(files(&work), ["a", "b", "c"]);
        assert_eq!(fs::read(folder.path().join(TOKENS)).unwrap(), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn incomplete_batches_are_truncated() {
        let folder = tempfile::tempdir().unwrap();
        let mut work = Work::open(folder.path(), &settings()).unwrap();
        work.append(&[1, 2], &[kept("a", 1)]).unwrap();
        work.append(&[3, 4], &[kept("b", 1)]).unwrap();
        drop(work);
        let journal = fs::read(folder.path().join(JOURNAL)).unwrap();

        for lost in 1..10 {
            fs::write(folder.path().join(JOURNAL), &journal[..journal.len() - lost]).unwrap();
            fs::write(folder.path().join(TOKENS), [1, 2, 3, 4, 5]).unwrap();
            let mut work = Work::open(folder.path(), &settings()).unwrap();
            assert_eq!(files(&work), ["a"]);
            work.append(&[3, 4], &[kept("b", 1)]).unwrap();
            assert_eq!(fs::read(folder.path().join(JOURNAL)).unwrap(), journal);
            assert_eq!(fs::read(folder.path().join(TOKENS)).unwrap(), [1, 2, 3, 4]);
        }
    }

    #[test]
    fn concurrent_builds_of_a_set_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let _first = Work::open(folder.path(), &settings()).unwrap();

        let second = Work::open(folder.path(), &settings());

        assert!(matches!(second, Err(Error::Busy(_))));
    }

    #[test]
    fn a_build_with_other_settings_is_not_resumed() {
        let folder = tempfile::tempdir().unwrap();
        let other = Settings { family: "trio".into(), ..settings() };
        drop(Work::open(folder.path(), &other).unwrap());
        let mut work = Work::open(folder.path(), &settings()).unwrap();
        work.append(&[1, 2], &[kept("a", 1)]).unwrap();
        drop(work);

        let error = Work::open(folder.path(), &other).unwrap_err().to_string();

        assert!(error.contains("32 steps for trio"), "{error}");
    }
}
