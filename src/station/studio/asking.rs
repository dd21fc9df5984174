//! Requests to the thread `config`: the values of radio.toml that can be set by hand, stations with them.

use std::{
    collections::BTreeMap,
    sync::mpsc::{self, SyncSender},
    time::Duration,
};

use crate::{
    compose::{change::Change, setting::Setting, steering::When},
    station::studio::{
        Studio,
        controls::Controls,
        error::MoveError,
        kept_desk,
        log::Version,
        moves::{Move, Receipt},
        orders::ConfigOrder,
        request::{Request, What},
        value::SettableValue,
    },
};

/// How long the thread `config` may take: it opens models.
const PATIENCE: Duration = Duration::from_secs(30);

impl Studio {
    /// The values that can be set on `station`.
    ///
    /// # Errors
    /// There is no such station.
    pub fn values(&self, station: &str) -> Result<Vec<SettableValue>, MoveError> {
        self.controls(station)?;
        self.asked_of_config(station, |station, answer| ConfigOrder::List { station, answer })
    }

    /// The lines of radio.toml that the values set on `station` would change, with `-` and `+`; empty
    /// without such values.
    ///
    /// # Errors
    /// There is no such station, or radio.toml can't be read.
    pub fn difference(&self, station: &str) -> Result<String, MoveError> {
        self.controls(station)?;
        self.asked_of_config(station, |station, answer| ConfigOrder::Difference { station, answer })
    }

    /// Writes the values set on `station` into radio.toml, and levels and sends of its desk. Waits as
    /// [`Self::make`].
    ///
    /// # Errors
    /// radio.toml can't be written, or there is none.
    pub fn keep(&self, station: &str, by: &str) -> Result<(), MoveError> {
        let controls = self.controls(station)?;
        let _turn = controls.making.lock();
        self.keep_desk(&controls, by)?;
        let by = by.to_owned();
        self.asked_of_config(station, |station, answer| ConfigOrder::Keep { station, by, answer })
    }

    /// Turns levels and sends of the desk into values, from the next phrase on; until then the desk keeps
    /// them, so that no level jumps.
    fn keep_desk(&self, controls: &Controls, by: &str) -> Result<(), MoveError> {
        let hand = controls.hand();
        let (values, kept) = kept_desk::of(&hand.desk, &self.values(&controls.name)?);
        if values.is_empty() {
            return Ok(());
        }
        let what = Move::KeepDesk { values, kept: kept.into() };
        let overlay = hand.after(&what, 0).overlay;
        let what = What::Move(what);
        let receipt = self.ask_with(controls, by, what, When::Phrase, overlay, Vec::new())?;
        controls.keep_desk(kept, receipt.bar.unwrap_or_default());
        Ok(())
    }

    /// Asks the thread `config` for the values of `overlay`, and then the composer for changes.
    pub(super) fn ask_with(
        &self,
        controls: &Controls,
        by: &str,
        what: What,
        when: When,
        overlay: BTreeMap<String, serde_json::Value>,
        changes: Vec<Change>,
    ) -> Result<Receipt, MoveError> {
        let (answer, answered) = mpsc::sync_channel(1);
        let (by, answer) = (by.to_owned(), Some(answer));
        let request = Request { by, what, when, changes, version: None, answer };
        let (station, request) = (controls.name.clone(), Box::new(request));
        self.send(&controls.name, ConfigOrder::Values { station, overlay, request })?;
        controls.wait(&answered)
    }

    pub(super) fn open(&self, station: &str, version: Version) -> Result<Setting, MoveError> {
        self.asked_of_config(station, |station, answer| ConfigOrder::Open {
            station,
            version,
            answer,
        })
    }

    /// The answer of the thread `config` to an order.
    fn asked_of_config<T>(
        &self,
        station: &str,
        order: impl FnOnce(String, SyncSender<Result<T, MoveError>>) -> ConfigOrder,
    ) -> Result<T, MoveError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(station, order(station.to_owned(), answer))?;
        answered.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(no_answer(station)))
    }

    fn send(&self, station: &str, order: ConfigOrder) -> Result<(), MoveError> {
        let config = self.config.lock();
        let sent = config.as_ref().and_then(|config| config.send(order).ok());
        sent.ok_or_else(|| no_answer(station))
    }
}

fn no_answer(station: &str) -> MoveError {
    MoveError::NoAnswer { station: station.to_owned(), seconds: PATIENCE.as_secs() }
}
