//! Reads playlists (M3U, PLS, XSPF): recordings to play, and MIDI files to use as waypoints.

mod entry;
mod location;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use self::entry::Entry;
use crate::files::{self, NotRead};

/// The largest playlist in bytes: [`MAX_LINES`] lines of 250 characters.
const MAX_BYTES: u64 = 64 << 20;

/// Most recordings and MIDI files of a playlist; later ones are ignored and reported as a fault.
const MAX_LINES: usize = 250_000;

/// The content of a playlist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Recordings, in the file's order.
    pub recordings: Vec<Recording>,
    /// MIDI files that the music passes through in the latent space, in the file's order.
    pub waypoints: Vec<PathBuf>,
    /// A sentence for each line that names neither.
    pub faults: Vec<String>,
    /// Other spellings of recordings' paths, for lines that can be read in several ways.
    spellings: HashMap<PathBuf, Vec<PathBuf>>,
}

/// A line that names a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Path as written in the playlist; [`Contents::find`] returns the one that exists.
    pub path: PathBuf,
    /// Title given by the playlist.
    pub title: Option<String>,
    /// Number of earlier lines that name the same file.
    pub nth: usize,
}

impl Contents {
    /// Reads the playlist at `file`. Relative paths start from its folder.
    ///
    /// # Errors
    /// The file can't be read or is too long.
    pub fn read(file: &Path) -> Result<Self, NotRead> {
        Ok(Self::parse(&files::read_small(file, MAX_BYTES)?, file))
    }

    /// Parses `bytes`, the content of `file`. Looks for files where a line can be read in several ways.
    pub fn parse(bytes: &[u8], file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut contents = Self::default();
        let (mut n_seen, mut n_left_out) = (HashMap::new(), 0);
        for entry in entry::entries(bytes) {
            if contents.recordings.len() + contents.waypoints.len() == MAX_LINES {
                n_left_out += usize::from(!entry.location.starts_with(b"#"));
                continue;
            }
            let line = entry.line;
            if let Err(fault) = contents.add(entry, folder, &mut n_seen) {
                contents.faults.push(format!("line {line}: {fault}"));
            }
        }
        if 0 < n_left_out {
            let expected = format!("expected at most {MAX_LINES} files");
            contents.faults.push(format!("{expected}, found {n_left_out} more, left out"));
        }
        contents
    }

    /// The path of the file of `recording`: the first spelling of its line that exists, or the path as
    /// written.
    pub fn find<'a>(&'a self, recording: &'a Recording) -> &'a Path {
        let others = self.spellings.get(&recording.path).filter(|_| !recording.path.exists());
        let found = others.and_then(|others| others.iter().find(|path| path.exists()));
        found.unwrap_or(&recording.path)
    }

    /// Adds the file of `entry`; `n_seen` counts the lines of each recording so far.
    fn add(
        &mut self,
        entry: Entry,
        folder: &Path,
        n_seen: &mut HashMap<PathBuf, usize>,
    ) -> Result<(), String> {
        let mut paths = location::paths(&entry.location, folder)?;
        let may_be_remark = entry.location.starts_with(b"#");
        if may_be_remark && !paths.iter().any(|path| path.is_file()) {
            return Ok(());
        }
        let path = paths.remove(0);
        if is_midi(&path) {
            let found = paths.into_iter().find(|other| !path.exists() && other.exists());
            self.waypoints.push(found.unwrap_or(path));
            return Ok(());
        }
        let nth = n_seen.entry(path.clone()).or_default();
        let title = entry.title.map(|title| one_line(&title)).filter(|title| !title.is_empty());
        self.recordings.push(Recording { path: path.clone(), title, nth: *nth });
        *nth += 1;
        if !paths.is_empty() {
            self.spellings.insert(path, paths);
        }
        Ok(())
    }
}

fn is_midi(path: &Path) -> bool {
    path.extension().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("mid") || ending.eq_ignore_ascii_case("midi")
    })
}

