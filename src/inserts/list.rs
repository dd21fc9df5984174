//! Reads `.m3u8` and `.m3u` files: recordings to play, and MIDI files to use as waypoints.
//!
//! Lines and encoding follow RFC 8216 section 4; `#EXTINF` follows Winamp's playlists.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The largest playlist in bytes: [`MAX_LINES`] lines of some 250 letters.
const MAX_BYTES: u64 = 64 << 20;

/// Recordings and MIDI files that are taken from a playlist; those after them are left out, and told.
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
}

/// A line that names a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Path of the file, which need not exist.
    pub path: PathBuf,
    /// Title given by `#EXTINF`.
    pub title: Option<String>,
    /// Number of earlier lines that name the same file.
    pub nth: usize,
}

/// A playlist can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// The file is missing or can't be read.
    #[error("{}: {source}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// The file is larger than any real playlist.
    #[error("{}: expected a playlist of at most {MAX_BYTES} bytes, found {found}", file.display())]
    TooLong {
        /// Which file.
        file: PathBuf,
        /// Its size in bytes.
        found: u64,
    },
    /// A line is not UTF-8.
    #[error("{}:{line}: expected UTF-8, found another encoding", file.display())]
    Encoding {
        /// Which file.
        file: PathBuf,
        /// Line number, from 1.
        line: usize,
    },
}

impl Contents {
    /// Reads the playlist at `file`. Relative paths start from its folder.
    ///
    /// # Errors
    /// The file can't be read, is too long or is not UTF-8.
    pub fn read(file: &Path) -> Result<Self, Unreadable> {
        let failed = |source| Unreadable::File { file: file.to_owned(), source };
        let found = fs::metadata(file).map_err(failed)?.len();
        if MAX_BYTES < found {
            return Err(Unreadable::TooLong { file: file.to_owned(), found });
        }
        let bytes = fs::read(file).map_err(failed)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            Unreadable::Encoding { file: file.to_owned(), line }
        })?;
        Ok(Self::parse(text, file))
    }

    /// Parses `text`, the content of `file`.
    pub fn parse(text: &str, file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut contents = Self::default();
        let mut title = None;
        let (mut seen, mut n_left_out) = (HashMap::new(), 0);
        let lines = text.trim_start_matches('\u{feff}').split(['\n', '\r']).map(str::trim);
        for line in lines.filter(|line| !line.is_empty()) {
            if let Some(about) = line.strip_prefix("#EXTINF:") {
                title = about.split_once(',').map(|(_, title)| one_line(title));
            } else if contents.recordings.len() + contents.waypoints.len() == MAX_LINES {
                n_left_out += usize::from(!line.starts_with('#'));
            } else if !line.starts_with('#') {
                let title = title.take().filter(|title| !title.is_empty());
                contents.add(line, folder, title, &mut seen);
            }
        }
        if 0 < n_left_out {
            let expected = format!("expected at most {MAX_LINES} files");
            contents.faults.push(format!("{expected}, found {n_left_out} more, left out"));
        }
        contents
    }

    /// Adds what `line` names; `seen` counts the lines of each recording so far.
    fn add(
        &mut self,
        line: &str,
        folder: &Path,
        title: Option<String>,
        seen: &mut HashMap<PathBuf, usize>,
    ) {
        if line.contains("://") || line.contains('\0') {
            self.faults.push(format!("expected a file, found {line:?}"));
            return;
        }
        let path = folder.join(line);
        if is_midi(&path) {
            self.waypoints.push(path);
            return;
        }
        let n_seen = seen.entry(path.clone()).or_default();
        self.recordings.push(Recording { path, title, nth: *n_seen });
        *n_seen += 1;
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
    use rand::RngExt as _;

    use super::*;
    use crate::rng;

    fn parse(text: &str) -> Contents {
        Contents::parse(text, Path::new("/radio/playlists/list.m3u8"))
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
        assert_eq!(contents.faults, ["expected a file, found \"https://example.org/a.mp3\""]);
    }

    #[test]
    fn an_unreadable_playlist_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.m3u8");
        let gone = Contents::read(&file).unwrap_err().to_string();
        assert!(gone.contains("list.m3u8: No such file"), "{gone}");

        fs::write(&file, b"a.mp3\ncaf\xe9.mp3\n").unwrap();
        let latin = Contents::read(&file).unwrap_err().to_string();
        assert!(latin.ends_with("list.m3u8:2: expected UTF-8, found another encoding"), "{latin}");

        fs::File::create(&file).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(matches!(Contents::read(&file), Err(Unreadable::TooLong { .. })));
    }

    #[test]
    fn a_long_playlist_is_read_at_once_up_to_a_bound_that_is_told() {
        let lines = |n: usize| (0..n).map(|n| format!("/music/{n}.mp3\n")).collect::<String>();
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
