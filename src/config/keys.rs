//! The keys that can be set by hand on a station: most of those of its theme, and three of its own.

use std::sync::LazyLock;

use serde_json::Value;

use crate::config::{schema::schema, section::Key};

/// Keys of a station that can be set.
pub(super) const OF_STATION: [&str; 3] = ["energy", "form", "loudness_lufs"];

/// Keys of a theme that can't be set: models, other files, and macros.
const FIXED: [&str; 6] =
    ["drums_model", "trio_model", "groove_model", "prior", "soundfont", "macros"];

/// Corners of the pad.
pub(super) const N_CORNERS: usize = 4;

static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let schema = schema();
    let of_station = &schema["properties"]["stations"]["items"]["properties"];
    let mut keys: Vec<Key> = OF_STATION.map(|key| (key.to_owned(), of_station[key].clone())).into();
    let of_theme = &schema["properties"]["themes"]["additionalProperties"]["properties"];
    collect(of_theme, "", &mut keys);
    keys
});

/// All keys that can be set, except the corners of the pad.
pub(super) fn keys() -> &'static [Key] {
    &KEYS
}

/// Whether `key` can be set.
pub(super) fn is_settable(key: &str) -> bool {
    if let Some(corner) = key.strip_prefix("pad.") {
        return corner.len() == 1 && corner.parse::<usize>().is_ok_and(|n| n < N_CORNERS);
    }
    keys().iter().any(|(known, _)| known == key)
}

/// Adds the settable keys of `properties`, a JSON Schema's, to `keys`; tables add their own keys after a dot.
fn collect(properties: &Value, prefix: &str, keys: &mut Vec<Key>) {
    for (key, schema) in properties.as_object().into_iter().flatten() {
        if FIXED.contains(&key.as_str()) {
            continue;
        }
        let full = format!("{prefix}{key}");
        match &schema["properties"] {
            Value::Object(_) => collect(&schema["properties"], &format!("{full}."), keys),
            _ => keys.push((full, schema.clone())),
        }
    }
}
