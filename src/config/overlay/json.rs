//! Values of radio.toml as JSON, and back.

use serde_json::Value;
use toml_edit::{Array, Item};

use crate::config::overlay::not_settable::{NotSettable, short};

/// Most items of a list and bytes of a text.
const MOST_ITEMS: usize = 256;
const MOST_BYTES: usize = 1000;

/// `value` as TOML, for `key`.
///
/// # Errors
/// radio.toml can't hold it, or it is too long.
pub fn to_toml(key: &str, value: &Value) -> Result<toml_edit::Value, NotSettable> {
    let refused = |expected: &str| Err(NotSettable::value(key, expected, &short(value)));
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

/// The value of `item` as JSON; null for a table.
pub fn to_json(item: &Item) -> Value {
    item.as_value().map_or(Value::Null, value_to_json)
}

/// `value` as JSON; null for a table and a date.
pub fn value_to_json(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => text.value().as_str().into(),
        toml_edit::Value::Integer(number) => (*number.value()).into(),
        toml_edit::Value::Float(number) => (*number.value()).into(),
        toml_edit::Value::Boolean(flag) => (*flag.value()).into(),
        toml_edit::Value::Array(list) => list.iter().map(value_to_json).collect(),
        toml_edit::Value::Datetime(_) | toml_edit::Value::InlineTable(_) => Value::Null,
    }
}
