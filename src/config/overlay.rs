//! Values of one station in place of radio.toml's: checked as the file is, and written into it on request.
//!
//! The values are edited into the text, comments and order kept, and the text is read as any radio.toml.
//! A theme that other stations play, too, is copied for the station first.

use std::{
    collections::BTreeMap,
    path::{Component, Path},
    sync::{Arc, LazyLock},
};

use serde_json::Value;
use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike};

use crate::config::{
    load::Text, problem::Problems, root::Config, schema::schema, source::BUILT_IN,
};

/// Keys of a station that can be set.
const OF_STATION: [&str; 3] = ["energy", "form", "loudness_lufs"];

/// Keys of a theme that can't: other files, and what takes a model to be loaded.
const FIXED: [&str; 4] = ["drums_model", "trio_model", "groove_model", "soundfont"];

/// Most values in an overlay, items of a list and bytes of a text.
const MOST_VALUES: usize = 256;
const MOST_ITEMS: usize = 256;
const MOST_BYTES: usize = 1000;

/// Corners of the pad.
const N_CORNERS: usize = 4;

/// Values by key: `tempo`, `pad.2`, `bass.gain_db`.
pub type Overlay = BTreeMap<String, Value>;

/// Why values can't take the place of radio.toml's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSettable {
    /// The key does not exist or is fixed.
    #[error(
        "{found:?}: expected a key of a theme that can be set by hand, such as tempo or bass.gain_db"
    )]
    Key {
        /// The key.
        found: String,
    },
    /// The value is not possible.
    #[error("{key}: expected {expected}, found {found}")]
    Value {
        /// The key.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// radio.toml does not have what the values belong to.
    #[error("radio.toml: expected {expected}")]
    File {
        /// What it should have.
        expected: String,
    },
    /// The values break a rule of radio.toml.
    #[error("{0}")]
    Rule(String),
}

/// A key that can be set on a station.
#[derive(Debug, Clone, PartialEq)]
pub struct Settable {
    /// The key.
    pub key: String,
    /// The JSON Schema of its value.
    pub schema: Value,
    /// The value in effect; null if it follows from others.
    pub value: Value,
}

/// The properties of a theme in the schema.
static THEME: LazyLock<Value> = LazyLock::new(|| {
    schema()["properties"]["themes"]["additionalProperties"]["properties"].clone()
});

/// The properties of a station.
static STATION: LazyLock<Value> =
    LazyLock::new(|| schema()["properties"]["stations"]["items"]["properties"].clone());

/// The defaults of the built-in file: its lines `#key = value`.
static DEFAULTS: LazyLock<DocumentMut> = LazyLock::new(|| {
    let is_key = |line: &str| line.starts_with(|c: char| c.is_ascii_lowercase());
    let lines =
        BUILT_IN.lines().map(|line| line.strip_prefix('#').filter(|l| is_key(l)).unwrap_or(line));
    let lines: Vec<&str> = lines.collect();
    let until_themes = lines.iter().take_while(|line| !line.starts_with("[themes."));
    let stations = lines.iter().skip_while(|line| **line != "[[stations]]");
    let first_station =
        stations.enumerate().take_while(|(n, line)| *n == 0 || !line.starts_with('['));
    let own = first_station.map(|(_, line)| line);
    let text = until_themes.chain(own).copied().collect::<Vec<_>>().join("\n");
    text.parse().unwrap_or_default()
});

/// The configuration of `text` in which the values of `overlay` are those of `station` alone. Files in
/// `folder` may be anchors, besides those that the station names already.
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
        return text.parse().map_err(|problems| first(&problems));
    }
    let copy = "by-hand";
    let edited = edit(text, station, overlay, folder, Some(copy))?;
    let original = edited.theme;
    let mut config = Text { text: edited.text, ..text.clone() }.parse().map_err(|p| first(&p))?;
    for found in config.stations.iter_mut().filter(|found| found.name == station) {
        Arc::make_mut(&mut found.theme).name.clone_from(&original);
        if found.genre == copy {
            found.genre.clone_from(&original);
        }
    }
    Ok(config)
}

