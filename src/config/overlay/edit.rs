//! Values edited into the text of radio.toml, with comments and order kept.

use std::path::Path;

use serde_json::Value;
use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike};

use crate::config::{
    keys::{N_CORNERS, OF_STATION},
    load::Text,
    overlay::{
        check::{Overlay, check, check_files, is_anchors},
        in_effect::{current, document, name_of, stations, stations_mut, theme_of},
        json::to_toml,
        not_settable::NotSettable,
    },
};

/// A text with values edited into it.
pub struct Edited {
    /// The text.
    pub text: String,
    /// The station's previous theme.
    pub theme: String,
}

/// The text with the values of `overlay` edited into it for `station`. They go into a copy of the theme
/// that is called `copy`; without it into the theme itself or, if other stations play it, into a copy.
///
/// # Errors
/// A key can't be set, or `text` has no place for a value.
pub fn edit(
    text: &Text,
    station: &str,
    overlay: &Overlay,
    folder: Option<&Path>,
    copy: Option<&str>,
) -> Result<Edited, NotSettable> {
    check(overlay)?;
    let mut document = document(text)?;
    let theme = theme_of(&document, station)?;
    let [pad, anchors] = ["pad", "anchors"].map(|key| current(&document, station, &theme, key));
    let known = [&pad, &anchors].into_iter().filter_map(Value::as_array).flatten();
    let known: Vec<&str> = known.filter_map(Value::as_str).collect();
    for (key, value) in overlay.iter().filter(|(key, _)| is_anchors(key)) {
        check_files(key, value, &known, &text.base_dir, folder)?;
    }
    let mut table = document["themes"][theme.as_str()].clone();
    let missing = || NotSettable::missing(&format!("[themes.{theme}]"));
    let target = table.as_table_like_mut().ok_or_else(missing)?;
    for (key, value) in overlay.iter().filter(|(key, _)| !is_of_station(key)) {
        set(target, key, value, &pad)?;
    }
    let own = match copy {
        Some(copy) => copy.to_owned(),
        None if is_shared(&document, &theme) => own_name(&theme, station),
        None => theme.clone(),
    };
    edit_station(&mut document, station, overlay, Some(&*own).filter(|own| *own != theme))?;
    let text = if own == theme {
        document["themes"][theme.as_str()] = table;
        document.to_string()
    } else {
        format!("{}\n\n{}", document.to_string().trim_end(), theme_alone(&own, table))
    };
    Ok(Edited { text, theme })
}

/// Sets the values of `overlay` that are the station's own, and its theme if that changes.
fn edit_station(
    document: &mut DocumentMut,
    station: &str,
    overlay: &Overlay,
    theme: Option<&str>,
) -> Result<(), NotSettable> {
    let mut stations = stations_mut(document);
    let Some(found) = stations.find(|found| name_of(&**found, "name") == station) else {
        return Ok(());
    };
    for (key, value) in overlay.iter().filter(|(key, _)| is_of_station(key)) {
        put(found, key, to_toml(key, value)?);
    }
    if let Some(theme) = theme {
        put(found, "theme", theme.into());
    }
    Ok(())
}

/// A file with only the theme `name`, whose table is `table`.
fn theme_alone(name: &str, mut table: Item) -> DocumentMut {
    let mut document = DocumentMut::new();
    document["themes"] = toml_edit::table();
    if let Some(themes) = document["themes"].as_table_mut() {
        themes.set_implicit(true);
        if let Some(table) = table.as_table_mut() {
            table.decor_mut().clear();
        }
        themes.insert(name, table);
    }
    document
}

fn is_of_station(key: &str) -> bool {
    OF_STATION.contains(&key)
}

/// Whether several stations play `theme`.
fn is_shared(document: &DocumentMut, theme: &str) -> bool {
    1 < stations(document).filter(|table| name_of(*table, "theme") == theme).count()
}

/// The name of a copy of `theme` that only `station` plays.
fn own_name(theme: &str, station: &str) -> String {
    const LONGEST: usize = 40;
    let mut name = format!("{theme}-of-{station}");
    name.truncate(LONGEST);
    name
}

/// Sets `key` of a theme; `pad` has the corners in effect.
fn set(
    theme: &mut dyn TableLike,
    key: &str,
    value: &Value,
    pad: &Value,
) -> Result<(), NotSettable> {
    let new = to_toml(key, value)?;
    if let Some(corner) = key.strip_prefix("pad.") {
        let own = theme.get("pad").and_then(Item::as_array).cloned();
        let inherited = || match to_toml("pad", pad) {
            Ok(toml_edit::Value::Array(corners)) => Some(corners),
            _ => None,
        };
        let mut corners = own.or_else(inherited).unwrap_or_else(Array::new);
        let index: usize = corner.parse().unwrap_or(N_CORNERS);
        if index < corners.len() {
            corners.replace(index, new);
        }
        put(theme, "pad", corners.into());
        return Ok(());
    }
    let Some((table, rest)) = key.split_once('.') else {
        put(theme, key, new);
        return Ok(());
    };
    if !theme.contains_key(table) {
        theme.insert(table, toml_edit::value(InlineTable::new()));
    }
    let inner = theme.get_mut(table).and_then(Item::as_table_like_mut);
    set(inner.ok_or_else(|| NotSettable::missing(&format!("a table {table}")))?, rest, value, pad)
}

/// Replaces the value of `key`; keeps the comment and the spaces around it.
fn put(table: &mut dyn TableLike, key: &str, mut new: toml_edit::Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            new.decor_mut().clone_from(old.decor());
            *old = new;
        }
        None => {
            table.insert(key, Item::Value(new));
        }
    }
}
