//! The studio's orders to the thread that applies radio.toml.

use tracing::info;

use crate::{
    cmd::{reload::Reloader, values},
    compose::setting::Setting,
    config::{self, Overlay, Problems},
    station::studio::{
        error::MoveError, hand::Hand, log::Version, orders::ConfigOrder, request::Request,
    },
};

impl Reloader {
    /// Carries out any order but a reload.
    pub(super) fn obey(&mut self, order: ConfigOrder) {
        // The sender may have timed out.
        match order {
            ConfigOrder::Reload => {}
            ConfigOrder::Values { station, overlay, request } => {
                self.set_values(&station, overlay, *request);
            }
            ConfigOrder::Keep { station, by, answer } => {
                let _ = answer.try_send(self.keep(&station, &by));
            }
            ConfigOrder::Difference { station, answer } => {
                let _ = answer.try_send(values::difference(&self.text, &self.studio, &station));
            }
            ConfigOrder::List { station, answer } => {
                let _ = answer.try_send(values::list(&self.text, &self.studio, &station));
            }
            ConfigOrder::Open { station, version, answer } => {
                let _ = answer.try_send(self.open(&station, &version));
            }
        }
    }

    fn set_values(&mut self, name: &str, overlay: Overlay, request: Request) {
        match values::station(&self.text, &self.studio, name, &overlay) {
            Ok(station) => {
                let known = self.config.stations.iter_mut().find(|known| known.name == name);
                if let Some(known) = known {
                    known.clone_from(&station);
                }
                self.radio.set_values(station, overlay, request);
            }
            Err(error) => {
                if let Some(answer) = request.answer {
                    let _ = answer.try_send(Err(error));
                }
            }
        }
    }

    fn keep(&mut self, name: &str, by: &str) -> Result<(), MoveError> {
        if self.studio.hand(name).overlay.is_empty() {
            return Ok(());
        }
        if config::is_built_in(self.path.as_deref()) {
            let sentence = "expected a radio.toml to write to, found the built-in stations";
            return Err(MoveError::Refused(sentence.to_owned()));
        }
        let unread = |problems: Problems| MoveError::Refused(problems.to_string());
        let text = config::read(self.path.as_deref()).map_err(unread)?;
        let path = self.path.clone().unwrap_or_else(|| text.name.clone().into());
        values::keep(&path, &text, &self.studio, name)?;
        info!(station = name, by, "kept the values set by hand");
        self.studio.enter(name, Hand::default).kept();
        self.reload();
        Ok(())
    }

    fn open(&mut self, name: &str, version: &Version) -> Result<Setting, MoveError> {
        let mut text = self.text.clone();
        if *version.settings != *self.radio.settings() {
            text.text = self.radio.text(&version.settings).ok_or_else(|| {
                let sentence = "expected the radio.toml of then in the state folder, found none";
                MoveError::Refused(sentence.to_owned())
            })?;
        }
        let station = values::station(&text, &self.studio, name, &version.overlay)?;
        self.radio.setting(&station).map_err(|error| MoveError::Refused(error.to_string()))
    }
}
