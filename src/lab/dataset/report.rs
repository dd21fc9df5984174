//! The report of a build: how many files were left out, which and why.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    files,
    lab::dataset::{
        Error,
        journal::{FileResult, Outcome},
        stream,
    },
};

/// Counts of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Files with windows.
    pub n_files_kept: usize,
    /// Distinct windows.
    pub n_windows: usize,
    /// Windows that an earlier file has.
    pub n_duplicates: usize,
    /// Songs; several files may be versions of one.
    pub n_songs: usize,
    /// Files without windows, by reason.
    pub left_out: BTreeMap<String, LeftOut>,
}

/// Files left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Number of files.
    pub n_files: usize,
    /// The first of them.
    pub first: String,
}

impl Report {
    /// Counts a file.
    pub fn add(&mut self, Outcome { file, result }: &Outcome) {
        match result {
            FileResult::Kept { new, duplicates } => {
                self.n_files_kept += 1;
                self.n_windows += new;
                self.n_duplicates += duplicates;
            }
            FileResult::LeftOut(reason) => {
                let first = || LeftOut { n_files: 0, first: file.clone() };
                self.left_out.entry(reason.clone()).or_insert_with(first).n_files += 1;
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { n_files_kept, n_windows, n_duplicates, n_songs, left_out } = self;
        writeln!(f, "{n_files_kept} files gave {n_windows} windows of {n_songs} songs")?;
        writeln!(f, "{n_duplicates} duplicate windows were dropped")?;
        for (reason, LeftOut { n_files, first }) in left_out {
            writeln!(f, "{n_files} files left out: {reason} (first: {first})")?;
        }
        Ok(())
    }
}

/// Path of the list of files left out: `NAME.rejected.txt` beside the set.
pub fn rejected_path(set: &Path) -> PathBuf {
    stream::beside(set, ".rejected.txt")
}

/// Writes the list of files left out, one per line with the reason; it may be empty.
///
/// # Errors
/// The list can't be written; the errors of `outcomes`.
pub fn write_rejected(
    set: &Path,
    outcomes: impl Iterator<Item = Result<Outcome, Error>>,
) -> Result<(), Error> {
    let path = rejected_path(set);
    let mut lines = String::new();
    for outcome in outcomes {
        let Outcome { file, result } = outcome?;
        if let FileResult::LeftOut(reason) = result {
            // File names may contain line feeds.
            let file = file.replace(char::is_control, "?");
            lines.extend([&file, ": ", &reason, "\n"]);
        }
    }
    Ok(files::write(&path, lines.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn left_out(file: &str, reason: &str) -> Outcome {
        Outcome { file: file.into(), result: FileResult::LeftOut(reason.into()) }
    }

    #[test]
    fn files_are_counted_by_result() {
        let mut report = Report::default();
        let kept = FileResult::Kept { new: 5, duplicates: 2 };
        report.add(&Outcome { file: "a".into(), result: kept });
        report.add(&left_out("b", "no notes"));
        report.add(&left_out("c", "no notes"));

        let text = report.to_string();

        assert!(text.starts_with("1 files gave 5 windows"), "{text}");
        assert!(text.ends_with("2 files left out: no notes (first: b)\n"), "{text}");
    }

    #[test]
    fn the_list_has_one_line_per_file_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let set = folder.path().join("a.dataset");
        let outcomes = [left_out("x/b.mid", "no notes"), left_out("c\nd.mid", "no notes")];

        write_rejected(&set, outcomes.into_iter().map(Ok)).unwrap();

        let list = fs::read_to_string(folder.path().join("a.dataset.rejected.txt")).unwrap();
        assert_eq!(list, "x/b.mid: no notes\nc?d.mid: no notes\n");
    }
}