/// Removes control characters, which would end the ICY header that the title is sent in.
fn one_line(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).take(120).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rand::RngExt as _;

    use super::*;
    use crate::rng;

    fn parse(text: &str) -> Contents {
        Contents::parse(text.as_bytes(), Path::new("/radio/playlists/list.m3u8"))
    }

    #[test]
    fn recordings_have_titles_and_midi_files_are_waypoints() {
        let contents = parse(
            "\u{feff}#EXTM3U\r\n#EXTINF:12,The Wires - Hum\r\nidents/a b.mp3\r\n\r\n# a remark\r\n\
             /music/c.flac\r\ntunes/Bach.MID\n../d.ogg\nidents/a b.mp3\r",
        );

        let paths: Vec<&str> =
            contents.recordings.iter().map(|r| r.path.to_str().unwrap()).collect();
        let first = "/radio/playlists/idents/a b.mp3";
        assert_eq!(paths, [first, "/music/c.flac", "/radio/playlists/../d.ogg", first]);
        assert_eq!(contents.recordings[0].title.as_deref(), Some("The Wires - Hum"));
        assert!(contents.recordings[1..].iter().all(|recording| recording.title.is_none()));
        assert_eq!([0, 3].map(|n| contents.recordings[n].nth), [0, 1]);
        assert_eq!(contents.waypoints, [Path::new("/radio/playlists/tunes/Bach.MID")]);
        assert!(contents.faults.is_empty());
    }

    #[test]
    fn a_url_is_refused() {
        let contents = parse("https://example.org/a.mp3\na.mp3\n");

        assert_eq!(contents.recordings.len(), 1);
        assert_eq!(
            contents.faults,
            ["line 1: expected a file, found \"https://example.org/a.mp3\""]
        );
    }

    #[test]
    fn an_unreadable_playlist_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.m3u8");
        let gone = Contents::read(&file).unwrap_err().to_string();
        assert!(gone.contains("list.m3u8: No such file"), "{gone}");

        fs::File::create(&file).unwrap().set_len(MAX_BYTES + 1).unwrap();
        let long = Contents::read(&file).unwrap_err().to_string();
        assert!(long.ends_with("list.m3u8: expected at most 67108864 bytes, found more"), "{long}");
    }

    #[test]
    fn files_are_found_however_players_write_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let names =
            ["a b.mp3", "c.mp3", "caf\u{e9}.mp3", "u\u{308}.mp3", "#1 hit.mp3", "100%25.mp3"];
        for name in names {
            fs::write(at(name), "").unwrap();
        }
        fs::write(at("t \u{e9}.mid"), "").unwrap();
        let url = format!("file://{}/a%20b.mp3", folder.path().display());
        let list = [
            b"#EXTM3U\r\n#EXTINF:1,One\r\n",
            url.as_bytes(),
            b"\na%20b.mp3\n.\\c.mp3\ncaf\xe9.mp3\n\xc3\xbc.mp3\n#EXTINF:1,Hit\n#1 hit.mp3\n\
              # c.mp3\n100%25.mp3\nt%20%C3%A9.mid\nb\0.mp3\n",
        ]
        .concat();

        let contents = Contents::parse(&list, &at("list.m3u"));

        let found = contents.recordings.iter().map(|recording| contents.find(recording));
        let found: Vec<PathBuf> = found.map(|path| path.components().collect()).collect();
        let mut expected = vec![at("a b.mp3")];
        expected.extend(names.map(at));
        assert_eq!(found, expected);
        assert_eq!(contents.recordings[0].title.as_deref(), Some("One"));
        assert_eq!(contents.recordings[5].title.as_deref(), Some("Hit"));
        assert_eq!(contents.waypoints, [at("t \u{e9}.mid")]);
        assert_eq!(contents.faults, ["line 13: expected a file, found \"b\\0.mp3\""]);
    }

    #[test]
    fn a_long_playlist_is_read_at_once_up_to_a_bound_that_is_told() {
        let line = |n: usize| format!("/music/{n}.mp3\n");
        let lines = |n: usize| (0..n).map(line).collect::<Vec<_>>().concat();
        let began = std::time::Instant::now();

        assert_eq!(parse(&lines(100_000)).recordings.len(), 100_000);
        // Comparing each line with all before it took many minutes.
        assert!(began.elapsed() < std::time::Duration::from_secs(10));

        let contents = parse(&lines(MAX_LINES + 2));
        assert_eq!(contents.recordings.len(), MAX_LINES);
        assert_eq!(contents.faults, ["expected at most 250000 files, found 2 more, left out"]);
    }

    #[test]
    fn any_text_parses_to_at_most_one_entry_a_line() {
        const BITS: [&str; 9] =
            ["#EXTINF:", ",", "\n", "\r\n", "#", "a.mp3", "b.mid", "\u{feff}", "://"];
        let mut rng = rng::stream(1, "m3u");
        for _ in 0..2000 {
            let bits = (0..rng.random_range(0..30)).map(|_| BITS[rng.random_range(0..BITS.len())]);
            let text: String = bits.collect();
            let contents = parse(&text);
            let n = contents.recordings.len() + contents.waypoints.len() + contents.faults.len();
            assert!(n <= text.split(['\n', '\r']).count());
            let titles = contents.recordings.iter().filter_map(|r| r.title.as_ref());
            assert!(titles.into_iter().all(|title| !title.contains(char::is_control)));
        }
    }
}
