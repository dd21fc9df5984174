//! Opens the next recording of each list ahead of time, and notices files that change.
//!
//! All access to files is here, so that a station can run it on a thread of its own.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    thread,
};

use tracing::{info, warn};

use crate::{
    config::{Place, Playlist, Station},
    files::Stamp,
    inserts::{
        list::{Contents, Recording},
        mix::{Insert, MusicLevel},
        rotation::Rotation,
        slots::Slots,
    },
    rng,
    sound::clip::{Clip, ClipError},
    units::Lufs,
};

/// Maximum recordings tried per refresh: a list of a hundred thousand missing files must not keep a core and
/// a disk busy. The next refresh continues after them.
const MOST_TRIES: usize = 256;

/// Maximum faults of a list named in one log line.
const MOST_FAULTS: usize = 5;

/// The lists of a station and their slots.
pub struct Prefetch {
    target: Lufs,
    lists: Vec<List>,
    files: Files,
    slots: Slots,
}

/// A list as last read.
struct List {
    /// The number of its slot.
    index: usize,
    rule: Playlist,
    stamp: Option<Stamp>,
    contents: Contents,
    rotation: Rotation,
    /// The insert that was put into the slot last.
    ready: Option<Ready>,
}

/// A recording in a slot, and its file with the stamp when it was opened.
struct Ready {
    recording: Recording,
    file: PathBuf,
    stamp: Option<Stamp>,
}

impl Prefetch {
    /// Prefetches for `playlists`. Recordings play at the loudness `target`; shuffled orders are drawn
    /// from `seed`. Reads nothing yet.
    pub fn new(playlists: &[Playlist], target: Lufs, seed: u64) -> Self {
        let list = |(number, rule): (usize, &Playlist)| {
            let name = format!("{number} {}", rule.file.display());
            List {
                index: number,
                rule: rule.clone(),
                stamp: None,
                contents: Contents::default(),
                rotation: Rotation::new(rule.order, seed, &name),
                ready: None,
            }
        };
        let lists = playlists.iter().enumerate().map(list).collect();
        let slots = Slots::new(playlists.len());
        Self { target, lists, files: Files::default(), slots }
    }

    /// Prefetches for the playlists of `station`; `seed` is that of the radio.
    pub fn for_station(station: &Station, seed: u64) -> Self {
        Self::new(&station.playlists, station.loudness, rng::derive(seed, &station.name))
    }

    /// The slots, numbered like the playlists.
    pub fn slots(&self) -> Slots {
        self.slots.clone()
    }

    /// A prefetch for each list, so that a list on a hung disk does not block the others.
    pub fn split(self) -> Vec<Self> {
        let Self { target, lists, slots, .. } = self;
        let alone = |list| {
            let (files, slots) = (Files::default(), slots.clone());
            Self { target, lists: vec![list], files, slots }
        };
        lists.into_iter().map(alone).collect()
    }

    /// Rereads lists that have changed, fills empty slots, and replaces inserts whose file has changed.
    /// Warns of an unusable file once for each change.
    pub fn refresh(&mut self) {
        for list in &mut self.lists {
            let index = list.index;
            list.reload(&mut self.files);
            if !list.is_ready_unchanged() {
                self.slots.take(index);
            }
            // Lists without a rule too: played by hand.
            if !self.slots.is_full(index) {
                list.ready = None;
                if let Some((ready, insert)) = list.open_next(self.target, &mut self.files) {
                    list.ready = Some(ready);
                    self.slots.put(index, insert);
                }
            }
        }
    }
}

impl List {
    /// Rereads the list if its file has changed.
    fn reload(&mut self, files: &mut Files) {
        let stamp = Stamp::of(&self.rule.file);
        if stamp != self.stamp || stamp.is_none() {
            self.stamp = stamp;
            self.contents = match Contents::read(&self.rule.file) {
                Ok(contents) => contents,
                Err(error) => {
                    files.warn_once(&self.rule.file, stamp, &error.to_string());
                    Contents::default()
                }
            };
            self.rotation.change(&self.contents.recordings);
            if !self.contents.faults.is_empty() {
                let faults = summary(&self.contents.faults);
                let sentence = format!("{}: {faults}", self.rule.file.display());
                files.warn_once(&self.rule.file, stamp, &sentence);
            }
        }
    }

