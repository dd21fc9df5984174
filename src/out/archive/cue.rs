//! Cue sheets: the titles in a recording and their positions.
//!
//! The format is that of CDRWIN's manual, appendix A, as current players and editors read it: UTF-8,
//! minutes may exceed 99, positions are minutes, seconds and frames of 1/75 s.

use std::fmt::Write as _;

use crate::{stream::icy::clean, units::SAMPLE_RATE};

const FRAMES_PER_SECOND: u64 = 75;

/// Limit of the format; later titles are not listed.
const MOST_TRACKS: usize = 99;

/// The cue sheet of a recording.
pub struct Cue {
    station: String,
    /// The name of the audio file, without its folder.
    file: String,
    tracks: Vec<Track>,
}

struct Track {
    title: String,
    /// Position in samples.
    begins: u64,
}

impl Cue {
    /// A cue sheet for `file` without tracks.
    pub fn new(station: &str, file: String) -> Self {
        Self { station: quotable(station), file, tracks: Vec::new() }
    }

    /// Adds `title` at `begins` samples, unless it is the current one. Returns whether it was added.
    pub fn add(&mut self, title: &str, begins: u64) -> bool {
        let title = quotable(title);
        let title = if title.is_empty() { self.station.clone() } else { title };
        let is_new = self.tracks.last().is_none_or(|track| track.title != title);
        if !is_new || self.tracks.len() == MOST_TRACKS {
            return false;
        }
        self.tracks.push(Track { title, begins });
        true
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let Self { station, file, tracks } = self;
        let mut text = first_line(station) + &format!("FILE \"{file}\" MP3\n");
        for (number, Track { title, begins }) in (1..).zip(tracks) {
            let index = index(*begins);
            let track = format_args!("  TRACK {number:02} AUDIO\n    TITLE \"{title}\"");
            writeln!(text, "{track}\n    INDEX 01 {index}")
                .expect("writing to a String can't fail");
        }
        text
    }
}

/// The first line of a cue sheet of `station`.
pub fn first_line(station: &str) -> String {
    format!("PERFORMER \"{}\"\n", quotable(station))
}

/// The format has no escape for quotes within quotes.
fn quotable(text: &str) -> String {
    clean(text).replace('"', "\u{201d}")
}

/// `mm:ss:ff`, rounded down.
fn index(n_samples: u64) -> String {
    let frames = n_samples * FRAMES_PER_SECOND / u64::from(SAMPLE_RATE);
    let seconds = frames / FRAMES_PER_SECOND;
    format!("{:02}:{:02}:{:02}", seconds / 60, seconds % 60, frames % FRAMES_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_title_is_listed_with_its_position() {
        let mut cue = Cue::new("techno", "a.mp3".into());

        let noted = [
            ("One", 0),
            ("One", 44_100),
            ("A \"two\"\n", 44_100 * 61 + 588),
            ("", u32::MAX.into()),
        ];
        let is_new = noted.map(|(title, begins)| cue.add(title, begins));

        assert_eq!(is_new, [true, false, true, true]);
        assert_eq!(
            cue.text(),
            "PERFORMER \"techno\"\nFILE \"a.mp3\" MP3\n\
             \x20 TRACK 01 AUDIO\n    TITLE \"One\"\n    INDEX 01 00:00:00\n\
             \x20 TRACK 02 AUDIO\n    TITLE \"A \u{201d}two\u{201d}\"\n    INDEX 01 01:01:01\n\
             \x20 TRACK 03 AUDIO\n    TITLE \"techno\"\n    INDEX 01 1623:11:41\n"
        );
    }

    #[test]
    fn tracks_are_limited_to_99() {
        let mut cue = Cue::new("a", "a.mp3".into());
        let n_noted = (0..200).filter(|&n| cue.add(&n.to_string(), n * 44_100)).count();

        assert_eq!((n_noted, cue.text().matches("TRACK").count()), (99, 99));
    }
}
