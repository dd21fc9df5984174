//! What an `.m3u8` or `.m3u` file lists: recordings to be heard, and MIDI files as waypoints.
//!
//! Source: RFC 8216 section 4 for the form of lines and the encoding; `#EXTINF` as Winamp's playlists
//! have it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Bytes of a playlist, at most: some ten thousand lines.
const MOST_BYTES: u64 = 1 << 20;

/// What a playlist holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// What is heard, in the file's order.
    pub recordings: Vec<Recording>,
    /// MIDI files that the radio dreams its way through, in the file's order.
    pub waypoints: Vec<PathBuf>,
    /// A sentence for each line that is neither.
    pub faults: Vec<String>,
}

/// A line that names a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Where it should be.
    pub path: PathBuf,
    /// What `#EXTINF` calls it.
    pub title: Option<String>,
    /// How many lines before this one name the same file.
    pub nth: usize,
}

/// Why a playlist can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// It is not there or can't be read.
    #[error("{}: {source}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is far longer than playlists are.
    #[error("{}: expected a playlist of at most {MOST_BYTES} bytes, found {found}", file.display())]
    TooLong {
        /// Which file.
        file: PathBuf,
        /// How many bytes it has.
        found: u64,
    },
    /// A line is not UTF-8.
    #[error("{}:{line}: expected UTF-8, found another encoding", file.display())]
    Encoding {
        /// Which file.
        file: PathBuf,
        /// Counts from 1.
        line: usize,
    },
}

impl Contents {
    /// Reads the playlist at `file`; its paths start from its folder.
    ///
    /// # Errors
    /// It can't be read, is too long or not in UTF-8.
    pub fn read(file: &Path) -> Result<Self, Unreadable> {
        let failed = |source| Unreadable::File { file: file.to_owned(), source };
        let found = fs::metadata(file).map_err(failed)?.len();
        if MOST_BYTES < found {
            return Err(Unreadable::TooLong { file: file.to_owned(), found });
        }
        let bytes = fs::read(file).map_err(failed)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            Unreadable::Encoding { file: file.to_owned(), line }
        })?;
        Ok(Self::parse(text, file))
    }

    /// Understands `text`, which is that of `file`.
    pub fn parse(text: &str, file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut contents = Self::default();
        let mut title = None;
        let lines = text.trim_start_matches('\u{feff}').split(['\n', '\r']).map(str::trim);
        for line in lines.filter(|line| !line.is_empty()) {
            if let Some(about) = line.strip_prefix("#EXTINF:") {
                title = about.split_once(',').map(|(_, title)| one_line(title));
            } else if !line.starts_with('#') {
                contents.add(line, folder, title.take().filter(|title| !title.is_empty()));
            }
        }
        contents
    }

    fn add(&mut self, line: &str, folder: &Path, title: Option<String>) {
        if line.contains("://") || line.contains('\0') {
            self.faults.push(format!("expected a file, found {line:?}"));
            return;
        }
        let path = folder.join(line);
        if is_midi(&path) {
            self.waypoints.push(path);
            return;
        }
        let nth = self.recordings.iter().filter(|recording| recording.path == path).count();
        self.recordings.push(Recording { path, title, nth });
    }
}

fn is_midi(path: &Path) -> bool {
    path.extension().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("mid") || ending.eq_ignore_ascii_case("midi")
    })
}

/// Titles go into headers, where control characters would begin something else.
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
    fn recordings_have_titles_and_waypoints_are_kept_apart() {
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
    fn an_address_is_no_file() {
        let contents = parse("https://example.org/a.mp3\na.mp3\n");

        assert_eq!(contents.recordings.len(), 1);
        assert_eq!(contents.faults, ["expected a file, found \"https://example.org/a.mp3\""]);
    }

    #[test]
    fn what_is_no_playlist_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.m3u8");
        let gone = Contents::read(&file).unwrap_err().to_string();
        assert!(gone.contains("list.m3u8: No such file"), "{gone}");

        fs::write(&file, b"a.mp3\ncaf\xe9.mp3\n").unwrap();
        let latin = Contents::read(&file).unwrap_err().to_string();
        assert!(latin.ends_with("list.m3u8:2: expected UTF-8, found another encoding"), "{latin}");

        fs::write(&file, vec![b'x'; 2 << 20]).unwrap();
        assert!(matches!(Contents::read(&file), Err(Unreadable::TooLong { .. })));
    }

    #[test]
    fn any_text_is_a_playlist_of_no_more_than_its_lines() {
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
