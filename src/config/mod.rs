//! radio.toml as checked types; opens no model and no sound.
//!
//! A file is parsed into a tree that knows the line of every value, then read in one pass that goes
//! on after a mistake: whoever edits it is told of all mistakes at once, each with its line. What
//! comes out needs no further check: paths exist, numbers are in range, names are unique.
//!
//! Keys that a file leaves out keep the value of what the section stands on: a theme on
//! `[defaults]`, `[defaults]` on [`Theme::default`], the rest on the defaults given at each field.

mod admin;
mod anchor;
mod archive;
mod assets;
mod choice;
mod chords;
mod directory;
mod hls;
mod load;
mod mount;
mod part;
mod playlist;
mod problem;
mod push;
mod remote;
mod schema;
mod secret;
mod section;
mod server;
mod station;
mod theme;
mod upload;
mod value;
pub mod watch;

pub use self::{
    admin::Admin,
    anchor::Anchor,
    archive::Archive,
    assets::AssetRef,
    choice::{Form, Shape, Strictness},
    chords::Chords,
    directory::Directory,
    hls::Hls,
    load::{BUILT_IN, load, parse, source},
    mount::Mount,
    part::{PartLimits, Register},
    playlist::{Edge, Order, Place, Playlist, TimeOfDay, When},
    problem::{Fault, Problem, Problems},
    push::Push,
    remote::Remote,
    schema::schema,
    secret::Secret,
    server::{Server, Tls},
    station::Station,
    theme::Theme,
    upload::Upload,
};

use std::path::PathBuf;

use crate::musicvae::net::{device_choice::DeviceChoice, precision::Precision};

/// A whole radio.toml.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What listeners connect to.
    pub server: Server,
    /// Who runs it from afar. Default nobody.
    pub admin: Option<Admin>,
    /// Where listeners look for stations. Default nowhere.
    pub directory: Directory,
    /// The stations in small files too. Default not.
    pub hls: Hls,
    /// What is recorded. Default nothing.
    pub archive: Archive,
    /// What everything is drawn from: the same seed replays the same programme. None: a new one is
    /// drawn at each start. Default none.
    pub seed: Option<u64>,
    /// Folder for what must survive a restart. None: systemd's, where it gives one. Default none.
    pub state: Option<PathBuf>,
    /// Decodes the models. Default auto: a GPU where there is one.
    pub device: DeviceChoice,
    /// How exact the processor keeps the models' weights. Default q8.
    pub precision: Precision,
    /// Plays the stations that name none of their own. Default `soundfonts/electropunk.sf2`.
    pub soundfont: AssetRef,
    /// At least one; names are unique.
    pub stations: Vec<Station>,
}
