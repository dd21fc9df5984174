//! The report of a build: how many files were left out, which and why.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    files,
    lab::dataset::{
        Error,
        journal::{FileResult, Outcome},
        packed::Dataset,
        reason::Reason,
        recordings::OfRecording,
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
    /// Windows that lack a part.
    pub n_partial: usize,
    /// Windows that an earlier file has.
    pub n_duplicates: usize,
    /// Songs; several files may be versions of one.
    pub n_songs: usize,
    /// Songs that are held out from training.
    pub n_held_out: usize,
    /// Counts by source.
    pub sources: BTreeMap<String, OfSource>,
    /// Files without windows, by reason.
    pub left_out: BTreeMap<String, Files>,
    /// Files with windows that violate the standard, by fault.
    pub faults: BTreeMap<String, Files>,
    /// Each file, if there are at most [`MOST_LISTED`].
    pub files: Vec<OfFile>,
    /// Number of files.
    pub n_files: usize,
    /// What was found in each recording.
    pub recordings: Vec<(String, OfRecording)>,
}

/// Most files that are listed individually.
pub const MOST_LISTED: usize = 50;

/// Counts of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OfSource {
    /// Files with windows.
    pub n_files_kept: usize,
    /// Songs.
    pub n_songs: usize,
    /// Distinct windows.
    pub n_windows: usize,
    /// Windows that lack a part.
    pub n_partial: usize,
}

/// A file, the windows found in it, and why it was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfFile {
    /// The file.
    pub file: String,
    /// Distinct windows.
    pub n_windows: usize,
    /// Windows that lack a part.
    pub n_partial: usize,
    /// Windows that an earlier file has.
    pub n_duplicates: usize,
    /// Why the file was left out, and what to change; empty if it was kept.
    pub left_out: String,
}

impl fmt::Display for OfFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, n_windows, n_partial, n_duplicates, left_out } = self;
        if !left_out.is_empty() {
            return write!(f, "{file}: left out: {left_out}");
        }
        write!(f, "{file}: {n_windows} windows")?;
        if 0 < *n_partial {
            write!(f, ", {n_partial} of which lack a part")?;
        }
        if 0 < *n_duplicates {
            write!(f, ", {n_duplicates} duplicates dropped")?;
        }
        Ok(())
    }
}

/// Files with something in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// Number of files.
    pub n_files: usize,
    /// The first of them.
    pub first: String,
    /// What was found in it.
    pub detail: String,
}

impl Files {
    fn add(files: &mut BTreeMap<String, Self>, key: &str, file: &str, detail: &str) {
        let first = || Self { n_files: 0, first: file.to_owned(), detail: detail.to_owned() };
        files.entry(key.to_owned()).or_insert_with(first).n_files += 1;
    }
}

impl Report {
    /// Counts a file of `source`.
    pub fn add(&mut self, outcome: &Outcome, source: &str) {
        let file = &outcome.file;
        self.list(outcome);
        if let Some(recording) = &outcome.recording {
            self.recordings.push((file.clone(), recording.clone()));
        }
        match &outcome.result {
            &FileResult::Kept { new, partial, duplicates } => {
                self.n_files_kept += 1;
                self.n_windows += new;
                self.n_partial += partial;
                self.n_duplicates += duplicates;
                let of_source = self.sources.entry(source.to_owned()).or_default();
                of_source.n_files_kept += 1;
                of_source.n_windows += new;
                of_source.n_partial += partial;
                for fault in &outcome.faults {
                    Files::add(&mut self.faults, fault, file, "");
                }
            }
            FileResult::LeftOut(found @ Reason { reason, .. }) => {
                let detail = found.to_string();
                let detail = detail.strip_prefix(reason.as_str()).unwrap_or_default();
                let detail = detail.trim_start_matches([':', ';', ' ']);
                Files::add(&mut self.left_out, reason, file, detail);
            }
        }
    }

    /// Lists a file, up to [`MOST_LISTED`] of them.
    fn list(&mut self, outcome: &Outcome) {
        self.n_files += 1;
        if MOST_LISTED < self.n_files {
            self.files.clear();
            return;
        }
        let (n_windows, n_partial, n_duplicates, left_out) = match &outcome.result {
            &FileResult::Kept { new, partial, duplicates } => {
                (new, partial, duplicates, String::new())
            }
            FileResult::LeftOut(reason) => (0, 0, 0, reason.to_string()),
        };
        let file = outcome.file.clone();
        self.files.push(OfFile { file, n_windows, n_partial, n_duplicates, left_out });
    }

    /// Counts the songs of the windows, pairs of title and source.
    pub fn count_songs(&mut self, songs: &BTreeSet<(String, String)>) {
        for (_, source) in songs {
            self.sources.entry(source.clone()).or_default().n_songs += 1;
        }
        let titles: BTreeSet<&str> = songs.iter().map(|(title, _)| title.as_str()).collect();
        self.n_songs = titles.len();
        self.n_held_out = titles.iter().filter(|title| Dataset::is_held_out(title)).count();
    }

    /// A line for each file if there are few; else the reasons why files were left out.
    pub fn files(&self) -> String {
        if self.files.is_empty() {
            return self.left_out();
        }
        // Names of files and tracks may contain line feeds.
        let line = |file: &OfFile| file.to_string().replace(char::is_control, "?") + "\n";
        self.files.iter().map(line).collect()
    }

