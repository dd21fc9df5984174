//! Values of one station that replace radio.toml's: checked like the file, and written into it on request.
//!
//! The values are edited into the text, which keeps its comments and order and is read like any radio.toml.
//! A theme that other stations also play is copied for the station first.
//!
//! From low to high: `not_settable`; `json`; `check` (keys and files); `in_effect` (what the text says);
//! `edit`; `difference`.

mod check;
mod difference;
mod edit;
mod in_effect;
mod json;
mod not_settable;

use std::{path::Path, sync::Arc};

use serde_json::Value;

pub use self::{check::Overlay, difference::difference, not_settable::NotSettable};
use self::{
    edit::edit,
    in_effect::{current, document, theme_of},
};
use crate::config::{keys::keys, load::Text, root::Config};

/// A key that can be set on a station.
#[derive(Debug, Clone, PartialEq)]
pub struct Settable {
    /// The key.
    pub key: String,
    /// The JSON Schema of its value.
    pub schema: Value,
    /// The value in effect; null if derived from others.
    pub value: Value,
}

/// The configuration of `text` with the values of `overlay` for `station` alone. Files in `folder` may be
/// anchors, besides those that the station already names.
///
/// # Errors
/// A key can't be set, or a value is not possible.
pub fn overlay(
    text: &Text,
    station: &str,
    overlay: &Overlay,
    folder: Option<&Path>,
) -> Result<Config, NotSettable> {
    if overlay.is_empty() {
        return Ok(text.parse()?);
    }
    let copy = "by-hand";
    let edited = edit(text, station, overlay, folder, Some(copy))?;
    let original = edited.theme;
    let mut config = Text { text: edited.text, ..text.clone() }.parse()?;
    for found in config.stations.iter_mut().filter(|found| found.name == station) {
        Arc::make_mut(&mut found.theme).name.clone_from(&original);
        if found.genre == copy {
            found.genre.clone_from(&original);
        }
    }
    Ok(config)
}

/// The text with the values of `overlay` written into it for `station`. A theme that other stations also
/// play is copied under a new name.
///
/// # Errors
/// As [`overlay`].
pub fn written(
    text: &Text,
    station: &str,
    overlay: &Overlay,
    folder: Option<&Path>,
) -> Result<String, NotSettable> {
    let edited = edit(text, station, overlay, folder, None)?;
    let written = Text { text: edited.text, ..text.clone() };
    written.parse()?;
    Ok(written.text)
}

/// The keys that can be set on `station`, with the values of `overlay` in effect. Those of a personal prior
/// are omitted if the theme has none.
///
/// # Errors
/// radio.toml has no such station.
pub fn settable(
    text: &Text,
    station: &str,
    overlay: &Overlay,
) -> Result<Vec<Settable>, NotSettable> {
    let document = document(text)?;
    let theme = theme_of(&document, station)?;
    let value = |key: &str| {
        overlay.get(key).cloned().unwrap_or_else(|| current(&document, station, &theme, key))
    };
    let has_prior = !current(&document, station, &theme, "prior").is_null();
    let counts = |key: &str| has_prior || !key.starts_with("personal.");
    let values = keys().iter().filter(|(key, _)| counts(key)).map(|(key, schema)| {
        let (key, schema, value) = (key.clone(), schema.clone(), value(key));
        Settable { key, schema, value }
    });
    Ok(values.collect())
}

#[cfg(test)]
mod tests;
