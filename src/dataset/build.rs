//! MIDI files to a [`Dataset`], on all cores, with an account of what was left out and why.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt,
    path::{Path, PathBuf},
    sync::mpsc::sync_channel,
};

use rayon::iter::{ParallelBridge, ParallelIterator};

use super::{
    Error,
    archive::{self, MidiFile},
    packed::Dataset,
    window::{Window, windows},
};
use crate::{model::config::Config, music::midi};

/// How many files may wait to be parsed.
const QUEUE: usize = 64;

/// Which windows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Sizes of the networks that will learn from them.
    pub config: Config,
    /// Also windows that lack some of several parts.
    pub with_absent: bool,
}

/// What became of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that gave windows.
    pub n_files_kept: usize,
    /// Different windows, all together.
    pub n_windows: usize,
    /// Windows that stood in an earlier file already.
    pub n_duplicates: usize,
    /// Files that gave none, by the reason.
    pub left_out: BTreeMap<String, Vec<PathBuf>>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} files gave {} windows", self.n_files_kept, self.n_windows)?;
        writeln!(f, "{} more windows were duplicates", self.n_duplicates)?;
        for (reason, files) in &self.left_out {
            let first = files[0].display();
            writeln!(f, "{} files left out: {reason} (such as {first})", files.len())?;
        }
        Ok(())
    }
}

/// Reads all MIDI files of `sources`; `progress` is called with the count after each.
///
/// # Errors
/// A source can't be opened, or nothing in them can be learnt from. A broken MIDI file is no error
/// but a line in the report.
pub fn build(
    sources: &[PathBuf],
    wanted: Wanted,
    progress: impl Fn(usize) + Sync,
) -> Result<(Dataset, Report), Error> {
    let family = wanted.config.family;
    let mut parsed = parse_all(sources, wanted, progress)?;
    // Files arrive in whatever order the cores finish them; the set must not depend on it.
    parsed.sort_by(|a, b| a.0.cmp(&b.0));
    let mut report = Report::default();
    let mut by_song: BTreeMap<String, Vec<Window>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for (name, outcome) in parsed {
        match outcome {
            Ok(found) if found.is_empty() => {
                let reason = format!("no window of {}", family.name());
                report.left_out.entry(reason).or_default().push(name);
            }
            Ok(found) => {
                report.n_files_kept += 1;
                let n_found = found.len();
                let new: Vec<_> = found.into_iter().filter(|w| seen.insert(w.clone())).collect();
                report.n_duplicates += n_found - new.len();
                by_song.entry(title(&name)).or_default().extend(new);
            }
            Err(reason) => report.left_out.entry(reason).or_default().push(name),
        }
    }
    let songs: Vec<String> = by_song.keys().cloned().collect();
    let numbered = by_song.into_values().enumerate();
    let windows: Vec<_> =
        numbered.flat_map(|(song, found)| found.into_iter().map(move |w| (song, w))).collect();
    if windows.is_empty() {
        return Err(Error::NoWindows(family.name()));
    }
    report.n_windows = windows.len();
    Ok((Dataset { family, n_steps: wanted.config.n_steps(), songs, windows }, report))
}

/// A file's name and its windows, or why it has none.
type Parsed = (PathBuf, Result<BTreeSet<Window>, String>);

fn parse_all(
    sources: &[PathBuf],
    wanted: Wanted,
    progress: impl Fn(usize) + Sync,
) -> Result<Vec<Parsed>, Error> {
    let (sender, receiver) = sync_channel::<MidiFile>(QUEUE);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            sources.iter().try_for_each(|source| {
                // A closed channel means that the parsers are gone; there is nobody left to tell.
                archive::visit(source, &mut |file| drop(sender.send(file)))
            })
        });
        let numbered = receiver.into_iter().enumerate().par_bridge();
        let parsed = numbered.map(|(number, file)| {
            progress(number + 1);
            let outcome = parse(&file, wanted);
            (file.name, outcome)
        });
        let parsed = parsed.collect();
        reader.join().expect("reading does not panic")?;
        Ok(parsed)
    })
}

fn parse(file: &MidiFile, wanted: Wanted) -> Result<BTreeSet<Window>, String> {
    let bytes = file.bytes.as_ref().map_err(ToString::to_string)?;
    let sequence = midi::read(bytes).map_err(|error| error.to_string())?;
    windows(&sequence, &wanted.config, wanted.with_absent).map_err(|unfit| unfit.to_string())
}

/// The song that a file is a version of: its name without folder, extension, case, and a hash at
/// the end, as collections of old versions have.
fn title(name: &Path) -> String {
    let stem =
        name.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().to_lowercase());
    let is_hash = |end: &str| end.len() == 8 && end.chars().all(|c| c.is_ascii_hexdigit());
    match stem.rsplit_once('-') {
        Some((title, end)) if is_hash(end) => title.to_owned(),
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::family::Family,
        music::note::{Note, NoteSequence},
    };

    fn wanted(family: Family) -> Wanted {
        Wanted { config: Config::official(family), with_absent: false }
    }

    fn beat(pitch: u8) -> Vec<u8> {
        let hit = |n: u32| Note {
            pitch,
            velocity: 100,
            start: f64::from(n),
            end: f64::from(n) + 0.1,
            program: 0,
            is_drum: true,
            instrument: 0,
        };
        let notes = (0..16).map(hit).collect();
        midi::write(&NoteSequence { notes, tempos: vec![], meters: vec![] }, |_| "drums")
    }

    #[test]
    fn files_become_windows_and_broken_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes);
        write("Kick.mid", &beat(36)).unwrap();
        write("kick-0123abcd.mid", &beat(36)).unwrap();
        write("snare.MID", &beat(38)).unwrap();
        write("broken.mid", b"MThd").unwrap();
        write("notes.txt", b"not looked at").unwrap();

        let sources = [folder.path().to_owned()];
        let (set, report) = build(&sources, wanted(Family::Drums2Bar), |_| ()).unwrap();

        assert_eq!(set.songs, ["kick", "snare"]);
        assert_eq!((report.n_files_kept, report.n_windows, report.n_duplicates), (3, 2, 1));
        let (_, files) = report.left_out.iter().next().unwrap();
        assert!(files[0].ends_with("broken.mid"));
    }

    #[test]
    fn an_archive_is_read_as_a_folder_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("songs.tar");
        let mut tar = tar::Builder::new(std::fs::File::create(&path).unwrap());
        let bytes = beat(36);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, "songs/kick.mid", &bytes[..]).unwrap();
        tar.finish().unwrap();

        let (set, _) = build(&[path], wanted(Family::Drums2Bar), |_| ()).unwrap();

        assert_eq!(set.songs, ["kick"]);
    }

    #[test]
    fn a_source_without_music_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let sources = [folder.path().to_owned()];

        let error = build(&sources, wanted(Family::Trio4Bar), |_| ()).unwrap_err();

        assert!(error.to_string().contains("hier-trio_4bar"));
        let error =
            build(&[PathBuf::from("no such.rar")], wanted(Family::Trio4Bar), |_| ()).unwrap_err();
        assert!(error.to_string().contains("no such.rar"));
    }
}
