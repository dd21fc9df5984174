//! Keeps the next recording of each playlist ready, and looks after files that change.
//!
//! Whatever touches a disk is here, so that it can be on a thread of its own.

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
        mix::{Item, Meanwhile},
        rotation::Turns,
        slots::Rack,
    },
    rng,
    sound::clip::{Clip, ClipError},
    units::Lufs,
};

/// The playlists of a station.
pub struct Desk {
    target: Lufs,
    lists: Vec<List>,
    files: Files,
    rack: Rack,
}

/// A playlist as it was read last.
struct List {
    rule: Playlist,
    stamp: Option<Stamp>,
    contents: Contents,
    turns: Turns,
    /// What was put on the rack last.
    ready: Option<Ready>,
}

/// A recording that waits for its moment, and its file as it was opened.
struct Ready {
    recording: Recording,
    stamp: Option<Stamp>,
}

impl Desk {
    /// Looks after `playlists`, whose recordings are heard at `target`; what is by chance is drawn from
    /// `seed`. Nothing is read yet.
    pub fn new(playlists: &[Playlist], target: Lufs, seed: u64) -> Self {
        let list = |(number, rule): (usize, &Playlist)| {
            let name = format!("{number} {}", rule.file.display());
            List {
                rule: rule.clone(),
                stamp: None,
                contents: Contents::default(),
                turns: Turns::new(rule.order, seed, &name),
                ready: None,
            }
        };
        let lists = playlists.iter().enumerate().map(list).collect();
        let rack = Rack::new(playlists.len());
        Self { target, lists, files: Files::default(), rack }
    }

    /// Looks after the playlists of `station`, whose programme is drawn from `seed`.
    pub fn of(station: &Station, seed: u64) -> Self {
        Self::new(&station.playlists, station.loudness, rng::derive(seed, &station.name))
    }

    /// Where what is ready waits, by the playlists' numbers.
    pub fn rack(&self) -> Rack {
        self.rack.clone()
    }

    /// Reads playlists that have changed and opens what is next where nothing is ready, or where what
    /// was ready has changed. What can't be used is told once for each change.
    pub fn tend(&mut self) {
        for (index, list) in self.lists.iter_mut().enumerate() {
            list.look(&mut self.files);
            if !list.is_ready_as_it_is() {
                self.rack.take(index);
            }
            if list.rule.when.is_some() && !self.rack.is_full(index) {
                list.ready = None;
                if let Some((ready, item)) = list.open_next(self.target, &mut self.files) {
                    list.ready = Some(ready);
                    self.rack.put(index, item);
                }
            }
        }
    }
}

impl List {
    /// Reads the playlist if it is not as it was.
    fn look(&mut self, files: &mut Files) {
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
            let faults = self.contents.faults.join("; ");
            if !faults.is_empty() {
                let sentence = format!("{}: {faults}", self.rule.file.display());
                files.warn_once(&self.rule.file, stamp, &sentence);
            }
        }
    }

    /// Whether the file of what is ready is as it was, and still in the playlist.
    fn is_ready_as_it_is(&self) -> bool {
        self.ready.as_ref().is_some_and(|Ready { recording, stamp }| {
            *stamp == Stamp::of(&recording.path) && self.contents.recordings.contains(recording)
        })
    }

    /// Opens the next recording that can be heard; none if a whole round has none.
    fn open_next(&mut self, target: Lufs, files: &mut Files) -> Option<(Ready, Item)> {
        for _ in 0..self.contents.recordings.len() {
            let recording = self.turns.next(&self.contents.recordings)?.clone();
            let stamp = Stamp::of(&recording.path);
            let Some(clip) = files.clip(&recording.path, stamp) else { continue };
            let meanwhile = match self.rule.place {
                Place::Over => Meanwhile::Under(self.rule.duck),
                Place::Between => Meanwhile::Silent,
            };
            let target = Lufs(target.0 + self.rule.gain.0);
            match Item::open(&clip, target, meanwhile) {
                Ok(item) => {
                    let title = recording.title.clone().unwrap_or(clip.title);
                    return Some((Ready { recording, stamp }, item.called(title)));
                }
                Err(error) => warn!("{}: {error}", recording.path.display()),
            }
        }
        None
    }
}

/// What is known of files, as long as they stay as they are.
#[derive(Default)]
struct Files {
    clips: HashMap<PathBuf, (Stamp, Clip)>,
    told: HashMap<PathBuf, Option<Stamp>>,
}

