//! Builds a data set from MIDI files on all cores, and reports which files were left out and why.
//!
//! Works for collections of any size: memory holds one batch of files, a 64-bit hash per kept
//! window and a title per song; windows are written to disk ([`crate::lab::dataset::work`]).
//! Results are merged in the order of the files, whichever core parses them, so a command always
//! gives the same set, bit for bit.

use std::{
    collections::{BTreeSet, HashSet},
    hash::{DefaultHasher, Hasher as _},
    io::Read as _,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, sync_channel},
};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::{
    lab::dataset::{
        Error, archive,
        extraction::{Extracted, WindowSpec, extract},
        journal::{FileResult, Outcome, Settings},
        reading::{SongFile, read_batches},
        recordings::Recordings,
        report::{Report, write_rejected},
        stream::{self, Header, encode},
        title::Titles,
        work::Work,
    },
    musicvae::convert::window::{Window, is_whole},
};

/// Batches that may wait to be parsed.
const QUEUE: usize = 1;

/// Name of the source of files that are given individually.
const SINGLE_FILES: &str = "files";

/// Callback with the number of files done; returns whether to continue.
pub type Watch<'a> = &'a dyn Fn(usize) -> bool;

/// Builds the set `out` from all MIDI files of `sources`, and writes the list of files left out
/// beside it. An interrupted build with the same settings is resumed.
///
/// # Errors
/// A source can't be opened, `watch` stops the build, or no file has a window. A broken MIDI file
/// is not an error but a line in the report.
pub fn build(
    sources: &[PathBuf],
    spec: WindowSpec,
    out: &Path,
    watch: Watch,
) -> Result<Report, Error> {
    build_with(sources, spec, None, out, watch)
}

/// As [`build`], with the recordings among the sources if `recordings` is given.
///
/// # Errors
/// As [`build`].
pub fn build_with(
    sources: &[PathBuf],
    spec: WindowSpec,
    recordings: Option<&Recordings>,
    out: &Path,
    watch: Watch,
) -> Result<Report, Error> {
    let family = spec.config.family;
    let mut build = Build::open(sources, spec, recordings, out)?;
    if let Err(error) = build.read(sources, watch) {
        // There is nothing to resume without a batch.
        let is_empty = build.work.n_files == 0;
        return Err(if is_empty { build.work.remove().err().unwrap_or(error) } else { error });
    }
    let report = build.finish(out)?;
    build.work.remove()?;
    if report.n_windows == 0 {
        let parts = family.domain().parts().join(", ");
        Err(Error::NoWindows { family: family.name(), parts, report: report.files() })
    } else {
        Ok(report)
    }
}

struct Build<'a> {
    spec: WindowSpec,
    recordings: Option<&'a Recordings<'a>>,
    window_bytes: usize,
    sources: Vec<Source>,
    work: Work,
    /// Hashes of all windows so far. With ten million windows, about one set in 300,000 loses a window
    /// to a collision.
    seen: HashSet<u64>,
}

impl<'a> Build<'a> {
    fn open(
        sources: &[PathBuf],
        spec: WindowSpec,
        recordings: Option<&'a Recordings>,
        out: &Path,
    ) -> Result<Self, Error> {
        let WindowSpec { config, with_absent, max_per_file, presplit, .. } = spec;
        let window_bytes = 2 * config.n_steps() * config.columns().len();
        let settings = Settings {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            family: config.family.name().to_owned(),
            n_steps: config.n_steps(),
            with_absent,
            sources: sources.to_owned(),
            window_bytes,
            max_per_file,
            presplit,
            rules: spec.rules.clone(),
            recordings: recordings.map(Recordings::describe),
        };
        let folder = stream::beside(out, ".building");
        let work = Work::open(&folder, &settings)?;
        let (mut tokens, mut window) = (work.tokens()?, vec![0; window_bytes]);
        let mut seen = HashSet::new();
        for _ in 0..work.n_windows {
            tokens.read_exact(&mut window).map_err(Error::file(&folder))?;
            seen.insert(hash(&window));
        }
        let sources = sources.iter().map(|path| Source::new(path)).collect();
        Ok(Self { spec, recordings, window_bytes, sources, work, seen })
    }

