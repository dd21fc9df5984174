//! `[[stations.playlists]]`: insert lists, with the rule for when and how they play.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use serde_json::json;

use crate::{
    config::{choice::Choice, section::Section, text::quoted, value::set},
    files::patience,
    units::Decibels,
};

/// Time limit to check on a playlist's disk whether the file exists.
const PATIENCE: Duration = Duration::from_secs(1);

/// An insert list: recorded items and when, where and how loud they play.
#[derive(Debug, Clone, PartialEq)]
pub struct Playlist {
    /// An `.m3u8`, `.m3u`, `.pls` or `.xspf` file, which existed when radio.toml was read, or whose disk
    /// did not respond.
    pub file: PathBuf,
    /// When an item is due. Default none: its recordings play only by hand; its MIDI files are waypoints.
    pub when: Option<When>,
    /// The order of the items. Default in turn.
    pub order: Order,
    /// What the music does while an item plays. Default it continues at a lower level.
    pub place: Place,
    /// Where in the music an item may start. Default at a phrase.
    pub on: Edge,
    /// Gain of the music under an item that plays over it, -60 to 0 dB. Default -12 dB.
    pub duck: Decibels,
    /// Gain of an item relative to the station's loudness, -24 to 12 dB. Default 0 dB.
    pub gain: Decibels,
}

/// When an item is due.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// At intervals of this many minutes, 0.5 to 1440.
    EveryMinutes(f64),
    /// After this many tracks, 1 to 1000.
    EveryTracks(u64),
    /// Daily at these local times.
    At(Vec<TimeOfDay>),
}

/// A local time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    /// Seconds since midnight, below 86 400.
    pub second: u32,
}

/// The order in which a list is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// In the order of the file, then again from the top.
    InTurn,
    /// In random order; none repeats until all have been played.
    Shuffled,
}

/// What the music does while an item plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It continues at a lower level.
    Over,
    /// It fades out and resumes on a beat.
    Between,
}

/// Where in the music an item may start. Every phrase starts a bar, every bar starts a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // The names say it.
pub enum Edge {
    Beat,
    Bar,
    Phrase,
}

impl Playlist {
    /// The list in `file`, everything else at its default.
    pub fn new(file: PathBuf) -> Self {
        Self {
            file,
            when: None,
            order: Order::InTurn,
            place: Place::Over,
            on: Edge::Phrase,
            duck: Decibels(-12.0),
            gain: Decibels(0.0),
        }
    }

    /// Reads a table; `None`, and a mistake, without a file.
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        section.require("file", "a playlist such as \"playlists/idents.m3u8\"");
        let base_dir = section.reading.base_dir;
        let file = section.text_as("file", |text| playlist_file(text, base_dir));
        let mut playlist = Self::new(file.clone().unwrap_or_default());
        playlist.when = read_when(section);
        set(&mut playlist.order, section.choice("order"));
        set(&mut playlist.place, section.choice("place"));
        set(&mut playlist.on, section.choice("on"));
        set(&mut playlist.duck, section.number("duck_db", -60.0..=0.0).map(Decibels));
        set(&mut playlist.gain, section.number("gain_db", -24.0..=12.0).map(Decibels));
        file.map(|_| playlist)
    }
}

impl Choice for Order {
    const WORDS: &'static [(&'static str, Self)] =
        &[("in turn", Self::InTurn), ("shuffled", Self::Shuffled)];
}

impl Choice for Place {
    const WORDS: &'static [(&'static str, Self)] =
        &[("over", Self::Over), ("between", Self::Between)];
}

impl Choice for Edge {
    const WORDS: &'static [(&'static str, Self)] =
        &[("beat", Self::Beat), ("bar", Self::Bar), ("phrase", Self::Phrase)];
}

fn read_when(section: &mut Section) -> Option<When> {
    let minutes = section.number("every_minutes", 0.5..=1440.0).map(When::EveryMinutes);
    let tracks = section.whole("every_tracks", 1..=1000).map(When::EveryTracks);
    let time = || json!({ "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" });
    let at = section.list_like("at", 1..=96, time, str::parse).map(When::At);
    let keys = ["every_minutes", "every_tracks", "at"];
    let given: Vec<&str> = keys.into_iter().filter(|key| section.has(key)).collect();
    if let [first, second, ..] = given[..] {
        section.note(second, format!("expected one of {}, found {first} as well", keys.join(", ")));
    }
    minutes.or(tracks).or(at)
}

