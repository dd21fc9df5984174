//! Records every key that the reading code asks for, as a JSON Schema.

use std::cell::RefCell;

use serde_json::{Map, Value, json};

use crate::config::source::BUILT_IN;

/// The schema of all keys asked for so far.
pub(super) struct Recorder {
    root: RefCell<Value>,
}

/// A step from a table to one within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The table of a key: `[key]`.
    Key(&'static str),
    /// Any table of a table of tables: `[key.NAME]`.
    Any,
    /// Any table of a list: `[[key]]`.
    Item,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { root: RefCell::new(object()) }
    }
}

impl Recorder {
    /// Adds `key` with the schema `of_key` to the table at `path`.
    pub fn declare(&self, path: &[Step], key: &str, mut of_key: Value) {
        if let Some(text) = description(path, key) {
            of_key["description"] = text.into();
        }
        self.within(path, |table| table["properties"][key] = of_key);
    }

    /// Marks `key` as required in the table at `path`.
    pub fn require(&self, path: &[Step], key: &str) {
        self.within(path, |table| match table["required"].as_array_mut() {
            Some(required) => required.push(key.into()),
            None => table["required"] = json!([key]),
        });
    }

    /// The schema of the whole file.
    pub fn into_schema(self) -> Value {
        self.root.into_inner()
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

/// The comment above `#key = ...` in the built-in radio.toml, in the section at `path`. Themes have
/// the keys of `[defaults]`, whose comments describe both.
fn description(path: &[Step], key: &str) -> Option<String> {
    let header = header(path)?;
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

/// The header of the section at `path` as the built-in file writes it.
fn header(path: &[Step]) -> Option<String> {
    Some(match path {
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
    })
}
