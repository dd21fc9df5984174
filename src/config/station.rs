//! `[[stations]]`: the stations of the radio.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use crate::{
    config::{
        assets::AssetRef,
        choice::Form,
        mount::{self, Located, Mount},
        playlist::Playlist,
        problem::Fault,
        push::Push,
        section::Section,
        text::{one_line, plain_name, quoted},
        theme::Theme,
    },
    music::bar::Part,
    stream::coding::Coding,
    units::{Kbps, Lufs},
};

/// A station.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// 1 to 40 lower-case letters, digits and hyphens; unique.
    pub name: String,
    /// The name that listeners see. Default the name.
    pub title: String,
    /// A one-line description. Default empty.
    pub description: String,
    /// The genre in station lists. Default the theme's name.
    pub genre: String,
    /// At least one mount; the first is the main one and MP3. Default one at `/NAME.mp3` with
    /// 128 kbit/s.
    pub mounts: Vec<Mount>,
    /// Its SoundFont. Default that of the file.
    pub soundfont: AssetRef,
    /// The theme that it plays.
    pub theme: Arc<Theme>,
    /// Separate pieces or one endless piece. Default pieces.
    pub form: Form,
    /// Musical density: 0 calm, 1 busiest. Default 0.5.
    pub energy: f64,
    /// Target loudness, -30 to -9 LUFS. Default -16.
    pub loudness: Lufs,
    /// Whether `[archive]` records it. Default yes.
    pub record: bool,
    /// Insert lists. Default none.
    pub playlists: Vec<Playlist>,
    /// Whether `[directory]` lists it. Default no.
    pub public: bool,
    /// Other servers that it is pushed to. Default none.
    pub push: Vec<Push>,
}

/// What stations refer to: the themes by name and the file's SoundFont.
pub(super) struct Catalogue {
    pub themes: Vec<Arc<Theme>>,
    pub soundfont: AssetRef,
}

impl Station {
    /// The main mount.
    pub fn main(&self) -> &Mount {
        &self.mounts[0]
    }

    /// The SoundFont of `part`.
    pub fn part_font(&self, part: Part) -> &AssetRef {
        self.theme.fonts[part as usize].as_ref().unwrap_or(&self.soundfont)
    }

    /// Whether each part has the same SoundFont in both.
    pub fn has_fonts_of(&self, other: &Self) -> bool {
        Part::ALL.iter().all(|&part| self.part_font(part) == other.part_font(part))
    }

    /// Whether both sound the same: only mounts, pushes, recording and descriptions may differ. The
    /// title must be equal, since titles of pieces may contain it.
    pub fn sounds_like(&self, other: &Self) -> bool {
        let Self { description, genre, mounts, record, public, push, .. } = other.clone();
        Self { description, genre, mounts, record, public, push, ..self.clone() } == *other
    }

    /// Reads all stations of `file`; names and mount paths must be unique.
    pub(super) fn read_all(file: &mut Section, catalogue: &Catalogue) -> Vec<Self> {
        let (mut taken, mut pushed, mut mounts) = (HashMap::new(), HashMap::new(), Vec::new());
        let stations = file.repeated("stations", |section| {
            section.require("name", "a name such as \"techno\"");
            let name = section.text_as("name", plain_name);
            let is_new =
                name.as_ref().is_some_and(|name| !note_if_taken(section, "name", name, &mut taken));
            let mut own = Vec::new();
            let station = Self::read(section, name, catalogue, &mut own, &mut pushed);
            // Two stations with one name also share the default mount: one mistake is enough.
            if is_new {
                mounts.extend(own);
            }
            station
        });
        mount::check(file.reading, &mounts);
        stations.into_iter().flatten().collect()
    }

    /// Reads the rest of a station; `None`, and a mistake, without a name or a theme.
    fn read(
        section: &mut Section,
        name: Option<String>,
        catalogue: &Catalogue,
        mounts: &mut Vec<Located>,
        pushed: &mut HashMap<String, usize>,
    ) -> Option<Self> {
        section.require("theme", "the name of a theme");
        let theme = section.text_as("theme", |name| catalogue.theme(name));
        let title = section.text_as("title", |text| one_line(text, 100));
        let description = section.text_as("description", |text| one_line(text, 200));
        let genre = section.text_as("genre", |text| one_line(text, 100));
        let bitrate = section.whole_of("bitrate_kbps", 0..=320).unwrap_or(Kbps::DEFAULT);
        let base_dir = section.reading.base_dir;
        let soundfont = section.text_as("soundfont", |text| AssetRef::soundfont(text, base_dir));
        let form = section.choice("form").unwrap_or_default();
        let energy = section.number("energy", 0.0..=1.0).unwrap_or(0.5);
        let loudness = section.number("loudness_lufs", -30.0..=-9.0).map_or(Lufs::DEFAULT, Lufs);
        let coding = Coding::Mp3(bitrate);
        *mounts = Mount::read_all(section, name.as_deref().unwrap_or_default(), coding);
        let record = section.flag("record").unwrap_or(true);
        let playlists = section.repeated("playlists", Playlist::read);
        let public = section.flag("public").unwrap_or(false);
        let push = read_pushes(section, mounts, pushed);
        let (name, theme) = (name?, theme?);
        Some(Self {
            title: title.unwrap_or_else(|| name.clone()),
            description: description.unwrap_or_default(),
            genre: genre.unwrap_or_else(|| theme.name.clone()),
            name,
            mounts: mounts.iter().map(|located| located.mount.clone()).collect(),
            soundfont: soundfont.unwrap_or_else(|| catalogue.soundfont.clone()),
            theme,
            form,
            energy,
            loudness,
            record,
            playlists: playlists.into_iter().flatten().collect(),
            public,
            push,
        })
    }
}

/// Reads the pushes of a station; `pushed` has the URLs of all earlier ones.
fn read_pushes(
    section: &mut Section,
    mounts: &[Located],
    pushed: &mut HashMap<String, usize>,
) -> Vec<Push> {
    let paths: Vec<_> = mounts.iter().map(|located| located.mount.path.as_str()).collect();
    let found = section.repeated("push", |section| {
        let push = Push::read(section, &paths)?;
        // Two sources of one mount would disconnect each other forever.
        note_if_taken(section, "url", &push.server.to_string(), pushed);
        Some(push)
    });
    found.into_iter().flatten().collect()
}

impl Catalogue {
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

/// Reports whether an earlier section has the same `value` at `key`.
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
