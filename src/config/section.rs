//! A table of radio.toml, read key by key. Mistakes are collected and reading continues.
//!
//! A section records which keys were asked for; any other key in the file is unknown.

use std::{cell::RefCell, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::config::{
    problem::{Fault, Problem, nearest},
    recorder::{Recorder, Step},
    text::{expected, plain_name},
};

/// The longest unknown key that a message shows, in bytes.
const MAX_KEY: usize = 60;

/// A key that can be set by hand, such as `tempo` or `bass.gain_db`, and the JSON Schema of its value.
pub(super) type Key = (String, serde_json::Value);

/// One pass over a file: its text, the folder that its paths start from, the mistakes so far.
pub(super) struct Reading<'a> {
    /// The offset of each line's first byte, except line 1's.
    pub line_starts: Vec<usize>,
    pub base_dir: &'a Path,
    pub problems: RefCell<Vec<Problem>>,
    /// Records the keys when a schema is built instead of a file read.
    pub recorder: Option<&'a Recorder>,
    /// The keys that can be set by hand; none while a schema is built, which defines them.
    pub settable: fn() -> &'static [Key],
}

impl<'a> Reading<'a> {
    /// A pass over `text`, whose relative paths start from `base_dir`.
    pub fn of(text: &str, base_dir: &'a Path) -> Self {
        let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let line_starts = breaks.map(|(offset, _)| offset + 1).collect();
        let problems = RefCell::default();
        Self { line_starts, base_dir, problems, recorder: None, settable: || &[] }
    }

    /// The line of the byte at `offset`, from 1. Called for each mistake, so it must not scan the text.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.line_starts.partition_point(|&start| start <= offset)
    }

    pub fn note(&self, line: usize, fault: Fault) {
        self.problems.borrow_mut().push(Problem { line, fault });
    }
}

/// A table that is being read. A table that the file leaves out is empty.
pub(super) struct Section<'a> {
    pub reading: &'a Reading<'a>,
    /// As the file writes it, with brackets: `[server]`.
    name: String,
    /// The steps to it from the file's top level.
    path: Vec<Step>,
    /// The line that it begins in; 0 if the file leaves it out.
    pub line: usize,
    table: Option<&'a DeTable<'a>>,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// Reads the top level of the file with `read`.
    pub fn root<T>(
        reading: &'a Reading<'a>,
        table: &'a DeTable<'a>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        Self::open(reading, "the file".to_owned(), Vec::new(), Some((1, table)), read)
    }

    fn open<T>(
        reading: &'a Reading<'a>,
        name: String,
        path: Vec<Step>,
        found: Option<(usize, &'a DeTable<'a>)>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let (line, table) = found.map_or((0, None), |(line, table)| (line, Some(table)));
        let mut section = Section { reading, name, path, line, table, asked: Vec::new() };
        let value = read(&mut section);
        section.note_unknown_keys();
        value
    }

    /// Reads the table of `key`, which is empty if the file has none.
    pub fn table<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Section<'a>) -> T) -> T {
        let found = self.find(key).and_then(|found| self.as_table(key, found));
        Section::open(
            self.reading,
            self.name_within(key),
            self.within(&[Step::Key(key)]),
            found,
            read,
        )
    }

    /// Reads the tables within the table of `key`, each with its name (a plain name).
    pub fn tables<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&str, &mut Section<'a>) -> T,
    ) -> Vec<T> {
        let path = self.within(&[Step::Key(key), Step::Any]);
        if self.reading.recorder.is_some() {
            Section::open(self.reading, String::new(), path.clone(), None, |section| {
                read("", section)
            });
        }
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
                let path = path.clone();
                values.push(Section::open(self.reading, full_name, path, Some(found), read));
            }
        }
        values
    }

    /// Reads the tables of the list of `key`, written `[[key]]`.
    pub fn repeated<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Section<'a>) -> T,
    ) -> Vec<T> {
        let name = match self.name.strip_prefix("[[").and_then(|name| name.strip_suffix("]]")) {
            Some(outer) => format!("[[{outer}.{key}]]"),
            None => format!("[[{key}]]"),
        };
        let path = self.within(&[Step::Key(key), Step::Item]);
        if self.reading.recorder.is_some() {
            Section::open(self.reading, name.clone(), path.clone(), None, &mut read);
        }
        let Some(found) = self.find(key) else { return Vec::new() };
        let items = found.get_ref().as_array().filter(|items| !items.is_empty());
        let Some(items) = items else {
            self.note(key, expected(&format!("tables that begin with {name}"), found.get_ref()));
            return Vec::new();
        };
        let tables = items.iter().filter_map(|item| self.as_table(key, item));
        tables
            .map(|found| {
                Section::open(self.reading, name.clone(), path.clone(), Some(found), &mut read)
            })
            .collect()
    }

    /// Reports a mistake at `key`, or at this section if the file does not give the key.
    pub fn note(&self, key: &str, sentence: String) {
        let line = self.line_of(key);
        self.reading.note(line, Fault::Value { key: key.to_owned(), sentence });
    }

    /// Reports that `key` is missing, unless the file gives it.
    pub fn require(&self, key: &'static str, expected: &'static str) {
        if let Some(recorder) = self.reading.recorder {
            recorder.require(&self.path, key);
        }
        if !self.has(key) {
            let section = self.name.clone();
            self.reading.note(self.line, Fault::Missing { section, key, expected });
        }
    }

    /// Whether the file gives `key`.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The line of `key`, or of this section if the file does not give the key.
    pub fn line_of(&self, key: &str) -> usize {
        self.entry(key).map_or(self.line, |found| self.reading.line(found.span().start))
    }

    fn entry(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.get(key)
    }

    /// The value of `key`, which from now on is a known key.
    pub fn find(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.entry(key)
    }

    /// The value of `key` as parsed by `read`, whose error is a sentence.
    pub fn value<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.find(key)?;
        read(found.get_ref()).map_err(|sentence| self.note(key, sentence)).ok()
    }

    /// Declares `key` for the schema, if one is being built; `of_key` is the schema of its value.
    pub fn declare(&self, key: &str, of_key: impl FnOnce() -> serde_json::Value) {
        if let Some(recorder) = self.reading.recorder {
            recorder.declare(&self.path, key, of_key());
        }
    }

    fn within(&self, steps: &[Step]) -> Vec<Step> {
        [&self.path[..], steps].concat()
    }

    fn as_table(
        &self,
        key: &str,
        found: &'a Spanned<DeValue<'a>>,
    ) -> Option<(usize, &'a DeTable<'a>)> {
        let line = self.reading.line(found.span().start);
        let table = found.get_ref().as_table();
        if table.is_none() {
            let (key, sentence) = (key.to_owned(), expected("a table", found.get_ref()));
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
                let name = &name[..name.floor_char_boundary(MAX_KEY)];
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
