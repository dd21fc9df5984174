//! Whether values may replace radio.toml's, judging by their keys and files.

use std::{
    collections::BTreeMap,
    path::{Component, Path},
};

use serde_json::Value;

use crate::config::{
    keys::is_settable,
    overlay::not_settable::{NotSettable, short},
};

/// Most values in an overlay.
const MOST_VALUES: usize = 256;

/// Values by key: `tempo`, `pad.2`, `bass.gain_db`.
pub type Overlay = BTreeMap<String, Value>;

/// Checks that the keys can be set, and that there are at most 256 values.
///
/// # Errors
/// The first key that can't be set, or too many values.
pub fn check(overlay: &Overlay) -> Result<(), NotSettable> {
    if MOST_VALUES < overlay.len() {
        let expected = format!("{MOST_VALUES} values at most");
        return Err(NotSettable::value("values", &expected, &overlay.len().to_string()));
    }
    overlay.keys().try_for_each(|key| {
        let found = || NotSettable::Key { found: key.chars().take(60).collect() };
        is_settable(key).then_some(()).ok_or_else(found)
    })
}

/// Whether the value of `key` is one or several anchors.
pub fn is_anchors(key: &str) -> bool {
    key == "anchors" || key == "pad" || key.starts_with("pad.")
}

/// Checks that anchors name only files in `folder` and those `known`.
///
/// # Errors
/// The value names another file.
pub fn check_files(
    key: &str,
    value: &Value,
    known: &[&str],
    base_dir: &Path,
    folder: Option<&Path>,
) -> Result<(), NotSettable> {
    let one = std::slice::from_ref(value);
    let items = value.as_array().map_or(one, Vec::as_slice);
    for text in items.iter().filter_map(Value::as_str) {
        let path = base_dir.join(text);
        let is_plain = !path.components().any(|part| part == Component::ParentDir);
        let is_made_here = folder.is_some_and(|folder| path.starts_with(folder)) && is_plain;
        let is_number = text.split_once(':').is_some_and(|(_, n)| n.parse::<u64>().is_ok());
        if !is_number && !is_made_here && !known.contains(&text) {
            let expected = "STYLE:NUMBER, dream:NUMBER or a file made in the studio";
            return Err(NotSettable::value(key, expected, &short(value)));
        }
    }
    Ok(())
}