    /// Whether the recording in the slot is still listed and its file unchanged.
    fn is_ready_unchanged(&self) -> bool {
        self.ready.as_ref().is_some_and(|Ready { recording, file, stamp }| {
            *stamp == Stamp::of(file) && self.contents.recordings.contains(recording)
        })
    }

    /// Opens the next playable recording; none if a whole round or [`MOST_TRIES`] have none.
    fn open_next(&mut self, target: Lufs, files: &mut Files) -> Option<(Ready, Insert)> {
        for _ in 0..self.contents.recordings.len().min(MOST_TRIES) {
            let recording = self.rotation.next(&self.contents.recordings)?.clone();
            let file = self.contents.find(&recording).to_owned();
            let stamp = Stamp::of(&file);
            let Some(clip) = files.clip(&file, stamp) else { continue };
            let music = match self.rule.place {
                Place::Over => MusicLevel::Under(self.rule.duck),
                Place::Between => MusicLevel::Silent,
            };
            let target = Lufs(target.0 + self.rule.gain.0);
            match Insert::open(&clip, target, music) {
                Ok(insert) => {
                    let title = recording.title.clone().unwrap_or(clip.title);
                    return Some((Ready { recording, file, stamp }, insert.with_title(title)));
                }
                Err(error) => warn!("{}: {error}", file.display()),
            }
        }
        None
    }
}

/// Files that were measured or reported, each valid until its stamp changes.
#[derive(Default)]
struct Files {
    clips: HashMap<PathBuf, (Stamp, Clip)>,
    warned: HashMap<PathBuf, Option<Stamp>>,
}

impl Files {
    /// The clip at `path`, measured if it is new or has changed. None, with a warning, if it can't be
    /// played.
    fn clip(&mut self, path: &Path, stamp: Option<Stamp>) -> Option<Clip> {
        let known = self.clips.get(path).filter(|(known, _)| Some(*known) == stamp);
        if let Some((_, clip)) = known {
            return Some(clip.clone());
        }
        if self.warned.get(path) == Some(&stamp) {
            return None;
        }
        match measure(path) {
            Ok(clip) => {
                self.warned.remove(path);
                self.clips.extend(stamp.map(|stamp| (path.to_owned(), (stamp, clip.clone()))));
                info!("{}: {:.1} s, {:.1} LUFS", path.display(), clip.seconds(), clip.loudness.0);
                if clip.damage.is_some() {
                    warn!("{}: {}", path.display(), clip.damage);
                }
                Some(clip)
            }
            Err(sentence) => {
                self.clips.remove(path);
                self.warn_once(path, stamp, &sentence);
                None
            }
        }
    }

    fn warn_once(&mut self, path: &Path, stamp: Option<Stamp>, sentence: &str) {
        if self.warned.insert(path.to_owned(), stamp) != Some(stamp) {
            warn!("{sentence}; skipping it");
        }
    }
}

/// The first of `faults`, and how many more there are.
fn summary(faults: &[String]) -> String {
    let shown = &faults[..faults.len().min(MOST_FAULTS)];
    match faults.len() - shown.len() {
        0 => shown.join("; "),
        n_more => format!("{}; and {n_more} more", shown.join("; ")),
    }
}

