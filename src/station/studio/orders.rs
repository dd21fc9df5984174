//! Orders to the thread that applies radio.toml.

use std::{collections::BTreeMap, sync::mpsc::SyncSender};

use serde_json::Value;

use crate::{
    compose::setting::Setting,
    station::studio::{error::MoveError, log::Version, request::Request, value::SettableValue},
};

/// An order to the thread `config`.
pub enum ConfigOrder {
    /// Reads radio.toml, certificates and secrets again.
    Reload,
    /// Plays a station with other values.
    Values {
        /// The station.
        station: String,
        /// All values in place of radio.toml's.
        overlay: BTreeMap<String, Value>,
        /// Passed to the composer, with the change of its station added.
        request: Box<Request>,
    },
    /// Writes values into radio.toml.
    Keep {
        /// The station.
        station: String,
        /// Who asks.
        by: String,
        /// Takes the answer.
        answer: SyncSender<Result<(), MoveError>>,
    },
    /// Lists the lines of radio.toml that a station's values change.
    Difference {
        /// The station.
        station: String,
        /// Takes the lines.
        answer: SyncSender<Result<String, MoveError>>,
    },
    /// Lists the values that can be set on a station.
    List {
        /// The station.
        station: String,
        /// Takes the list.
        answer: SyncSender<Result<Vec<SettableValue>, MoveError>>,
    },
    /// Opens a version of a station.
    Open {
        /// The station.
        station: String,
        /// The values; those of an earlier radio.toml are read from the state folder.
        version: Version,
        /// Receives the setting, without steering.
        answer: SyncSender<Result<Setting, MoveError>>,
    },
}
