//! A composer written down between two phrases, so that another one goes on as it would have.

use serde::{Deserialize, Serialize};

use crate::{
    compose::{form::Course, lines::Written, loaded_theme::Repertoire, memory::Memory},
    config::{AssetRef, Station, Theme},
    music::voicing::Voicing,
    rng,
};

/// Everything that a composer carries from phrase to phrase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The first bar of the phrase that comes next.
    pub bar: u64,
    /// What it composed by.
    pub prints: Prints,
    pub(super) section_bar: u64,
    pub(super) course: Course,
    pub(super) written: Written,
    pub(super) hands: Option<Voicing>,
    pub(super) memory: Memory,
}

/// Fingerprints of what a programme is composed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prints {
    /// All of it.
    pub whole: u64,
    /// What a piece can't go on without.
    pub notes: u64,
    /// What bass and lead go between.
    pub way: u64,
}

impl Prints {
    /// Those of `station`, whose theme is played from `repertoire`.
    pub fn of(station: &Station, repertoire: &Repertoire) -> Self {
        // What moves no note. Where the waypoints of a playlist lead is the way.
        let station = Station {
            description: String::new(),
            genre: String::new(),
            mounts: Vec::new(),
            soundfont: AssetRef::SOUNDFONT,
            playlists: Vec::new(),
            ..station.clone()
        };
        let bare = station.theme.sounding_like(&Theme::default());
        Self {
            whole: rng::fnv1a(&format!("{station:?}")),
            notes: rng::fnv1a(&format!("{:?} {bare:?}", station.form)),
            way: rng::fnv1a(&format!("{:?}", repertoire.anchors)),
        }
    }
}

impl Snapshot {
    /// Whether it makes sense, which what was read from a disk may not.
    pub fn is_sound(&self) -> bool {
        self.bar.is_multiple_of(crate::compose::phrase::PHRASE_BARS)
            && self.section_bar <= self.bar
            && self.course.is_sound()
    }
}
