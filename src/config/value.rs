//! Typed readers for the keys of a section. Each also declares its key, with the type, range or
//! choices, for the schema.
//!
//! A reader returns `None` both for a missing key and for a wrong value, so that callers fall back to
//! their default either way: a file with mistakes never becomes a `Config`.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use serde::Serialize;
use serde_json::{Value, json};
use toml::{Spanned, de::DeValue};

use crate::config::{choice::Choice, problem::Fault, section::Section, text::expected};

impl Section<'_> {
    /// The text of `key` as parsed by `read`, whose error is a sentence.
    pub fn text_as<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.text_like(key, || json!({}), read)
    }

    /// The same; `hints` extend the type in the schema, for example with a pattern.
    pub fn text_like<T>(
        &mut self,
        key: &'static str,
        hints: impl FnOnce() -> Value,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.declare(key, || string(hints()));
        self.value(key, |value| read(text(value)?))
    }

    /// The choice that `key` names; the schema lists all choices.
    pub fn choice<T: Choice>(&mut self, key: &'static str) -> Option<T> {
        let hints = || json!({ "enum": T::words().collect::<Vec<_>>() });
        self.text_like(key, hints, T::read)
    }

    /// The text of `key` parsed by its type's `FromStr`.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, key: &'static str) -> Option<T> {
        self.text_as(key, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// The number of `key`, an integer or a float.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        self.declare(key, || limits("number", &range));
        self.value(key, |value| {
            let number = number(value).filter(|number| range.contains(number));
            number.ok_or_else(|| expected(&within("a number", &range), value))
        })
    }

    /// The whole number of `key`.
    pub fn whole<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        self.declare(key, || limits("integer", &range));
        self.value(key, |value| {
            whole_within(value, &range)
                .ok_or_else(|| expected(&within("a whole number", &range), value))
        })
    }

    /// The boolean of `key`.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.declare(key, || json!({ "type": "boolean" }));
        self.value(key, |value| value.as_bool().ok_or_else(|| expected("true or false", value)))
    }

    /// The two numbers in the list of `key`, the first not above the second.
    pub fn span(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<[f64; 2]> {
        self.declare(key, || list_of(&(2..=2), limits("number", &range)));
        self.value(key, |value| {
            let items =
                value.as_array().map(|items| items.iter().map(|item| number(item.get_ref())));
            let numbers: Option<Vec<f64>> = items.and_then(Iterator::collect);
            match numbers.as_deref() {
                Some(&[from, to]) if from <= to && range.contains(&from) && range.contains(&to) => {
                    Ok([from, to])
                }
                _ => {
                    let what = within("a list of two numbers, the smaller first,", &range);
                    Err(expected(&what, value))
                }
            }
        })
    }

    /// The whole numbers in the list of `key`, of a length within `count`.
    pub fn wholes<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        count: RangeInclusive<usize>,
        range: RangeInclusive<i64>,
    ) -> Option<Vec<T>> {
        self.declare(key, || list_of(&count, limits("integer", &range)));
        self.value(key, |value| {
            let items = value.as_array().filter(|items| count.contains(&items.len()));
            let whole = |item: &Spanned<DeValue>| whole_within(item.get_ref(), &range);
            items.and_then(|items| items.iter().map(whole).collect()).ok_or_else(|| {
                let many = format!("a list of {} to {} whole numbers", count.start(), count.end());
                expected(&within(&many, &range), value)
            })
        })
    }

    /// The whole number of `key` as a type that checks it; the schema lists those of `candidates` that
    /// the type accepts.
    pub fn whole_of<T: TryFrom<i64, Error: Display>>(
        &mut self,
        key: &'static str,
        candidates: RangeInclusive<i64>,
    ) -> Option<T> {
        self.declare(key, || {
            let accepted = candidates.filter(|&number| T::try_from(number).is_ok());
            json!({ "type": "integer", "enum": accepted.collect::<Vec<_>>() })
        });
        self.value(key, |value| {
            let number = whole(value).ok_or_else(|| expected("a whole number", value))?;
            T::try_from(number).map_err(|error| error.to_string())
        })
    }

    /// The whole number of `key`, checked by the caller; `range` is for the schema alone.
    pub fn whole_about(&mut self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        self.declare(key, || limits("integer", &range));
        self.value(key, |value| whole(value).ok_or_else(|| expected("a whole number", value)))
    }

    /// The number of `key` as a type that checks it; `range` is what the type accepts, for the schema.
    pub fn number_as<T: TryFrom<f64, Error: Display>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<f64>,
    ) -> Option<T> {
        self.declare(key, || limits("number", &range));
        self.value(key, |value| {
            let number = number(value).ok_or_else(|| expected("a number", value))?;
            T::try_from(number).map_err(|error| error.to_string())
        })
    }

    /// The texts in the list of `key`, of a length within `count`, each parsed by `read`.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        count: RangeInclusive<usize>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        self.list_like(key, count, || json!({}), read)
    }

    /// The same; `hints` extend the type of each text in the schema.
    pub fn list_like<T>(
        &mut self,
        key: &'static str,
        count: RangeInclusive<usize>,
        hints: impl FnOnce() -> Value,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        self.declare(key, || list_of(&count, string(hints())));
        let found = self.find(key)?;
        let items = found.get_ref().as_array().filter(|items| count.contains(&items.len()));
        let Some(items) = items else {
            let (least, most) = count.into_inner();
            let many = if least == most { least.to_string() } else { format!("{least} to {most}") };
            self.note(key, expected(&format!("a list of {many} texts"), found.get_ref()));
            return None;
        };
        let good: Vec<T> = items.iter().filter_map(|item| self.item(key, item, &read)).collect();
        (good.len() == items.len()).then_some(good)
    }

    fn item<T>(
        &self,
        key: &str,
        item: &Spanned<DeValue>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let note = |sentence| {
            let fault = Fault::Value { key: key.to_owned(), sentence };
            self.reading.note(self.reading.line(item.span().start), fault);
        };
        text(item.get_ref()).and_then(read).map_err(note).ok()
    }
}

/// The schema of a text.
fn string(mut hints: Value) -> Value {
    hints["type"] = "string".into();
    hints
}

/// The schema of a number within `range`.
fn limits<T: Serialize>(kind: &str, range: &RangeInclusive<T>) -> Value {
    json!({ "type": kind, "minimum": range.start(), "maximum": range.end() })
}

/// The schema of a list.
fn list_of(count: &RangeInclusive<usize>, items: Value) -> Value {
    json!({ "type": "array", "minItems": count.start(), "maxItems": count.end(), "items": items })
}

fn text<'a>(value: &'a DeValue) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| expected("a text in quotes", value))
}

fn whole(value: &DeValue) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn whole_within<T: TryFrom<i64>>(value: &DeValue, range: &RangeInclusive<i64>) -> Option<T> {
    T::try_from(whole(value).filter(|number| range.contains(number))?).ok()
}

pub(super) fn number(value: &DeValue) -> Option<f64> {
    match value {
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => whole(value).map(|number| number as f64),
    }
}

fn within<T: Display>(what: &str, range: &RangeInclusive<T>) -> String {
    format!("{what} from {} to {}", range.start(), range.end())
}

/// Replaces a default by the value that the file gives, if any.
pub(super) fn set<T>(target: &mut T, found: Option<T>) {
    if let Some(found) = found {
        *target = found;
    }
}