/// The text with the values of `overlay` written into it for `station`. A theme that other stations play,
/// too, is copied under a name of its own.
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
    written.parse().map_err(|problems| first(&problems))?;
    Ok(written.text)
}

/// The lines that differ between two texts, with `-` and `+`.
pub fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // Edits are few and leave the lines around them: equal ends are enough, and unequal lines between
    // them pair off by their place.
    let n_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - n_start;
    let ends = old.iter().rev().zip(new.iter().rev());
    let n_end = ends.take(rest).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[n_start..old.len() - n_end], &new[n_start..new.len() - n_end]);
    let mut lines = Vec::new();
    if old.len() == new.len() {
        for (old, new) in old.iter().zip(new).filter(|(old, new)| old != new) {
            lines.extend([format!("-{old}"), format!("+{new}")]);
        }
    } else {
        let is_in = |line: &&&str, others: &[&str]| others.contains(*line);
        lines.extend(old.iter().filter(|line| !is_in(line, new)).map(|line| format!("-{line}")));
        lines.extend(new.iter().filter(|line| !is_in(line, old)).map(|line| format!("+{line}")));
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// The keys that can be set on `station`, with the values of `overlay` in effect.
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
    let of_station = OF_STATION.map(|key| (key.to_owned(), STATION[key].clone()));
    let mut keys: Vec<(String, Value)> = of_station.into();
    collect(&THEME, "", &mut keys);
    let value = |key: &str| {
        overlay.get(key).cloned().unwrap_or_else(|| current(&document, station, &theme, key))
    };
    let values = keys.into_iter().map(|(key, schema)| {
        let value = value(&key);
        Settable { key, schema, value }
    });
    Ok(values.collect())
}

/// A text with values edited into it, and the name of the station's theme before.
struct Edited {
    text: String,
    theme: String,
}

fn edit(
    text: &Text,
    station: &str,
    overlay: &Overlay,
    folder: Option<&Path>,
    copy: Option<&str>,
) -> Result<Edited, NotSettable> {
    check(overlay)?;
    let mut document = document(text)?;
    let theme = theme_of(&document, station)?;
    let is_shared =
        1 < stations(&document).filter(|table| name_of(*table, "theme") == theme).count();
    let own = match copy {
        Some(copy) => copy.to_owned(),
        None if is_shared => own_name(&theme, station),
        None => theme.clone(),
    };
    let lists = ["pad", "anchors"].map(|key| current(&document, station, &theme, key));
    let known: Vec<&str> =
        lists.iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
    for (key, value) in overlay.iter().filter(|(key, _)| is_anchors(key)) {
        check_files(key, value, &known, &text.base_dir, folder)?;
    }
    let pad = lists[0].clone();
    let mut table = document["themes"][theme.as_str()].clone();
    let target = table.as_table_like_mut().ok_or_else(|| missing(&format!("[themes.{theme}]")))?;
    for (key, value) in overlay.iter().filter(|(key, _)| !OF_STATION.contains(&key.as_str())) {
        set(target, key, value, &pad)?;
    }
    if own == theme {
        document["themes"][theme.as_str()] = table.clone();
    }
    let found = stations_mut(&mut document).find(|found| name_of(&**found, "name") == station);
    if let Some(found) = found {
        for (key, value) in overlay.iter().filter(|(key, _)| OF_STATION.contains(&key.as_str())) {
            put(found, key, to_toml(key, value)?);
        }
        if own != theme {
            put(found, "theme", own.as_str().into());
        }
    }
    let mut edited = document.to_string();
    if own != theme {
        let mut other = DocumentMut::new();
        other["themes"] = toml_edit::table();
        if let Some(themes) = other["themes"].as_table_mut() {
            themes.set_implicit(true);
            let mut renamed = table;
            if let Some(renamed) = renamed.as_table_mut() {
                renamed.decor_mut().clear();
            }
            themes.insert(&own, renamed);
        }
        edited = format!("{}\n\n{other}", edited.trim_end());
    }
    Ok(Edited { text: edited, theme })
}

