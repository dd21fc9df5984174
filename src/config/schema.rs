//! A JSON Schema of radio.toml for editors, drawn up by the very code that reads the file: the reader
//! is sent over an empty one and says what it asks for.

use std::{cell::RefCell, path::Path};

use serde_json::{Map, Value, json};
use toml::de::DeTable;

use crate::config::{
    load::{self, BUILT_IN},
    section::{Reading, Section},
};

/// The schema (draft 2020-12), with what radio.toml itself says of each key.
pub fn schema() -> Value {
    let recorder = Recorder::default();
    let reading = Reading {
        text: "",
        base_dir: Path::new(""),
        problems: RefCell::default(),
        recorder: Some(&recorder),
    };
    let table = DeTable::new();
    Section::root(&reading, &table, load::read);
    let mut root = recorder.root.into_inner();
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = "radio.toml of electropunk".into();
    root
}

/// What a reader asked for so far.
pub(super) struct Recorder {
    root: RefCell<Value>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { root: RefCell::new(object()) }
    }
}

/// A step from a table to one within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The table of a key.
    Key(&'static str),
    /// Any table of a table of tables.
    Any,
    /// Any table of a list.
    Item,
}

impl Recorder {
    /// The table at `path` has `key`, which is as `of_key` says.
    pub fn declare(&self, path: &[Step], key: &str, mut of_key: Value) {
        if let Some(text) = description(path, key) {
            of_key["description"] = text.into();
        }
        self.within(path, |table| table["properties"][key] = of_key);
    }

    /// The table at `path` needs `key`.
    pub fn require(&self, path: &[Step], key: &str) {
        self.within(path, |table| match table["required"].as_array_mut() {
            Some(required) => required.push(key.into()),
            None => table["required"] = json!([key]),
        });
    }

    fn within(&self, path: &[Step], change: impl FnOnce(&mut Value)) {
        let mut root = self.root.borrow_mut();
        let mut at = &mut *root;
        for step in path {
            at = match step {
                Step::Key(key) => entry(&mut at["properties"], key),
                Step::Any => {
                    let inner = entry(at, "additionalProperties");
                    if inner.is_boolean() {
                        *inner = object();
                    }
                    inner
                }
                Step::Item => {
                    at["type"] = "array".into();
                    entry(at, "items")
                }
            };
        }
        change(at);
    }
}

fn entry<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    if value[key].is_null() {
        value[key] = object();
    }
    &mut value[key]
}

fn object() -> Value {
    json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// What the built-in radio.toml says above `#key = ...` in the section that `path` leads to; themes
/// have the keys of the defaults.
fn description(path: &[Step], key: &str) -> Option<String> {
    let header = match path {
        [] => String::new(),
        [Step::Key("themes"), Step::Any] => "[defaults]".to_owned(),
        [Step::Key("themes"), Step::Any, Step::Key(part)] => format!("[defaults.{part}]"),
        [Step::Key(list), Step::Item] => format!("[[{list}]]"),
        [Step::Key(list), Step::Item, Step::Key(inner), Step::Item] => {
            format!("[[{list}.{inner}]]")
        }
        [Step::Key(table)] => format!("[{table}]"),
        [Step::Key(table), Step::Key(part)] => format!("[{table}.{part}]"),
        _ => return None,
    };
    let (mut section, mut comment) = (String::new(), Vec::new());
    for line in BUILT_IN.lines() {
        let bare = line.trim_start_matches(['#', ' ']);
        let is_key = bare.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
        if section == header && is_key && !comment.is_empty() {
            return Some(comment.join(" "));
        }
        if bare.starts_with('[') && bare.ends_with(']') {
            bare.clone_into(&mut section);
        }
        match line.strip_prefix("# ") {
            Some(text) if !text.starts_with("----") => comment.push(text.trim()),
            _ => comment.clear(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_knows_every_table_its_ranges_and_what_is_said_of_it() {
        let schema = schema();
        let tempo = &schema["properties"]["themes"]["additionalProperties"]["properties"]["tempo"];
        assert_eq!(tempo["type"], "number");
        assert!(tempo["description"].as_str().unwrap().contains("30 to 300 beats a minute"));

        let theme = &schema["properties"]["themes"]["additionalProperties"]["properties"];
        assert_eq!(theme["bass"]["properties"]["pan"]["minimum"], -1.0);
        assert_eq!(theme["pad"]["minItems"], 4);

        let station = &schema["properties"]["stations"];
        assert_eq!(station["type"], "array");
        assert_eq!(station["items"]["required"], json!(["name", "theme"]));
        assert_eq!(station["items"]["additionalProperties"], false);
    }

    #[test]
    fn every_key_of_the_built_in_file_is_in_the_schema() {
        fn check(value: &toml::Value, schema: &Value, at: &str) {
            match value {
                toml::Value::Table(table) => {
                    for (key, inner) in table {
                        let known = &schema["properties"][key];
                        let known =
                            if known.is_null() { &schema["additionalProperties"] } else { known };
                        assert!(known.is_object(), "{at}.{key}");
                        check(inner, known, &format!("{at}.{key}"));
                    }
                }
                toml::Value::Array(items) => {
                    for item in items {
                        check(item, &schema["items"], at);
                    }
                }
                _ => {}
            }
        }
        check(&toml::from_str(BUILT_IN).unwrap(), &schema(), "");
    }
}