fn playlist_file(text: &str, base_dir: &Path) -> Result<PathBuf, String> {
    let file = base_dir.join(text);
    let is_playlist = file.extension().is_some_and(|ending| {
        ["m3u8", "m3u", "pls", "xspf"].iter().any(|known| ending.eq_ignore_ascii_case(known))
    });
    if !is_playlist {
        return Err(format!(
            "expected a file that ends in .m3u8, .m3u, .pls or .xspf, found {}",
            quoted(text)
        ));
    }
    let (path, looked_at) = (file.display().to_string(), file.clone());
    // A disk that does not answer is no mistake in radio.toml: the station plays without the list.
    let is_there = patience::within(PATIENCE, move || looked_at.is_file()).unwrap_or(true);
    is_there.then_some(file).ok_or_else(|| format!("expected a playlist, found none at {path:?}"))
}

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unreadable = || format!("expected a time such as \"08:00\", found {}", quoted(text));
        let parts = text.split(':').map(|part| {
            let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|_| is_number)
        });
        let parts: Option<Vec<u32>> = parts.collect();
        match parts.as_deref() {
            Some(&[hour @ 0..24, minute @ 0..60]) => Ok(Self { second: (hour * 60 + minute) * 60 }),
            _ => Err(unreadable()),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.second / 3600, self.second / 60 % 60)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EveryMinutes(minutes) => write!(f, "every {minutes} minutes"),
            Self::EveryTracks(tracks) => write!(f, "every {tracks} tracks"),
            Self::At(times) => {
                let times: Vec<String> = times.iter().map(ToString::to_string).collect();
                write!(f, "at {}", times.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::parse;

    /// The playlists of a station; `lines` are those of the first, from line 6.
    fn read(lines: &str) -> Result<Vec<Playlist>, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("idents.m3u8"), "").unwrap();
        let station = "[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n";
        let text = format!("{station}[[stations.playlists]]\n{lines}");
        let config = parse(&text, "radio.toml", folder.path());
        let place = folder.path().display().to_string();
        config
            .map(|mut config| config.stations.remove(0).playlists)
            .map_err(|problems| problems.to_string().replace(&place, "HERE"))
    }

    #[test]
    fn a_playlist_has_a_rule_a_place_and_a_gain() {
        let lines = r#"file = "idents.m3u8"
            at = ["08:00", "23:59"]
            order = "shuffled"
            place = "between"
            on = "beat"
            duck_db = -20
            gain_db = 1.5
            [[stations.playlists]]
            file = "idents.m3u8"
            every_tracks = 3"#;

        let lists = read(lines).unwrap();

        assert!(lists[0].file.ends_with("idents.m3u8"));
        let times = [8 * 3600, 24 * 3600 - 60].map(|second| TimeOfDay { second });
        assert_eq!(lists[0].when, Some(When::At(times.into())));
        assert_eq!(lists[0].when.as_ref().unwrap().to_string(), "at 08:00, 23:59");
        let Playlist { order, place, on, duck, gain, .. } = lists[0];
        assert_eq!((order, place, on), (Order::Shuffled, Place::Between, Edge::Beat));
        assert_eq!((duck, gain), (Decibels(-20.0), Decibels(1.5)));
        let plain = Playlist::new(lists[1].file.clone());
        assert_eq!(lists[1], Playlist { when: Some(When::EveryTracks(3)), ..plain });
    }

    #[test]
    fn mistakes_are_listed_with_their_lines() {
        let lines = "every_minutes = 0\nevery_tracks = 2\norder = \"random\"\nplace = 3\n\
            on = \"bra\"\nduck = -3\n[[stations.playlists]]\nfile = \"gone.m3u8\"\nat = [\"8:00\"]\n\
            [[stations.playlists]]\nfile = \"list.txt\"\nat = [\"24:00\"]\n";

        assert_eq!(
            read(lines).unwrap_err(),
            r#"radio.toml:5: [[stations.playlists]]: missing key file, expected a playlist such as "playlists/idents.m3u8"
radio.toml:6: every_minutes: expected a number from 0.5 to 1440, found 0
radio.toml:7: every_tracks: expected one of every_minutes, every_tracks, at, found every_minutes as well
radio.toml:8: order: expected one of "in turn", "shuffled", found "random"
radio.toml:9: place: expected a text in quotes, found 3
radio.toml:10: on: expected one of "beat", "bar", "phrase", found "bra"
radio.toml:11: [[stations.playlists]] has no key "duck", expected one of file, every_minutes, every_tracks, at, order, place, on, duck_db, gain_db
radio.toml:13: file: expected a playlist, found none at "HERE/gone.m3u8"
radio.toml:14: at: expected a time such as "08:00", found "8:00"
radio.toml:16: file: expected a file that ends in .m3u8, .m3u, .pls or .xspf, found "list.txt"
radio.toml:17: at: expected a time such as "08:00", found "24:00""#
        );
    }
}
