//! Everything that carries a station's sound or name beyond our own listeners, as radio.toml wants it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::{runtime::Handle, sync::watch};

use super::{
    followers::Followers,
    push::{
        self, Wish,
        status::{Status, Told},
    },
};
use crate::{
    config::{Config, Station},
    stream::mount::Mount,
};

/// All outlets of a radio; dropping it closes them.
pub struct Outlets {
    home: Option<String>,
    push: Followers<Wish>,
    told: Mutex<Vec<Told>>,
}

impl Outlets {
    /// None yet; they will run on `runtime`. `home` is the radio's page, if the world knows it.
    pub fn on(runtime: &Handle, home: Option<String>) -> Self {
        Self { home, push: Followers::on(runtime.clone()), told: Mutex::default() }
    }

    /// Opens and closes outlets so that they are those which `config` wants for `mounts`, the
    /// stations that are on air; those that it wants as before go on undisturbed.
    pub fn turn_to<'a>(
        &mut self,
        _config: &Config,
        mounts: impl Iterator<Item = (&'a Station, Arc<Mount>)>,
    ) {
        let mounts: Vec<_> = mounts.collect();
        let pushes = mounts.iter().flat_map(|(station, mount)| {
            station.push.iter().map(|push| {
                let (station, push) = (station.name.clone(), push.clone());
                (Wish { station, push, home: self.home.clone() }, mount.clone())
            })
        });
        self.push.turn_to(pushes, |wish, mount| {
            let (sender, status) = watch::channel(Status::default());
            let (station, server) = (wish.station.clone(), wish.push.server.to_string());
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.push(Told { station, server, status });
            push::follow(wish, mount, sender)
        });
    }

    /// How each push fares.
    pub fn pushes(&self) -> Vec<Told> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(Told::is_current);
        told.clone()
    }
}