    /// The reasons why files were left out, a line each.
    fn left_out(&self) -> String {
        let line = |(reason, Files { n_files, first, detail }): (&String, &Files)| {
            let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
            format!("{n_files} files left out: {reason} (first: {first}{detail})\n")
        };
        self.left_out.iter().map(line).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { n_files_kept, n_windows, n_partial, n_duplicates, n_songs, .. } = self;
        writeln!(f, "{n_files_kept} files gave {n_windows} windows of {n_songs} songs")?;
        if *n_partial != 0 {
            writeln!(f, "{n_partial} of the windows lack a part")?;
        }
        if 1 < self.sources.len() {
            for (name, of) in &self.sources {
                let OfSource { n_files_kept, n_songs, n_windows, n_partial } = of;
                write!(f, "  {name}: {n_windows} windows, {n_partial} of which lack a part, ")?;
                writeln!(f, "of {n_songs} songs in {n_files_kept} files")?;
            }
        }
        writeln!(f, "{n_duplicates} duplicate windows were dropped")?;
        write!(f, "{}", self.files())?;
        for (file, recording) in &self.recordings {
            writeln!(f, "{}: {recording}", file.replace(char::is_control, "?"))?;
        }
        for (fault, Files { n_files, first, .. }) in &self.faults {
            writeln!(f, "{n_files} files have {fault} (first: {first})")?;
        }
        match (n_songs, self.n_held_out) {
            (0, _) => Ok(()),
            (1, _) => writeln!(
                f,
                "the set has 1 song, which can't be split: train with --held-out and another set"
            ),
            (_, 0) => writeln!(
                f,
                "no song is held out (one in ten is, by its title): train with --held-out and \
                 another set"
            ),
            (_, n) => writeln!(f, "{n} songs are held out from training"),
        }
    }
}

/// Path of the list of files left out: `NAME.rejected.txt` beside the set.
pub fn rejected_path(set: &Path) -> PathBuf {
    stream::beside(set, ".rejected.txt")
}

/// Writes the list of files left out, one per line with the reason and what was found; it may be
/// empty.
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
        let Outcome { file, result, .. } = outcome?;
        if let FileResult::LeftOut(reason) = result {
            // Names of files and tracks may contain line feeds.
            let line = format!("{file}: {reason}");
            lines.extend([&line.replace(char::is_control, "?"), "\n"]);
        }
    }
    Ok(files::write(&path, lines.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn outcome(file: &str, result: FileResult) -> Outcome {
        let faults = vec!["a fault".into()];
        Outcome { file: file.into(), source: 0, faults, recording: None, result }
    }

    fn left_out(file: &str, reason: &str) -> Outcome {
        let (reason, detail) = (reason.to_owned(), "program 5".to_owned());
        let change = String::new();
        outcome(file, FileResult::LeftOut(Reason { reason, detail, change }))
    }

    #[test]
    fn files_are_counted_by_result() {
        let mut report = Report::default();
        let kept = FileResult::Kept { new: 5, partial: 3, duplicates: 2 };
        report.add(&outcome("a", kept), "x");
        report.add(&left_out("b", "no bass"), "x");
        report.add(&left_out("c", "no bass"), "y");

        let text = report.to_string();

        assert!(text.starts_with("1 files gave 5 windows"), "{text}");
        let listed = "a: 5 windows, 3 of which lack a part, 2 duplicates dropped\n\
                      b: left out: no bass: program 5\nc: left out: no bass: program 5\n";
        assert!(text.contains(listed), "{text}");
        for _ in 0..MOST_LISTED {
            report.add(&left_out("d", "no bass"), "y");
        }
        let text = report.to_string();
        assert!(text.contains("52 files left out: no bass (first: b: program 5)\n"), "{text}");
        assert!(text.contains("1 files have a fault (first: a)\n"), "{text}");
    }

    #[test]
    fn a_set_that_cant_be_split_is_told() {
        let songs = |titles: &[&str]| {
            let mut report = Report::default();
            let song = |title: &&str| ((*title).to_owned(), "x".to_owned());
            report.count_songs(&titles.iter().map(song).collect());
            report.to_string()
        };
        let not_held: Vec<String> = (0..9).map(|n| format!("song {n}")).collect();
        let not_held: Vec<&str> = not_held
            .iter()
            .map(String::as_str)
            .filter(|song| !Dataset::is_held_out(song))
            .collect();

        assert!(songs(&["a"]).contains("the set has 1 song"));
        assert!(songs(&not_held).contains("no song is held out"));
    }

    #[test]
    fn the_list_has_one_line_per_file_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let set = folder.path().join("a.dataset");
        let outcomes = [left_out("x/b.mid", "no bass"), left_out("c\nd.mid", "no bass")];

        write_rejected(&set, outcomes.into_iter().map(Ok)).unwrap();

        let list = fs::read_to_string(folder.path().join("a.dataset.rejected.txt")).unwrap();
        assert_eq!(list, "x/b.mid: no bass: program 5\nc?d.mid: no bass: program 5\n");
    }
}