impl Files {
    /// The file at `path`, measured if it has not been; none if it can't be heard, which is told.
    fn clip(&mut self, path: &Path, stamp: Option<Stamp>) -> Option<Clip> {
        let known = self.clips.get(path).filter(|(known, _)| Some(*known) == stamp);
        if let Some((_, clip)) = known {
            return Some(clip.clone());
        }
        if self.told.get(path) == Some(&stamp) {
            return None;
        }
        match measured(path) {
            Ok(clip) => {
                self.told.remove(path);
                self.clips.extend(stamp.map(|stamp| (path.to_owned(), (stamp, clip.clone()))));
                info!("{}: {:.1} s, {:.1} LUFS", path.display(), clip.seconds(), clip.loudness.0);
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
        if self.told.insert(path.to_owned(), stamp) != Some(stamp) {
            warn!("{sentence}; it is left out");
        }
    }
}

/// Hears the file at `path` to its end; a decoder that panics has met a broken one.
///
/// # Errors
/// A sentence that says why it can't be heard.
pub fn measured(path: &Path) -> Result<Clip, String> {
    let opening = || Clip::open(path).map_err(|error: ClipError| error.to_string());
    thread::scope(|scope| scope.spawn(opening).join()).unwrap_or_else(|_| {
        Err(format!("{}: expected sound, found what no decoder can read", path.display()))
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

    fn desk(folder: &Path, list: &str) -> Desk {
        let file = folder.join("list.m3u8");
        fs::write(&file, list).unwrap();
        let rule = Playlist { when: Some(When::EveryMinutes(1.0)), ..Playlist::new(file) };
        Desk::new(&[rule], Lufs(-16.0), 1)
    }

    /// Titles of the next recordings.
    fn taken(desk: &mut Desk, n: usize) -> Vec<String> {
        let next = |_| {
            desk.tend();
            desk.rack.take(0).map_or_else(|| "none".to_owned(), |item| item.title().to_owned())
        };
        (0..n).map(next).collect()
    }

    #[test]
    fn what_is_missing_or_broken_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        record(&folder.path().join("a.wav"), 20);
        record(&folder.path().join("b.wav"), 20);
        fs::write(folder.path().join("broken.mp3"), "no sound").unwrap();
        let list = "gone.mp3\n#EXTINF:0,First\na.wav\nbroken.mp3\nb.wav\ntune.mid\n";
        let mut desk = desk(folder.path(), list);

        assert_eq!(taken(&mut desk, 5), ["First", "b", "First", "b", "First"]);
    }

    #[test]
    fn a_playlist_with_nothing_good_in_it_is_silent_and_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(folder.path(), "gone.wav\n");
        assert_eq!(taken(&mut desk, 2), ["none", "none"]);

        record(&folder.path().join("gone.wav"), 20);

        assert_eq!(taken(&mut desk, 2), ["gone", "gone"]);
    }

    #[test]
    fn a_list_and_a_file_that_change_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        record(&folder.path().join("a.wav"), 20);
        let mut desk = desk(folder.path(), "a.wav\n");
        desk.tend();
        assert!(desk.rack.is_full(0));

        record(&folder.path().join("a.wav"), 50);
        desk.tend();
        assert_eq!(desk.rack.take(0).unwrap().n_frames(), 50 * 1152);

        desk.tend();
        record(&folder.path().join("another.wav"), 20);
        fs::write(folder.path().join("list.m3u8"), "another.wav\n").unwrap();
        assert_eq!(taken(&mut desk, 2), ["another", "another"]);

        fs::remove_file(folder.path().join("list.m3u8")).unwrap();
        assert_eq!(taken(&mut desk, 1), ["none"]);
    }

    #[test]
    fn a_bad_file_is_told_once_for_each_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp3");
        let mut files = Files::default();
        let is_told = |files: &mut Files| {
            let before = files.told.get(&path).copied();
            assert!(files.clip(&path, Stamp::of(&path)).is_none());
            before != files.told.get(&path).copied()
        };

        assert!(is_told(&mut files) && !is_told(&mut files));
        fs::write(&path, "no sound").unwrap();
        assert!(is_told(&mut files) && !is_told(&mut files));
        fs::remove_file(&path).unwrap();
        assert!(is_told(&mut files));
    }
}
