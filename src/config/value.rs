//! The values of a section's keys, and the sentences about those that are wrong.
//!
//! Each reader gives `None` for a key that is not there and for one that is wrong, so that callers
//! fall back to their default either way; a file with problems never becomes a `Config`.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use serde::Serialize;
use serde_json::{Value, json};
use toml::{Spanned, de::DeValue};

use crate::config::{problem::Fault, section::Section};

impl Section<'_> {
    /// The text of `key` as `read` understands it; its error is a sentence.
    pub fn text_as<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.declare(key, || json!({ "type": "string" }));
        self.value(key, |value| read(text(value)?))
    }

    /// The text of `key` as a type that is written so; its error is a sentence.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, key: &'static str) -> Option<T> {
        self.text_as(key, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// The number of `key`, whole or not.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        self.declare(key, || limits("number", &range));
        self.value(key, |value| {
            let number = number(value).filter(|number| range.contains(number));
            number.ok_or_else(|| sentence(&within("a number", &range), value))
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
                .ok_or_else(|| sentence(&within("a whole number", &range), value))
        })
    }

    /// Whether `key` is true.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.declare(key, || json!({ "type": "boolean" }));
        self.value(key, |value| value.as_bool().ok_or_else(|| sentence("true or false", value)))
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
                    let expected = within("a list of two numbers, the smaller first,", &range);
                    Err(sentence(&expected, value))
                }
            }
        })
    }

    /// The whole numbers in the list of `key`, as many as `count` allows.
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
                sentence(&within(&many, &range), value)
            })
        })
    }

    /// The whole number of `key` as a type with a range of its own.
    pub fn whole_as<T: TryFrom<i64, Error: Display>>(&mut self, key: &'static str) -> Option<T> {
        self.declare(key, || json!({ "type": "integer" }));
        self.value(key, |value| {
            let number = whole(value).ok_or_else(|| sentence("a whole number", value))?;
            T::try_from(number).map_err(|error| error.to_string())
        })
    }

    /// The number of `key` as a type with a range of its own.
    pub fn number_as<T: TryFrom<f64, Error: Display>>(&mut self, key: &'static str) -> Option<T> {
        self.declare(key, || json!({ "type": "number" }));
        self.value(key, |value| {
            let number = number(value).ok_or_else(|| sentence("a number", value))?;
            T::try_from(number).map_err(|error| error.to_string())
        })
    }

    /// The texts in the list of `key`, as many as `count` allows, each as `read` understands it.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        count: RangeInclusive<usize>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        self.declare(key, || list_of(&count, json!({ "type": "string" })));
        let found = self.find(key)?;
        let items = found.get_ref().as_array().filter(|items| count.contains(&items.len()));
        let Some(items) = items else {
            let (least, most) = count.into_inner();
            let many = if least == most { least.to_string() } else { format!("{least} to {most}") };
            self.note(key, sentence(&format!("a list of {many} texts"), found.get_ref()));
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

/// What a schema says of a number within `range`.
fn limits<T: Serialize>(kind: &str, range: &RangeInclusive<T>) -> Value {
    json!({ "type": kind, "minimum": range.start(), "maximum": range.end() })
}

/// And of a list.
fn list_of(count: &RangeInclusive<usize>, items: Value) -> Value {
    json!({ "type": "array", "minItems": count.start(), "maxItems": count.end(), "items": items })
}

fn text<'a>(value: &'a DeValue) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| sentence("a text in quotes", value))
}

fn whole(value: &DeValue) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn whole_within<T: TryFrom<i64>>(value: &DeValue, range: &RangeInclusive<i64>) -> Option<T> {
    T::try_from(whole(value).filter(|number| range.contains(number))?).ok()
}

fn number(value: &DeValue) -> Option<f64> {
    match value {
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => whole(value).map(|number| number as f64),
    }
}

fn within<T: Display>(what: &str, range: &RangeInclusive<T>) -> String {
    format!("{what} from {} to {}", range.start(), range.end())
}

/// What was expected instead of `value`.
pub(super) fn sentence(expected: &str, value: &DeValue) -> String {
    let found = match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(claim) => claim.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(items) => format!("a list of {}", items.len()),
        DeValue::Table(_) => "a table".to_owned(),
    };
    format!("expected {expected}, found {found}")
}

/// Puts what was found, if anything was, in the place of a default.
pub(super) fn set<T>(target: &mut T, found: Option<T>) {
    if let Some(found) = found {
        *target = found;
    }
}

/// `text` if it has a line of 1 to `most` characters: it goes into headers and playlists, where a
/// line break would begin something else.
pub(super) fn one_line(text: &str, most: usize) -> Result<String, String> {
    let good = (1..=most).contains(&text.chars().count()) && !text.contains(char::is_control);
    let expected = format!("expected 1 to {most} characters on one line");
    good.then(|| text.to_owned()).ok_or_else(|| format!("{expected}, found {}", quoted(text)))
}

/// `text` if it can be a name in URLs, headers and messages.
pub(super) fn plain_name(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let expected = "expected a name of 1 to 40 small letters, digits and hyphens";
    ((1..=40).contains(&text.len()) && text.bytes().all(is_plain))
        .then(|| text.to_owned())
        .ok_or_else(|| format!("{expected}, found {}", quoted(text)))
}

/// `text` in quotes, its odd characters escaped, cut where it is too long for a message.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
