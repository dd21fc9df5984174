//! A table of radio.toml, read key by key; what is wrong is noted and reading goes on.
//!
//! Each reader gives `None` for a key that is not there and for one that is wrong, so that callers
//! fall back to their default either way; a file with problems never becomes a `Config`.

use std::{cell::RefCell, fmt::Display, ops::RangeInclusive, path::Path, str::FromStr};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::problem::{Fault, Problem, nearest};

/// One reading of a file: its text, the folder that its paths start from and what is wrong so far.
pub(super) struct Reading<'a> {
    pub text: &'a str,
    pub base_dir: &'a Path,
    pub problems: RefCell<Vec<Problem>>,
}

impl Reading<'_> {
    /// Counts from 1.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
    }

    pub fn note(&self, line: usize, fault: Fault) {
        self.problems.borrow_mut().push(Problem { line, fault });
    }
}

/// A table as far as it has been read; one that the file leaves out is empty.
pub(super) struct Section<'a> {
    pub reading: &'a Reading<'a>,
    /// As the file writes it, with brackets.
    name: String,
    /// Where it begins.
    pub line: usize,
    table: Option<&'a DeTable<'a>>,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// Reads the whole file by `read`.
    pub fn root<T>(
        reading: &'a Reading<'a>,
        table: &'a DeTable<'a>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        Self::open(reading, "the file".to_owned(), Some((1, table)), read)
    }

    fn open<T>(
        reading: &'a Reading<'a>,
        name: String,
        found: Option<(usize, &'a DeTable<'a>)>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let (line, table) = found.map_or((0, None), |(line, table)| (line, Some(table)));
        let mut section = Section { reading, name, line, table, asked: Vec::new() };
        let value = read(&mut section);
        section.note_unknown_keys();
        value
    }

    /// The text of `key` as `read` understands it; its error is a sentence.
    pub fn text_as<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.value(key, |value| read(text(value)?))
    }

    /// The text of `key` as a type that is written so; its error is a sentence.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, key: &'static str) -> Option<T> {
        self.text_as(key, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// The number of `key`, whole or not.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
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
        self.value(key, |value| {
            whole_within(value, &range)
                .ok_or_else(|| sentence(&within("a whole number", &range), value))
        })
    }

    /// The whole number of `key`, which `step` divides.
    pub fn multiple<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        step: i64,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        self.value(key, |value| {
            whole_within::<i64>(value, &range)
                .filter(|number| number % step == 0)
                .and_then(|number| T::try_from(number).ok())
                .ok_or_else(|| sentence(&within(&format!("a multiple of {step}"), &range), value))
        })
    }

    /// The whole number of `key` as a type with a range of its own.
    pub fn whole_as<T: TryFrom<i64, Error: Display>>(&mut self, key: &'static str) -> Option<T> {
        self.value(key, |value| {
            let number = whole(value).ok_or_else(|| sentence("a whole number", value))?;
            T::try_from(number).map_err(|error| error.to_string())
        })
    }

    /// The number of `key` as a type with a range of its own.
    pub fn number_as<T: TryFrom<f64, Error: Display>>(&mut self, key: &'static str) -> Option<T> {
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

    /// The table of `key`, empty if the file has none.
    pub fn table<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Section<'a>) -> T) -> T {
        let found = self.find(key).and_then(|found| self.as_table(key, found));
        Section::open(self.reading, self.name_within(key), found, read)
    }

    /// The tables within the table of `key`, each with its name, which is plain.
    pub fn tables<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&str, &mut Section<'a>) -> T,
    ) -> Vec<T> {
        let Some((_, table)) = self.find(key).and_then(|found| self.as_table(key, found)) else {
            return Vec::new();
        };
        let mut values = Vec::new();
        for (name, found) in table {
            let full_name = match plain_name(name.get_ref()) {
                Ok(name) => format!("[{key}.{name}]"),
                Err(sentence) => {
                    let line = self.reading.line(name.span().start);
                    self.reading.note(line, Fault::Value { key: key.to_owned(), sentence });
                    continue;
                }
            };
            if let Some(found) = self.as_table(&full_name, found) {
                let read = |section: &mut Section<'a>| read(name.get_ref(), section);
                values.push(Section::open(self.reading, full_name, Some(found), read));
            }
        }
        values
    }

    /// The tables of the list of `key`, which is written `[[key]]`.
    pub fn repeated<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Section<'a>) -> T,
    ) -> Vec<T> {
        let name = format!("[[{key}]]");
        let Some(found) = self.find(key) else { return Vec::new() };
        let items = found.get_ref().as_array().filter(|items| !items.is_empty());
        let Some(items) = items else {
            self.note(key, sentence(&format!("tables that begin with {name}"), found.get_ref()));
            return Vec::new();
        };
        let tables = items.iter().filter_map(|item| self.as_table(key, item));
        tables
            .map(|found| Section::open(self.reading, name.clone(), Some(found), &mut read))
            .collect()
    }

    /// Says that `key`, or this section where it lacks the key, is wrong.
    pub fn note(&self, key: &str, sentence: String) {
        let line = self.line_of(key);
        self.reading.note(line, Fault::Value { key: key.to_owned(), sentence });
    }

    /// Says that this section needs `key`, unless it has it.
    pub fn require(&self, key: &'static str, expected: &'static str) {
        if !self.has(key) {
            let section = self.name.clone();
            self.reading.note(self.line, Fault::Missing { section, key, expected });
        }
    }

    /// Whether the file gives `key`.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Where `key` is, or this section where it lacks the key.
    pub fn line_of(&self, key: &str) -> usize {
        self.entry(key).map_or(self.line, |found| self.reading.line(found.span().start))
    }

    fn entry(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.get(key)
    }

    fn find(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.entry(key)
    }

    fn value<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.find(key)?;
        read(found.get_ref()).map_err(|sentence| self.note(key, sentence)).ok()
    }

    fn as_table(
        &self,
        key: &str,
        found: &'a Spanned<DeValue<'a>>,
    ) -> Option<(usize, &'a DeTable<'a>)> {
        let line = self.reading.line(found.span().start);
        let table = found.get_ref().as_table();
        if table.is_none() {
            let (key, sentence) = (key.to_owned(), sentence("a table", found.get_ref()));
            self.reading.note(line, Fault::Value { key, sentence });
        }
        table.map(|table| (line, table))
    }

    fn name_within(&self, key: &str) -> String {
        match self.name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            Some(name) => format!("[{name}.{key}]"),
            None => format!("[{key}]"),
        }
    }

    fn note_unknown_keys(&self) {
        for key in self.table.into_iter().flat_map(DeTable::keys) {
            let name: &str = key.get_ref();
            if self.asked.iter().all(|asked| *asked != name) {
                let fault = Fault::UnknownKey {
                    section: self.name.clone(),
                    key: name.to_owned(),
                    near: nearest(name, self.asked.iter().copied()).map(str::to_owned),
                    known: self.asked.clone(),
                };
                self.reading.note(self.reading.line(key.span().start), fault);
            }
        }
    }
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

fn sentence(expected: &str, value: &DeValue) -> String {
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