fn document(text: &Text) -> Result<DocumentMut, NotSettable> {
    text.text
        .parse()
        .map_err(|error: toml_edit::TomlError| NotSettable::Rule(error.message().to_owned()))
}

fn missing(expected: &str) -> NotSettable {
    NotSettable::File { expected: expected.to_owned() }
}

fn first(problems: &Problems) -> NotSettable {
    let fault = problems.problems.first().map(|problem| problem.fault.to_string());
    NotSettable::Rule(fault.unwrap_or_else(|| problems.to_string()))
}

/// A name for the theme of `station` alone.
fn own_name(theme: &str, station: &str) -> String {
    const LONGEST: usize = 40;
    let mut name = format!("{theme}-of-{station}");
    name.truncate(LONGEST);
    name
}

fn stations(document: &DocumentMut) -> impl Iterator<Item = &dyn TableLike> {
    let item = document.get("stations");
    let tables = item.and_then(Item::as_array_of_tables).into_iter().flatten();
    let inline = item.and_then(Item::as_array).into_iter().flatten();
    let inline = inline.filter_map(|value| value.as_inline_table());
    tables.map(|table| table as &dyn TableLike).chain(inline.map(|table| table as &dyn TableLike))
}

fn stations_mut(document: &mut DocumentMut) -> Box<dyn Iterator<Item = &mut dyn TableLike> + '_> {
    match document.get_mut("stations") {
        Some(Item::ArrayOfTables(tables)) => {
            Box::new(tables.iter_mut().map(|table| table as &mut dyn TableLike))
        }
        Some(Item::Value(toml_edit::Value::Array(list))) => {
            let tables = list.iter_mut().filter_map(|value| value.as_inline_table_mut());
            Box::new(tables.map(|table| table as &mut dyn TableLike))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn name_of<'a>(table: &'a dyn TableLike, key: &str) -> &'a str {
    table.get(key).and_then(Item::as_str).unwrap_or_default()
}

fn theme_of(document: &DocumentMut, station: &str) -> Result<String, NotSettable> {
    let found = stations(document).find(|table| name_of(*table, "name") == station);
    let found = found.ok_or_else(|| missing(&format!("a station {station:?}")))?;
    Ok(name_of(found, "theme").to_owned())
}

/// The value of `key` in effect for `station`, whose theme is `theme`.
fn current(document: &DocumentMut, station: &str, theme: &str, key: &str) -> Value {
    if OF_STATION.contains(&key) {
        let table = stations(document).find(|table| name_of(*table, "name") == station);
        let default = DEFAULTS.get("stations").and_then(|list| list.as_array_of_tables()?.get(0));
        let found = table.and_then(|table| table.get(key)).or_else(|| default?.get(key));
        return found.map_or(Value::Null, to_json);
    }
    let of_theme = document.get("themes").and_then(|themes| themes.get(theme));
    let places = [of_theme, document.get("defaults"), DEFAULTS.get("defaults")];
    let found = places.into_iter().flatten().find_map(|place| lookup(place, key));
    found.unwrap_or(Value::Null)
}

fn lookup(place: &Item, key: &str) -> Option<Value> {
    let mut at = place;
    let mut rest = key;
    loop {
        let (step, after) = rest.split_once('.').map_or((rest, None), |(a, b)| (a, Some(b)));
        at = at.get(step)?;
        match after {
            None => return Some(to_json(at)),
            Some(after) => match (at.as_array(), after.parse::<usize>()) {
                (Some(list), Ok(index)) => return list.get(index).map(value_to_json),
                _ => rest = after,
            },
        }
    }
}

