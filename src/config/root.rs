//! The top level of radio.toml.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::json;

use crate::{
    config::{
        admin::Admin,
        alerts::Alerts,
        archive::Archive,
        assets::AssetRef,
        directory::Directory,
        hls::Hls,
        section::Section,
        server::Server,
        station::{Catalogue, Station},
        studio::Studio,
        text::one_line,
        theme::Theme,
        value::set,
    },
    musicvae::net::{device_choice::DeviceChoice, precision::Precision},
};

/// A whole radio.toml.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The HTTP server.
    pub server: Server,
    /// The accounts of the admin interface. Default none: it is off.
    pub admin: Option<Admin>,
    /// The control room. Default on.
    pub studio: Studio,
    /// The webhook for alerts. Default none.
    pub alerts: Alerts,
    /// The station directory to be listed in. Default none.
    pub directory: Directory,
    /// HTTP Live Streaming. Default off.
    pub hls: Hls,
    /// Recordings. Default none.
    pub archive: Archive,
    /// Seed of all random draws: the same seed plays the same notes. None: drawn anew at each start.
    /// Default none.
    pub seed: Option<u64>,
    /// Folder of the state that survives a restart. None: `$STATE_DIRECTORY`, if systemd sets it.
    /// Default none.
    pub state: Option<PathBuf>,
    /// The device that decodes models. Default auto: a GPU if any.
    pub device: DeviceChoice,
    /// Precision of the models' weights on the CPU. Default q8.
    pub precision: Precision,
    /// The SoundFont of stations that name none. Default `soundfonts/electropunk.sf2`.
    pub soundfont: AssetRef,
    /// At least one; names are unique.
    pub stations: Vec<Station>,
}

impl Config {
    pub(super) fn read(file: &mut Section) -> Self {
        let base_dir = file.reading.base_dir;
        let server = file.table("server", Server::read);
        let admin = file.table("admin", Admin::read);
        let studio = file.table("studio", Studio::read);
        let alerts = file.table("alerts", Alerts::read);
        let has_url = server.public_url.is_some();
        let directory = file.table("directory", |section| Directory::read(section, has_url));
        let hls = file.table("hls", Hls::read);
        let archive = file.table("archive", Archive::read);
        let seed = file.whole("seed", 0..=i64::MAX);
        let state = file.text_as("state", |text| Ok(base_dir.join(one_line(text, 200)?)));
        let device = read_device(file);
        let precision = file.choice("precision").unwrap_or_default();
        let catalogue = Catalogue { soundfont: read_soundfont(file), themes: read_themes(file) };
        file.require("stations", "at least one table that begins with [[stations]]");
        let stations = Station::read_all(file, &catalogue);
        let soundfont = catalogue.soundfont;
        Self {
            server,
            admin,
            studio,
            alerts,
            directory,
            hls,
            archive,
            seed,
            state,
            device,
            precision,
            soundfont,
            stations,
        }
    }
}

fn read_device(file: &mut Section) -> DeviceChoice {
    let hints =
        || json!({ "anyOf": [{ "enum": ["auto", "cpu"] }, { "pattern": "^cuda:[0-9]+$" }] });
    let device = file.text_like("device", hints, |text| {
        text.parse().map_err(|error: <DeviceChoice as std::str::FromStr>::Err| error.to_string())
    });
    device.unwrap_or_default()
}

fn read_soundfont(file: &mut Section) -> AssetRef {
    let base_dir = file.reading.base_dir;
    let mut soundfont = AssetRef::SOUNDFONT.or_file_in(base_dir);
    set(&mut soundfont, file.text_as("soundfont", |text| AssetRef::soundfont(text, base_dir)));
    soundfont
}

fn read_themes(file: &mut Section) -> Vec<Arc<Theme>> {
    let base_dir: &Path = file.reading.base_dir;
    let defaults = file
        .table("defaults", |section| Theme::default_in(base_dir).overridden("defaults", section));
    file.tables("themes", |name, section| Arc::new(defaults.clone().overridden(name, section)))
}
