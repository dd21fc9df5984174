//! Reads radio.toml: the theme of a station, and the value of a key in effect.

use std::sync::LazyLock;

use serde_json::Value;
use toml_edit::{DocumentMut, Item, TableLike};

use crate::config::{
    keys::OF_STATION,
    load::Text,
    overlay::{
        json::{to_json, value_to_json},
        not_settable::NotSettable,
    },
    source::BUILT_IN,
};

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

/// The tables of `text`.
///
/// # Errors
/// It is not TOML.
pub fn document(text: &Text) -> Result<DocumentMut, NotSettable> {
    text.text
        .parse()
        .map_err(|error: toml_edit::TomlError| NotSettable::Rule(error.message().to_owned()))
}

/// The stations, written as tables or as a list.
pub fn stations(document: &DocumentMut) -> impl Iterator<Item = &dyn TableLike> {
    let item = document.get("stations");
    let tables = item.and_then(Item::as_array_of_tables).into_iter().flatten();
    let inline = item.and_then(Item::as_array).into_iter().flatten();
    let inline = inline.filter_map(|value| value.as_inline_table());
    tables.map(|table| table as &dyn TableLike).chain(inline.map(|table| table as &dyn TableLike))
}

/// The same, to edit.
pub fn stations_mut(
    document: &mut DocumentMut,
) -> Box<dyn Iterator<Item = &mut dyn TableLike> + '_> {
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

/// The text of `key`, such as a name; empty if there is none.
pub fn name_of<'a>(table: &'a dyn TableLike, key: &str) -> &'a str {
    table.get(key).and_then(Item::as_str).unwrap_or_default()
}

/// The name of the theme of `station`.
///
/// # Errors
/// There is no such station.
pub fn theme_of(document: &DocumentMut, station: &str) -> Result<String, NotSettable> {
    let found = stations(document).find(|table| name_of(*table, "name") == station);
    let found = found.ok_or_else(|| NotSettable::missing(&format!("a station {station:?}")))?;
    Ok(name_of(found, "theme").to_owned())
}

/// The value of `key` in effect for `station`, whose theme is `theme`.
pub fn current(document: &DocumentMut, station: &str, theme: &str, key: &str) -> Value {
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