/// Adds all keys of `properties` that can be set, with their schemas.
fn collect(properties: &Value, prefix: &str, keys: &mut Vec<(String, Value)>) {
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

/// Checks that the keys can be set, and that the values are no larger than a file's.
fn check(overlay: &Overlay) -> Result<(), NotSettable> {
    if MOST_VALUES < overlay.len() {
        let expected = format!("{MOST_VALUES} values at most");
        return Err(value_error("values", &expected, &overlay.len().to_string()));
    }
    overlay.keys().try_for_each(|key| {
        let found = || NotSettable::Key { found: key.chars().take(60).collect() };
        is_settable(key).then_some(()).ok_or_else(found)
    })
}

/// Whether `key` can be set.
fn is_settable(key: &str) -> bool {
    if OF_STATION.contains(&key) {
        return true;
    }
    if let Some(corner) = key.strip_prefix("pad.") {
        return corner.len() == 1 && corner.parse::<usize>().is_ok_and(|n| n < N_CORNERS);
    }
    let mut at = &*THEME;
    let mut steps = key.split('.').peekable();
    while let Some(step) = steps.next() {
        let Some(schema) = at.get(step).filter(|_| !FIXED.contains(&step)) else { return false };
        match (&schema["properties"], steps.peek()) {
            (Value::Object(_), Some(_)) => at = &schema["properties"],
            (Value::Object(_), None) | (_, Some(_)) => return false,
            (_, None) => return true,
        }
    }
    false
}

fn is_anchors(key: &str) -> bool {
    key == "anchors" || key == "pad" || key.starts_with("pad.")
}

/// Checks that anchors name no other files than those in `folder` and those `known`.
fn check_files(
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
            return Err(value_error(key, expected, &short(value)));
        }
    }
    Ok(())
}

fn value_error(key: &str, expected: &str, found: &str) -> NotSettable {
    let text = str::to_owned;
    NotSettable::Value { key: text(key), expected: text(expected), found: text(found) }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
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
    set(inner.ok_or_else(|| missing(&format!("a table {table}")))?, rest, value, pad)
}

/// Replaces the value of `key`, with the comment and the spaces around it.
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

fn to_toml(key: &str, value: &Value) -> Result<toml_edit::Value, NotSettable> {
    let refused = |expected: &str| Err(value_error(key, expected, &short(value)));
    Ok(match value {
        Value::Bool(flag) => (*flag).into(),
        Value::String(text) if text.len() <= MOST_BYTES => text.as_str().into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(float))
                if float.is_finite() && float.fract() == 0.0 && float.abs() < 1e15 =>
            {
                (float as i64).into()
            }
            (None, Some(float)) if float.is_finite() => float.into(),
            _ => return refused("a finite number"),
        },
        Value::Array(items) if items.len() <= MOST_ITEMS => {
            let mut list = Array::new();
            for item in items {
                if item.is_array() {
                    return refused("a list without lists in it");
                }
                list.push(to_toml(key, item)?);
            }
            list.into()
        }
        Value::String(_) => return refused("a text of at most 1000 bytes"),
        Value::Array(_) => return refused("a list of at most 256 items"),
        Value::Null | Value::Object(_) => {
            return refused("a number, a text, true, false or a list of these");
        }
    })
}

fn to_json(item: &Item) -> Value {
    item.as_value().map_or(Value::Null, value_to_json)
}

fn value_to_json(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => text.value().as_str().into(),
        toml_edit::Value::Integer(number) => (*number.value()).into(),
        toml_edit::Value::Float(number) => (*number.value()).into(),
        toml_edit::Value::Boolean(flag) => (*flag.value()).into(),
        toml_edit::Value::Array(list) => list.iter().map(value_to_json).collect(),
        toml_edit::Value::Datetime(_) | toml_edit::Value::InlineTable(_) => Value::Null,
    }
}

#[cfg(test)]
mod tests;
