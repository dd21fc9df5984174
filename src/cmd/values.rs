//! Values set by hand in place of radio.toml's.

use std::{fs, path::Path};

use tracing::{info, warn};

use crate::{
    config::{self, Config, NotSettable, Overlay, Problems, Station, Text},
    files,
    station::studio::{Studio, error::MoveError, value::SettableValue},
};

/// The configuration of `text` with the values that are set in `studio`. Values that `text` no longer
/// accepts are discarded, with a warning.
///
/// # Errors
/// All mistakes in the text.
pub fn with_values(text: &Text, studio: &Studio) -> Result<Config, Problems> {
    let mut config = text.parse()?;
    for station in &mut config.stations {
        let overlay = studio.hand(&station.name).overlay;
        if overlay.is_empty() {
            continue;
        }
        match self::station(text, studio, &station.name, &overlay) {
            Ok(changed) => *station = changed,
            Err(error) => {
                warn!(station = station.name, "forgetting the values set by hand: {error}");
                studio.enter(&station.name, Default::default).forget_values();
            }
        }
    }
    Ok(config)
}

/// The station `name` of `text` with the values of `overlay`.
///
/// # Errors
/// A value is invalid.
pub fn station(
    text: &Text,
    studio: &Studio,
    name: &str,
    overlay: &Overlay,
) -> Result<Station, MoveError> {
    let config = config::overlay(text, name, overlay, studio.files().as_deref());
    let mut stations = config.map_err(move_error)?.stations.into_iter();
    let station = stations.find(|station| station.name == name);
    station.ok_or_else(|| {
        MoveError::Refused(format!("radio.toml: expected a station {name:?}, found none"))
    })
}

/// Writes the values set on the station `name` into the file at `path`, which has `text`.
///
/// # Errors
/// There is no file, or it can't be written.
pub fn keep(path: &Path, text: &Text, studio: &Studio, name: &str) -> Result<(), MoveError> {
    let overlay = studio.hand(name).overlay;
    let written = config::written(text, name, &overlay, studio.files().as_deref());
    let written = written.map_err(move_error)?;
    let refused = |error: &dyn std::fmt::Display| MoveError::Refused(error.to_string());
    // Follows a link, as an editor does.
    let path = fs::canonicalize(path).map_err(|error| refused(&error))?;
    files::write(&path, written.as_bytes()).map_err(|error| refused(&error))?;
    info!(station = name, "{}: values set by hand written", path.display());
    Ok(())
}

/// The lines of `text` that the values set on the station `name` change.
///
/// # Errors
/// `text` has no such station.
pub fn difference(text: &Text, studio: &Studio, name: &str) -> Result<String, MoveError> {
    let overlay = studio.hand(name).overlay;
    let written = config::written(text, name, &overlay, studio.files().as_deref());
    Ok(config::difference(&text.text, &written.map_err(move_error)?))
}

/// The values that can be set on the station `name`.
///
/// # Errors
/// `text` has no such station.
pub fn list(text: &Text, studio: &Studio, name: &str) -> Result<Vec<SettableValue>, MoveError> {
    let overlay = studio.hand(name).overlay;
    let settable = config::settable(text, name, &overlay).map_err(move_error)?;
    Ok(settable.into_iter().map(SettableValue::of).collect())
}

fn move_error(error: NotSettable) -> MoveError {
    match error {
        NotSettable::Value { key, expected, found } => {
            MoveError::Value { what: key, expected, found }
        }
        other => MoveError::Refused(other.to_string()),
    }
}