    /// Reads files on one thread and parses them on all.
    fn read(&mut self, sources: &[PathBuf], watch: Watch) -> Result<(), Error> {
        let done = self.work.outcomes()?.map(|outcome| outcome.map(|outcome| outcome.file));
        let (sender, receiver) = sync_channel(QUEUE);
        let has_recordings = self.recordings.is_some();
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || read_batches(sources, has_recordings, done, &sender));
            let taken = self.take_all(receiver, watch);
            // The receiver is dropped by now, which unblocks a reader that waits to send.
            let read = reader.join().expect("reading does not panic");
            taken.and(read)
        })
    }

    fn take_all(&mut self, batches: Receiver<Vec<SongFile>>, watch: Watch) -> Result<(), Error> {
        for files in batches {
            if !watch(self.work.n_files) {
                return Err(Error::Stopped { n_files: self.work.n_files });
            }
            self.take(files)?;
        }
        Ok(())
    }

    /// Parses a batch on all cores and keeps its new windows.
    fn take(&mut self, files: Vec<SongFile>) -> Result<(), Error> {
        let (spec, recordings) = (&self.spec, self.recordings);
        let extracted: Vec<_> =
            files.into_par_iter().map(|file| (extract(&file, spec, recordings), file)).collect();
        // A recording whose reading was stopped is not left out but read when the build resumes.
        if recordings.is_some_and(Recordings::is_stopped) {
            return Err(Error::Stopped { n_files: self.work.n_files });
        }
        let mut kept = Vec::new();
        let mut outcomes = Vec::new();
        for (found, SongFile { name, source, .. }) in extracted {
            let result = match &found.windows {
                Ok(windows) => self.keep_new(windows, &mut kept),
                Err(reason) => FileResult::LeftOut(reason.clone()),
            };
            let Extracted { faults, recording, .. } = found;
            outcomes.push(Outcome { file: name, source, faults, recording, result });
        }
        self.work.append(&kept, &outcomes)
    }

    fn keep_new(&mut self, found: &[Window], kept: &mut Vec<u8>) -> FileResult {
        let (mut new, mut partial, mut duplicates) = (0, 0, 0);
        for window in found {
            let mut bytes = Vec::with_capacity(self.window_bytes);
            encode(window, &mut bytes);
            if self.seen.insert(hash(&bytes)) {
                kept.extend(bytes);
                new += 1;
                partial += usize::from(!is_whole(window));
            } else {
                duplicates += 1;
            }
        }
        FileResult::Kept { new, partial, duplicates }
    }

    /// Writes the set and the list of files left out; a set without windows is not written.
    fn finish(&self, out: &Path) -> Result<Report, Error> {
        let titles = self.titles()?;
        let mut report = Report::default();
        let mut found = BTreeSet::new();
        for outcome in self.work.outcomes()? {
            let outcome = outcome?;
            report.add(&outcome, &self.sources[outcome.source].name);
            if outcome.n_new() > 0 {
                found.insert(self.song(&titles, &outcome));
            }
        }
        report.count_songs(&found);
        write_rejected(out, self.work.outcomes()?)?;
        if report.n_windows > 0 {
            let numbers = self.numbers(&titles, found.iter().cloned().collect())?;
            let (songs, sources): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            let config = self.spec.config;
            let header = Header {
                family: config.family,
                songs: &songs,
                sources: &sources,
                n_windows: report.n_windows,
                n_steps: config.n_steps(),
                n_columns: config.columns().len(),
            };
            stream::write(out, &header, numbers, self.work.tokens()?)?;
        }
        Ok(report)
    }

    fn titles(&self) -> Result<Titles, Error> {
        let mut titles = Titles::default();
        for outcome in self.work.outcomes()? {
            let outcome = outcome?;
            titles.add(&self.sources[outcome.source].name, &outcome.file);
        }
        Ok(titles)
    }

    /// The song of a file: its title and the name of its source.
    fn song(&self, titles: &Titles, outcome: &Outcome) -> (String, String) {
        let Source { folder, name } = &self.sources[outcome.source];
        let within = Path::new(&outcome.file).strip_prefix(folder);
        let within = within.map_or_else(|_| outcome.file.as_str().into(), Path::to_string_lossy);
        (titles.title(name, &within), name.clone())
    }

    /// For each window the index of its song in `songs`, which are sorted.
    fn numbers(
        &self,
        titles: &Titles,
        songs: Vec<(String, String)>,
    ) -> Result<impl Iterator<Item = Result<u32, Error>>, Error> {
        let numbers = self.work.outcomes()?.flat_map(move |outcome| match outcome {
            Ok(outcome) => {
                // A song that is not found has no windows.
                let song = self.song(titles, &outcome);
                let number = songs.binary_search(&song).unwrap_or_default();
                (0..outcome.n_new()).map(|_| Ok(number as u32)).collect()
            }
            Err(error) => vec![Err(error)],
        });
        Ok(numbers)
    }
}

fn hash(window: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(window);
    hasher.finish()
}

