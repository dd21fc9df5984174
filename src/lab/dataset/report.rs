//! What became of the files of a build: how many were left out, why, and which.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::files;
use crate::lab::dataset::{
    Error,
    journal::{Fate, Outcome},
    stream,
};

/// What became of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Files that gave windows.
    pub n_files_kept: usize,
    /// Different windows, all together.
    pub n_windows: usize,
    /// Windows that stood in an earlier file already.
    pub n_duplicates: usize,
    /// Songs, of which several files may be versions.
    pub n_songs: usize,
    /// Files that gave none, by the reason.
    pub left_out: BTreeMap<String, LeftOut>,
}

/// Files that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// How many.
    pub n_files: usize,
    /// The first of them.
    pub first: String,
}

impl Report {
    /// Counts a file in.
    pub fn add(&mut self, Outcome { file, fate }: &Outcome) {
        match fate {
            Fate::Kept { new, duplicates } => {
                self.n_files_kept += 1;
                self.n_windows += new;
                self.n_duplicates += duplicates;
            }
            Fate::LeftOut(reason) => {
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
        writeln!(f, "{n_duplicates} more windows were duplicates")?;
        for (reason, LeftOut { n_files, first }) in left_out {
            writeln!(f, "{n_files} files left out: {reason} (such as {first})")?;
        }
        Ok(())
    }
}

/// Where the list of files that were left out lies: beside the set, as `NAME.rejected.txt`.
pub fn rejected_path(set: &Path) -> PathBuf {
    stream::beside(set, ".rejected.txt")
}

/// Writes the list of files that were left out, a line each with the reason; it may be empty.
///
/// # Errors
/// It can't be written; the errors of `outcomes`.
pub fn write_rejected(
    set: &Path,
    outcomes: impl Iterator<Item = Result<Outcome, Error>>,
) -> Result<(), Error> {
    let path = rejected_path(set);
    let mut lines = String::new();
    for outcome in outcomes {
        let Outcome { file, fate } = outcome?;
        if let Fate::LeftOut(reason) = fate {
            // A name may hold anything, a line feed too.
            let file = file.replace(char::is_control, "?");
            lines.push_str(&format!("{file}: {reason}\n"));
        }
    }
    Ok(files::write(&path, lines.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn left_out(file: &str, reason: &str) -> Outcome {
        Outcome { file: file.into(), fate: Fate::LeftOut(reason.into()) }
    }

    #[test]
    fn files_are_counted_by_what_became_of_them() {
        let mut report = Report::default();
        let kept = Fate::Kept { new: 5, duplicates: 2 };
        report.add(&Outcome { file: "a".into(), fate: kept });
        report.add(&left_out("b", "no notes"));
        report.add(&left_out("c", "no notes"));

        let text = report.to_string();

        assert!(text.starts_with("1 files gave 5 windows"), "{text}");
        assert!(text.ends_with("2 files left out: no notes (such as b)\n"), "{text}");
    }

    #[test]
    fn the_list_has_a_line_for_each_file_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let set = folder.path().join("a.dataset");
        let outcomes = [left_out("x/b.mid", "no notes"), left_out("c\nd.mid", "no notes")];

        write_rejected(&set, outcomes.into_iter().map(Ok)).unwrap();

        let list = fs::read_to_string(folder.path().join("a.dataset.rejected.txt")).unwrap();
        assert_eq!(list, "x/b.mid: no notes\nc?d.mid: no notes\n");
    }
}
