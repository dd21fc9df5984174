//! `[[stations]]`: what listeners can choose from.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use crate::{
    config::{
        assets::AssetRef,
        choice::Form,
        mount::{self, Mount, Placed},
        playlist::Playlist,
        problem::Fault,
        push::Push,
        section::Section,
        theme::Theme,
        value::{one_line, plain_name, quoted, set},
    },
    stream::coding::Coding,
    units::{Kbps, Lufs},
};

/// A programme of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// Small letters, digits and hyphens, at most 40.
    pub name: String,
    /// What listeners read. Default the name.
    pub title: String,
    /// A sentence about it. Default empty.
    pub description: String,
    /// What station lists file it under. Default the theme's name.
    pub genre: String,
    /// Where it is heard: at least one mount, the first the main one and MP3. Default one at `/NAME.mp3` of
    /// 128 kbit/s.
    pub mounts: Vec<Mount>,
    /// What plays it. Default the file's.
    pub soundfont: AssetRef,
    /// What it plays.
    pub theme: Arc<Theme>,
    /// Pieces, or one without end. Default pieces.
    pub form: Form,
    /// How much happens: 0 calm, 1 as much as can be. Default 0.5.
    pub energy: f64,
    /// How loud it is, -30 to -9 LUFS. Default -16.
    pub loudness: Lufs,
    /// Whether `[archive]` keeps it. Default yes.
    pub record: bool,
    /// What joins the music. Default nothing.
    pub playlists: Vec<Playlist>,
    /// Whether directories may list it. Default no.
    pub public: bool,
    /// Servers of others that it is sent to. Default none.
    pub push: Vec<Push>,
}

/// What stations choose from and fall back on.
pub(super) struct Shelf {
    pub themes: Vec<Arc<Theme>>,
    pub soundfont: AssetRef,
}

impl Station {
    /// The mount where listeners find it first.
    pub fn main(&self) -> &Mount {
        &self.mounts[0]
    }

    /// Whether both play the same: only where it goes, and what is told of it, may differ. The title
    /// must not, since pieces may be named by it.
    pub fn sounds_like(&self, other: &Self) -> bool {
        let Self { description, genre, mounts, record, public, push, .. } = other.clone();
        Self { description, genre, mounts, record, public, push, ..self.clone() } == *other
    }

    /// Reads all stations of `file`; their names must differ, and their mounts.
    pub(super) fn read_all(file: &mut Section, shelf: &Shelf) -> Vec<Self> {
        let (mut taken, mut pushed, mut mounts) = (HashMap::new(), HashMap::new(), Vec::new());
        let stations = file.repeated("stations", |section| {
            section.require("name", "a name such as \"techno\"");
            let name = section.text_as("name", plain_name);
            let is_new =
                name.as_ref().is_some_and(|name| !note_if_taken(section, "name", name, &mut taken));
            let mut placed = Vec::new();
            let station = Self::read(section, name, shelf, &mut placed, &mut pushed);
            // Of two with one name the mounts are one, too.
            if is_new {
                mounts.extend(placed);
            }
            station
        });
        mount::check(file.reading, &mounts);
        stations.into_iter().flatten().collect()
    }

    /// Reads the rest of a station; `None` if it lacks a name or a theme, which is then a problem.
    fn read(
        section: &mut Section,
        name: Option<String>,
        shelf: &Shelf,
        mounts: &mut Vec<Placed>,
        pushed: &mut HashMap<String, usize>,
    ) -> Option<Self> {
        section.require("theme", "the name of a theme");
        let theme = section.text_as("theme", |name| shelf.theme(name));
        let title = section.text_as("title", |text| one_line(text, 100));
        let description = section.text_as("description", |text| one_line(text, 200));
        let genre = section.text_as("genre", |text| one_line(text, 100));
        let mut bitrate = Kbps::DEFAULT;
        set(&mut bitrate, section.whole_as("bitrate_kbps"));
        let mut soundfont = shelf.soundfont.clone();
        let base_dir = section.reading.base_dir;
        set(
            &mut soundfont,
            section.text_as("soundfont", |text| AssetRef::soundfont(text, base_dir)),
        );
        let mut form = Form::default();
        set(&mut form, section.parsed("form"));
        let mut energy = 0.5;
        set(&mut energy, section.number("energy", 0.0..=1.0));
        let mut loudness = Lufs::DEFAULT;
        set(&mut loudness, section.number("loudness_lufs", -30.0..=-9.0).map(Lufs));
        *mounts =
            Mount::read_all(section, name.as_deref().unwrap_or_default(), Coding::Mp3(bitrate));
        let record = section.flag("record").unwrap_or(true);
        let playlists = section.repeated("playlists", Playlist::read);
        let public = section.flag("public").unwrap_or(false);
        let paths: Vec<_> = mounts.iter().map(|placed| placed.mount.path.as_str()).collect();
        let push = section.repeated("push", |section| {
            let push = Push::read(section, &paths)?;
            // Two sources of one mount would throw each other out for ever.
            note_if_taken(section, "url", &push.server.to_string(), pushed);
            Some(push)
        });
        let (name, theme) = (name?, theme?);
        Some(Self {
            title: title.unwrap_or_else(|| name.clone()),
            description: description.unwrap_or_default(),
            genre: genre.unwrap_or_else(|| theme.name.clone()),
            name,
            mounts: mounts.iter().map(|placed| placed.mount.clone()).collect(),
            soundfont,
            theme,
            form,
            energy,
            loudness,
            record,
            playlists: playlists.into_iter().flatten().collect(),
            public,
            push: push.into_iter().flatten().collect(),
        })
    }
}

impl Shelf {
    fn theme(&self, name: &str) -> Result<Arc<Theme>, String> {
        let theme = self.themes.iter().find(|theme| theme.name == name);
        theme.cloned().ok_or_else(|| {
            let names: Vec<&str> = self.themes.iter().map(|theme| theme.name.as_str()).collect();
            let expected = match names.as_slice() {
                [] => "a theme, but the file has no [themes.NAME]".to_owned(),
                names => format!("one of the themes {}", names.join(", ")),
            };
            format!("expected {expected}, found {}", quoted(name))
        })
    }
}

/// Whether another section before this one has that `value` at `key`, too.
fn note_if_taken(
    section: &Section,
    key: &'static str,
    value: &str,
    taken: &mut HashMap<String, usize>,
) -> bool {
    let line = section.line_of(key);
    match taken.entry(value.to_owned()) {
        Entry::Vacant(vacant) => {
            vacant.insert(line);
            false
        }
        Entry::Occupied(first) => {
            let fault = Fault::Taken { key, found: value.to_owned(), first_line: *first.get() };
            section.reading.note(line, fault);
            true
        }
    }
}