/// Where MIDI files come from.
struct Source {
    /// The prefix of paths that titles omit.
    folder: PathBuf,
    /// The name of the folder or archive, or [`SINGLE_FILES`].
    name: String,
}

impl Source {
    fn new(path: &Path) -> Self {
        if archive::is_midi(path) && !path.is_dir() {
            // The file's folder may distinguish its song from others.
            let folder = path.parent().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
            return Self { folder, name: SINGLE_FILES.to_owned() };
        }
        let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let name = full.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ending = archive::archive_ending(&full).map_or(0, str::len);
        let name = name[..name.len() - ending].to_owned();
        Self { folder: path.to_owned(), name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::{
            dataset::{packed::Dataset, report::rejected_path},
            transcription::{
                note_creation::Thresholds,
                pitch_network::{LAYERS, PitchNetwork, Weights},
                transcript::Reader,
            },
        },
        music::{
            midi,
            note::{Note, NoteSequence},
        },
        musicvae::net::{config::Config, family::Family},
    };

    fn spec(family: Family) -> WindowSpec {
        WindowSpec::new(Config::official(family))
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

    /// A folder `midi` with beats of different drums, some of them twice, and broken files.
    fn collection(n_files: u8) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("midi")).unwrap();
        for n in 0..n_files {
            let bytes = if n % 7 == 3 { b"MThd".to_vec() } else { beat(35 + n % 20) };
            std::fs::write(folder.path().join(format!("midi/{n:03}.mid")), bytes).unwrap();
        }
        folder
    }

    fn build_in(folder: &Path, name: &str, watch: Watch) -> Result<Report, Error> {
        build(&[folder.join("midi")], spec(Family::Drums2Bar), &folder.join(name), watch)
    }

