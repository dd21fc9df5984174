//! An unfinished build on disk, so that it can go on after any end, the process killed or the power
//! gone.
//!
//! `NAME.building/` holds `tokens`, the windows one after the other, and `journal`: a line of JSON
//! for the settings, then one for each batch, which says what became of its files. A batch counts
//! once its line is there in full, and its windows are on the disk before. What lies behind is cut
//! off when the build goes on, so that its result is that of a build without a break.

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

/// An unfinished build; no other process works on it as long as this lives.
#[derive(Debug)]
pub struct Work {
    folder: PathBuf,
    journal: File,
    tokens: File,
    /// Files that are done.
    pub n_files: usize,
    /// Windows that are kept.
    pub n_windows: usize,
}

impl Work {
    /// Begins a build in `folder`, or goes on with the one that is there.
    ///
    /// # Errors
    /// The one that is there has other settings or is another process's, or the disk says no.
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

    /// Counts what is done, and says where its last line ends.
    fn count(&mut self, settings: &Settings) -> Result<u64, Error> {
        let mut lines = Lines::of(&self.folder.join(JOURNAL))?;
        let Some(found) = lines.next_as::<Settings>()? else { return Ok(0) };
        if found != *settings {
            if lines.next_as::<Vec<Outcome>>()?.is_none() {
                return Ok(0); // Nothing is lost by beginning anew.
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

    /// Cuts off what is not wholly there, and goes to the ends.
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

    /// Adds a batch: the tokens of its new windows, and what became of its files.
    ///
    /// # Errors
    /// The disk is full; the batches before are safe.
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

    /// What became of the files so far, read from the disk.
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
            // What is written while this is read is of later batches.
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

    /// The windows so far, as bytes, read from the disk.
    ///
    /// # Errors
    /// They can't be read.
    pub fn tokens(&self) -> Result<impl io::Read + use<>, Error> {
        let path = self.folder.join(TOKENS);
        File::open(&path).map(BufReader::new).map_err(Error::file(path))
    }

    /// Removes what is on disk.
    ///
    /// # Errors
    /// It can't be removed.
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
    use crate::lab::dataset::journal::Fate;

    fn settings() -> Settings {
        let sources = vec![PathBuf::from("midi")];
        Settings {
            version: "1".into(),
            family: "drums".into(),
            n_steps: 32,
            with_absent: false,
            sources,
            window_bytes: 2,
        }
    }

    fn kept(file: &str, new: usize) -> Outcome {
        Outcome { file: file.into(), fate: Fate::Kept { new, duplicates: 1 } }
    }

    fn files(work: &Work) -> Vec<String> {
        work.outcomes().unwrap().map(|outcome| outcome.unwrap().file).collect()
    }

    #[test]
    fn a_build_goes_on_after_its_last_batch() {
        let folder = tempfile::tempdir().unwrap();
        let left_out = Outcome { file: "b".into(), fate: Fate::LeftOut("no notes".into()) };
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
    fn what_a_crash_left_half_written_is_cut_off() {
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
    fn two_builds_do_not_write_one_set() {
        let folder = tempfile::tempdir().unwrap();
        let _first = Work::open(folder.path(), &settings()).unwrap();

        let second = Work::open(folder.path(), &settings());

        assert!(matches!(second, Err(Error::Busy(_))));
    }

    #[test]
    fn a_build_of_something_else_is_gone_on_with_by_nobody() {
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
