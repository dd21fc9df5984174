//! All that reads the mounts besides listeners, as radio.toml wants it.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::{archive::Archive, hls::Hls};
use crate::{
    config::{Config, Station},
    stream::mount::Mount,
};

/// What follows the mounts of a radio.
pub struct Outlets {
    /// Their sound in small files.
    pub hls: Hls,
    archive: Archive,
}

impl Outlets {
    /// Nothing yet; tasks will run on `runtime`.
    pub fn on(runtime: &Handle) -> Self {
        Self { hls: Hls::on(runtime.clone()), archive: Archive::on(runtime.clone()) }
    }

    /// Ends what `config` no longer wants and begins what is new. `mounts` are those on air.
    pub fn turn_to<'a>(
        &mut self,
        config: &Config,
        mounts: impl IntoIterator<Item = (&'a Station, Arc<Mount>)>,
    ) {
        let mounts: Vec<_> = mounts.into_iter().collect();
        let named = mounts.iter().map(|(station, mount)| (station.name.as_str(), mount.clone()));
        self.hls.turn_to(&config.hls, config.state.as_deref(), named);
        self.archive.turn_to(&config.archive, mounts);
    }
}