    #[test]
    fn files_become_windows_and_broken_ones_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes);
        write("Kick.mid", &beat(36)).unwrap();
        write("kick-0123abcd.mid", &beat(36)).unwrap();
        write("snare.MID", &beat(38)).unwrap();
        write("broken.mid", b"MThd").unwrap();
        write("notes.txt", b"not read").unwrap();
        let out = folder.path().join("a.dataset");

        let sources = [folder.path().to_owned()];
        let report = build(&sources, spec(Family::Drums2Bar), &out, &|_| true).unwrap();

        let set = Dataset::load(&out).unwrap();
        assert_eq!(set.songs, ["kick", "snare"]);
        let name = Source::new(folder.path()).name;
        assert_eq!(set.sources, [name.clone(), name]);
        assert_eq!((report.n_files_kept, report.n_windows, report.n_duplicates), (3, 2, 1));
        let list = std::fs::read_to_string(rejected_path(&out)).unwrap();
        assert!(list.contains("broken.mid: not a standard MIDI file"), "{list}");
    }

    #[test]
    fn a_resumed_build_gives_the_same_set_bit_for_bit() {
        let folder = collection(250);
        let files = |name: &str| {
            let out = folder.path().join(name);
            (std::fs::read(&out).unwrap(), std::fs::read(rejected_path(&out)).unwrap())
        };
        // A large file completes a batch.
        std::fs::write(folder.path().join("midi/100.mid"), vec![0; 3 << 20]).unwrap();
        let whole = build_in(folder.path(), "a", &|_| true).unwrap();

        let stopped = build_in(folder.path(), "b", &|n_files| n_files == 0).unwrap_err();
        assert!(matches!(stopped, Error::Stopped { n_files: 101 }), "{stopped}");
        let resumed = build_in(folder.path(), "b", &|n_files| n_files > 0).unwrap();

        assert_eq!(resumed, whole);
        assert_eq!(files("a"), files("b"));
        assert!(!folder.path().join("b.building").exists());
    }

    #[test]
    fn the_number_of_cores_changes_nothing() {
        let folder = collection(100);
        for n_threads in [1, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| build_in(folder.path(), &n_threads.to_string(), &|_| true)).unwrap();
        }

        let read = |name| std::fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read("1"), read("5"));
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for (track, pitch) in ["a", "b", "c"].into_iter().zip([36, 38, 42]) {
            std::fs::create_dir(folder.path().join(track)).unwrap();
            files.push(folder.path().join(track).join("all_src.mid"));
            std::fs::write(&files[files.len() - 1], beat(pitch)).unwrap();
        }
        let songs = |sources: &[PathBuf]| {
            let out = folder.path().join("a.dataset");
            build(sources, spec(Family::Drums2Bar), &out, &|_| true).unwrap();
            Dataset::load(&out).unwrap().songs
        };

        let all = songs(&[folder.path().to_owned()]);

        assert_eq!(all, ["a/all_src", "b/all_src", "c/all_src"]);
        assert_eq!(songs(&files), all);
    }

    #[test]
    fn sources_are_counted_and_share_their_songs() {
        let folder = tempfile::tempdir().unwrap();
        let sources = ["new", "old"].map(|name| folder.path().join(name));
        for (source, pitch) in sources.iter().zip([36, 38]) {
            std::fs::create_dir(source).unwrap();
            std::fs::write(source.join("beat.mid"), beat(pitch)).unwrap();
        }
        let out = folder.path().join("a.dataset");

        let report = build(&sources, spec(Family::Drums2Bar), &out, &|_| true).unwrap();

        let windows: Vec<(&str, usize)> =
            report.sources.iter().map(|(name, of)| (name.as_str(), of.n_windows)).collect();
        assert_eq!(windows, [("new", 1), ("old", 1)]);
        assert_eq!(report.n_songs, 1);
        let set = Dataset::load(&out).unwrap();
        assert_eq!(
            (set.songs, set.sources),
            (vec!["beat".into(); 2], vec!["new".into(), "old".into()])
        );
    }

    #[test]
    fn a_source_without_midi_files_is_an_error_and_leaves_no_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("midi")).unwrap();

        let error = build_in(folder.path(), "a", &|_| true).unwrap_err();

        assert!(error.to_string().contains("cat-drums_2bar_small"));
        assert!(!folder.path().join("a").exists() && !folder.path().join("a.building").exists());
        let sources = [PathBuf::from("no such.rar")];
        let out = folder.path().join("b");
        let error = build(&sources, spec(Family::Trio4Bar), &out, &|_| true).unwrap_err();
        assert!(error.to_string().contains("no such.rar"));
    }

    /// A reader with zero weights, for transcripts that are kept already.
    fn reader() -> Reader {
        let layers =
            LAYERS.map(|layer| (vec![0.0; layer.shape().iter().product()], vec![0.0; layer.n_out]));
        Reader {
            pitches: PitchNetwork::new(&Weights { input_norm: [1.0, 0.0], layers }),
            thresholds: Thresholds::default(),
            drums: None,
        }
    }

    /// A transcript of sixteen bars at 120 bpm; the hits of the ninth are off the grid.
    fn transcript() -> serde_json::Value {
        let hit = |n: usize| {
            let bar = n / 8;
            let late = if bar == 8 { 0.031 * (n % 4) as f64 } else { 0.0 };
            serde_json::json!([n as f64 * 0.25 + late, (n + bar * bar / 3) % 7, 90])
        };
        let beats: Vec<f64> = (0..64).map(|n| 0.5 * f64::from(n)).collect();
        let hits: Vec<serde_json::Value> = (0..128).map(hit).collect();
        serde_json::json!({"hits": hits, "notes": [], "bass": [], "beats": beats, "downbeat": 0})
    }

    #[test]
    fn recordings_are_read_once_and_a_stopped_build_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("midi")).unwrap();
        std::fs::create_dir_all(path("kept")).unwrap();
        let beats = ["0.mid", "1.mid"].into_iter().zip([36, 38]);
        beats.for_each(|(name, pitch)| {
            std::fs::write(path("midi").join(name), beat(pitch)).unwrap();
        });
        std::fs::write(path("midi/2.wav"), b"no sound, but known").unwrap();
        let reader = reader();
        let build_while = |goes_on: bool, name: &str| {
            let goes_on = || goes_on;
            let recordings = Recordings::new(&reader, 7, path("kept"), 0.5, &goes_on);
            let kept = recordings.transcript_path(&path("midi/2.wav")).unwrap();
            std::fs::write(kept, transcript().to_string()).unwrap();
            let spec = spec(Family::Drums2Bar);
            build_with(&[path("midi")], spec, Some(&recordings), &path(name), &|_| true)
        };

        assert!(matches!(build_while(false, "a.dataset"), Err(Error::Stopped { n_files: 0 })));
        let report = build_while(true, "a.dataset").unwrap();

        let (file, recording) = &report.recordings[0];
        assert!(file.ends_with("2.wav"));
        assert_eq!((recording.n_bars, recording.n_used, &*recording.bpm), (16, 15, "120.00"));
        assert!(report.n_windows > 3, "{report}");
        assert!(report.to_string().contains("16 bars found, 15 used, 1 left out"), "{report}");
        build_while(true, "b.dataset").unwrap();
        let read = |name| std::fs::read(path(name)).unwrap();
        assert!(read("a.dataset") == read("b.dataset"));
    }
}