/// Decodes the whole file at `path` and measures its loudness. A panic of the decoder counts as a broken
/// file.
///
/// # Errors
/// The file can't be played; the text names it and says why.
pub fn measure(path: &Path) -> Result<Clip, String> {
    let opening = || Clip::open(path).map_err(|error: ClipError| error.to_string());
    thread::scope(|scope| scope.spawn(opening).join()).unwrap_or_else(|_| {
        Err(format!(
            "{}: expected a sound file, found one that crashes the decoder",
            path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, fs::File, io::BufWriter};

    use super::*;
    use crate::{
        config::When,
        files::Stamp,
        sound::{frame::Block, wav::Wav},
    };

    fn record(path: &Path, n_blocks: usize) {
        let mut wav = Wav::new(BufWriter::new(File::create(path).unwrap())).unwrap();
        let block = Block { left: [0.25; 1152], right: [-0.25; 1152] };
        (0..n_blocks).for_each(|_| wav.push(&block).unwrap());
        wav.finish().unwrap();
    }

    fn prefetch(folder: &Path, list: &str) -> Prefetch {
        let file = folder.join("list.m3u8");
        fs::write(&file, list).unwrap();
        let rule = Playlist { when: Some(When::EveryMinutes(1.0)), ..Playlist::new(file) };
        Prefetch::new(&[rule], Lufs(-16.0), 1)
    }

    /// Titles of the next recordings.
    fn taken(prefetch: &mut Prefetch, n: usize) -> Vec<String> {
        let next = |_| {
            prefetch.refresh();
            prefetch
                .slots
                .take(0)
                .map_or_else(|| "none".to_owned(), |insert| insert.title().to_owned())
        };
        (0..n).map(next).collect()
    }

    #[test]
    fn missing_and_broken_files_are_skipped() {
        let folder = tempfile::tempdir().unwrap();
        record(&folder.path().join("a.wav"), 20);
        record(&folder.path().join("b.wav"), 20);
        fs::write(folder.path().join("broken.mp3"), "no sound").unwrap();
        let list = "gone.mp3\n#EXTINF:0,First\na.wav\nbroken.mp3\nb.wav\ntune.mid\n";
        let mut prefetch = prefetch(folder.path(), list);

        assert_eq!(taken(&mut prefetch, 5), ["First", "b", "First", "b", "First"]);
    }

    #[test]
    fn a_list_without_playable_files_recovers_when_one_appears() {
        let folder = tempfile::tempdir().unwrap();
        let mut prefetch = prefetch(folder.path(), "gone.wav\n");
        assert_eq!(taken(&mut prefetch, 2), ["none", "none"]);

        record(&folder.path().join("gone.wav"), 20);

        assert_eq!(taken(&mut prefetch, 2), ["gone", "gone"]);
    }

    #[test]
    fn changed_lists_and_files_are_reread() {
        let folder = tempfile::tempdir().unwrap();
        record(&folder.path().join("a.wav"), 20);
        let mut prefetch = prefetch(folder.path(), "a.wav\n");
        prefetch.refresh();
        assert!(prefetch.slots.is_full(0));

        record(&folder.path().join("a.wav"), 50);
        prefetch.refresh();
        assert_eq!(prefetch.slots.take(0).unwrap().n_frames(), 50 * 1152);

        prefetch.refresh();
        record(&folder.path().join("another.wav"), 20);
        fs::write(folder.path().join("list.m3u8"), "another.wav\n").unwrap();
        assert_eq!(taken(&mut prefetch, 2), ["another", "another"]);

        fs::remove_file(folder.path().join("list.m3u8")).unwrap();
        assert_eq!(taken(&mut prefetch, 1), ["none"]);
    }

    #[test]
    fn a_bad_file_is_reported_once_for_each_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp3");
        let mut files = Files::default();
        let is_reported = |files: &mut Files| {
            let before = files.warned.get(&path).copied();
            assert!(files.clip(&path, Stamp::of(&path)).is_none());
            before != files.warned.get(&path).copied()
        };

        assert!(is_reported(&mut files) && !is_reported(&mut files));
        fs::write(&path, "no sound").unwrap();
        assert!(is_reported(&mut files) && !is_reported(&mut files));
        fs::remove_file(&path).unwrap();
        assert!(is_reported(&mut files));
    }
}
