//! `[[stations]]`: what listeners can choose from.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use super::{
    assets::AssetRef,
    choice::Form,
    playlist::Playlist,
    problem::Fault,
    push::Push,
    section::Section,
    theme::Theme,
    value::{one_line, plain_name, quoted, set},
};
use crate::units::{Kbps, Lufs};

/// A programme of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// Small letters, digits and hyphens, at most 40; its mount is `/NAME.mp3`.
    pub name: String,
    /// What listeners read. Default the name.
    pub title: String,
    /// A sentence about it. Default empty.
    pub description: String,
    /// What station lists file it under. Default the theme's name.
    pub genre: String,
    /// How many bits its sound takes. Default 128 kbit/s.
    pub bitrate: Kbps,
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
    /// Where listeners find it.
    pub fn mount(&self) -> String {
        format!("/{}.mp3", self.name)
    }

    /// Whether both sound alike: only where they are heard besides our own listeners may differ.
    pub fn sounds_like(&self, other: &Self) -> bool {
        let moved = Self { public: other.public, push: other.push.clone(), ..self.clone() };
        moved == *other
    }

    /// Reads all stations of `file`; names, and so mounts, must differ.
    pub(super) fn read_all(file: &mut Section, shelf: &Shelf) -> Vec<Self> {
        let mut taken = HashMap::new();
        let stations = file.repeated("stations", |section| {
            section.require("name", "a name such as \"techno\"");
            let name = section.text_as("name", plain_name);
            if let Some(name) = &name {
                note_if_taken(section, name, &mut taken);
            }
            Self::read(section, name, shelf)
        });
        stations.into_iter().flatten().collect()
    }

    /// Reads the rest of a station; `None` if it lacks a name or a theme, which is then a problem.
    fn read(section: &mut Section, name: Option<String>, shelf: &Shelf) -> Option<Self> {
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
        let record = section.flag("record").unwrap_or(true);
        let playlists = section.repeated("playlists", Playlist::read);
        let public = section.flag("public").unwrap_or(false);
        let push = section.repeated("push", Push::read);
        let (name, theme) = (name?, theme?);
        Some(Self {
            title: title.unwrap_or_else(|| name.clone()),
            description: description.unwrap_or_default(),
            genre: genre.unwrap_or_else(|| theme.name.clone()),
            name,
            bitrate,
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

fn note_if_taken(section: &Section, name: &str, taken: &mut HashMap<String, usize>) {
    let line = section.line_of("name");
    match taken.entry(name.to_owned()) {
        Entry::Vacant(vacant) => {
            vacant.insert(line);
        }
        Entry::Occupied(first) => {
            let fault =
                Fault::Taken { key: "name", found: name.to_owned(), first_line: *first.get() };
            section.reading.note(line, fault);
        }
    }
}
