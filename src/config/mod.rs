//! radio.toml as checked types. Opens no model and no sound.
//!
//! The file is parsed into a tree that has the line of every value. One pass over the tree then collects
//! all mistakes, each with its line, instead of stopping at the first. A [`Config`] needs no further
//! checks: files exist, numbers are in range, names are unique.
//!
//! Missing keys: a theme inherits from `[defaults]`, `[defaults]` from [`Theme::default`]; other sections
//! have the default documented at each field.
//!
//! From low to high: `text`, `source`, `problem`, `choice`; `recorder` (collects the schema);
//! `section` and `value` (the reader); one file for each section of radio.toml; `root` (the top
//! level); `schema`; `keys` (what can be set by hand); `load`; `overlay` (values set by hand).

mod admin;
mod alerts;
mod anchor;
mod archive;
mod assets;
mod chain;
mod choice;
mod chords;
mod decoding;
mod directory;
mod dream;
mod drums;
mod hls;
mod hymns;
mod keys;
mod load;
mod macro_limits;
mod macro_reader;
mod macros;
mod mount;
mod overlay;
mod part;
mod paths;
mod personal;
mod playlist;
mod problem;
mod push;
mod recorder;
mod remote;
mod room;
mod root;
mod schema;
mod secret;
mod section;
mod server;
mod source;
mod station;
mod studio;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod theme_reader;
#[cfg(test)]
mod theme_tests;
mod upload;
mod value;
pub mod watch;

pub use self::{
    admin::Admin,
    alerts::{Alerts, Webhook},
    anchor::{Anchor, POINT_ENDING},
    archive::Archive,
    assets::AssetRef,
    choice::{Beat, Form, Player, Role, Shape, Strictness},
    chords::Chords,
    decoding::Decoding,
    directory::Directory,
    dream::{Dream, SONGS},
    drums::Drums,
    hls::Hls,
    load::{Text, load, parse, read},
    macros::{Macro, Moved},
    mount::Mount,
    overlay::{NotSettable, Overlay, Settable, difference, overlay, settable, written},
    part::{PartLimits, Register},
    playlist::{Edge, Order, Place, Playlist, TimeOfDay, When},
    problem::{Fault, Problem, Problems},
    push::Push,
    remote::Remote,
    root::Config,
    schema::schema,
    secret::Secret,
    server::{Server, Tls},
    source::{BUILT_IN, is_built_in, source},
    station::Station,
    studio::{Studio, WhoTakes},
    theme::Theme,
    upload::Upload,
};
