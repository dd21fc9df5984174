//! The thread that applies changes of radio.toml and of waypoint files.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use tokio::sync::watch;
use tracing::{error, info, warn};

use crate::{
    cmd::{alerts, values},
    config::{self, Config, Problems, Text, watch::Watch},
    out::sinks::{OnAir, Sinks},
    station::{
        live::LiveStation,
        radio::Radio,
        studio::{Studio, orders::ConfigOrder},
    },
    threads::{Supervisor, catch_panic},
    web::{
        site::{RefusedChange, ServedStation, Site},
        tls::Tls,
    },
};

/// Interval of checks of radio.toml and for changed waypoints.
const INTERVAL: Duration = Duration::from_millis(500);

/// A running radio that follows its radio.toml.
pub struct Reloader {
    /// Path of the configuration file, if given.
    pub path: Option<PathBuf>,
    /// Detects changes of the file.
    pub watch: Watch,
    /// The text in effect.
    pub text: Text,
    /// The configuration in effect: the text's with the values set by hand.
    pub config: Config,
    /// The moves by hand.
    pub studio: Arc<Studio>,
    /// The stations.
    pub radio: Radio,
    /// The sinks of their mounts.
    pub sinks: Sinks,
    /// Publishes the site that the server serves.
    pub sites: watch::Sender<Arc<Site>>,
    /// The certificate, if HTTPS is served.
    pub tls: Option<Arc<Tls>>,
}

impl Reloader {
    /// Applies changes and follows `orders` until the radio stops.
    pub fn follow(&mut self, orders: &Receiver<ConfigOrder>, supervisor: &Supervisor) {
        while !supervisor.is_stopping() {
            let order = match orders.recv_timeout(INTERVAL) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let is_ordered = matches!(order, Some(ConfigOrder::Reload));
            let _busy = supervisor.busy("config");
            let checked = catch_panic(|| {
                if let Some(order) = order {
                    self.obey(order);
                }
                if self.watch.is_changed() || is_ordered {
                    self.reload();
                }
                if let Some(tls) = self.tls.as_ref().filter(|_| is_ordered) {
                    tls.reload();
                }
                self.radio.reload_waypoints();
            });
            if let Err(reason) = checked {
                error!("checking for changed files failed, stations play on unchanged: {reason}");
            }
        }
    }

    /// Stops all stations and closes the sinks.
    pub fn close(self) {
        // Stations first, so that their streams end cleanly before sinks are closed.
        drop(self.radio);
        self.sinks.close();
    }

    /// Reads radio.toml and applies it.
    pub(super) fn reload(&mut self) {
        let text = config::read(self.path.as_deref());
        let loaded = text.and_then(|text| Ok((values::with_values(&text, &self.studio)?, text)));
        let is_unreadable = loaded.as_ref().is_err_and(Problems::is_unreadable);
        if is_unreadable {
            // For example for lack of file descriptors: the file is read again later.
            self.watch.forget();
        }
        let loaded = loaded.map_err(RefusedChange::from);
        let applied = loaded.and_then(|(config, text)| {
            self.radio.change_to(&config, &text.text)?;
            Ok((config, text))
        });
        let refused = match applied {
            Ok((config, text)) => {
                self.text = text;
                info!("{}: reloaded", config::source(self.path.as_deref()));
                warn_of_restart(&self.config, &config);
                self.end_sessions_of_old_passwords(&config);
                self.config = config;
                update_sinks(&mut self.sinks, &self.config, &self.radio);
                None
            }
            Err(refused) => {
                // A file that can't be read is retried, and logged once.
                let is_known = self.sites.borrow().refused.as_ref() == Some(&refused);
                if !(is_unreadable && is_known) {
                    error!("{}\nkeeping the previous configuration", refused.text);
                }
                Some(refused)
            }
        };
        let site = Site {
            stations: stations(&self.radio, &self.sinks),
            server: self.config.server.clone(),
            admin: self.config.admin.clone(),
            studio_settings: self.config.studio.clone(),
            alerts: self.config.alerts.clone(),
            disks: alerts::disks(&self.config, self.sinks.state()),
            targets: self.sinks.statuses(),
            refused,
            ..Site::clone(&self.sites.borrow())
        };
        let site = Arc::new(site);
        self.sites.send_replace(site.clone());
        site.disconnect_denied();
        self.radio.stop_ended();
    }
}

impl Reloader {
    /// Ends all sessions of the studio if `new` has other passwords, or none any more.
    fn end_sessions_of_old_passwords(&self, new: &Config) {
        if self.config.admin != new.admin || self.config.studio != new.studio {
            self.sites.borrow().studio_access.sessions.end_all();
        }
    }
}

/// Logs the changed keys that only a restart applies.
fn warn_of_restart(old: &Config, new: &Config) {
    let keys = [
        ("bind", old.server.bind != new.server.bind),
        ("[server.tls]", old.server.tls != new.server.tls),
        ("burst_bytes", old.server.burst_bytes != new.server.burst_bytes),
        ("lag_seconds", old.server.lag_seconds != new.server.lag_seconds),
        ("seed", old.seed != new.seed),
        ("state", old.state != new.state),
        ("device", old.device != new.device),
        ("precision", old.precision != new.precision),
    ];
    for (key, _) in keys.iter().filter(|(_, is_changed)| *is_changed) {
        warn!("{key} has changed: restart the radio to apply it");
    }
}

/// Starts and stops sinks as `config` says.
pub fn update_sinks(sinks: &mut Sinks, config: &Config, radio: &Radio) {
    let on_air = radio.configured_stations();
    let on_air = on_air.map(|(station, live)| OnAir {
        station,
        mounts: &live.mounts,
        history: &live.history,
    });
    sinks.update(config, on_air);
}

/// The stations as the server shows them.
pub fn stations(radio: &Radio, sinks: &Sinks) -> Vec<ServedStation> {
    let station = |live: &LiveStation| ServedStation {
        name: live.name.clone(),
        mounts: live.mounts.clone(),
        on_air: live.on_air.clone(),
        history: live.history.clone(),
        takes: live.takes.clone(),
        likes: live.likes.clone(),
        state_sender: live.state_sender.clone(),
        hls: live.mounts.iter().filter_map(|mount| sinks.hls.live(mount)).collect(),
    };
    radio.stations().map(station).collect()
}
