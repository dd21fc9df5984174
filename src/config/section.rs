//! A table of radio.toml, read key by key; what is wrong is noted and reading goes on.
//!
//! A section remembers which keys it was asked for: those that nobody asked for are unknown.

use std::{cell::RefCell, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::config::{
    problem::{Fault, Problem, nearest},
    schema::{Recorder, Step},
    value::{plain_name, sentence},
};

/// One reading of a file: its text, the folder that its paths start from and what is wrong so far.
pub(super) struct Reading<'a> {
    pub text: &'a str,
    pub base_dir: &'a Path,
    pub problems: RefCell<Vec<Problem>>,
    /// Hears what is asked for, where it is not a file that is read but a schema drawn up.
    pub recorder: Option<&'a Recorder>,
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
    /// The way to it from the file's own table.
    path: Vec<Step>,
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

    /// The table of `key`, empty if the file has none.
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

    /// The tables within the table of `key`, each with its name, which is plain.
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

    /// The tables of the list of `key`, which is written `[[key]]`.
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
            self.note(key, sentence(&format!("tables that begin with {name}"), found.get_ref()));
            return Vec::new();
        };
        let tables = items.iter().filter_map(|item| self.as_table(key, item));
        tables
            .map(|found| {
                Section::open(self.reading, name.clone(), path.clone(), Some(found), &mut read)
            })
            .collect()
    }

    /// Says that `key`, or this section where it lacks the key, is wrong.
    pub fn note(&self, key: &str, sentence: String) {
        let line = self.line_of(key);
        self.reading.note(line, Fault::Value { key: key.to_owned(), sentence });
    }

    /// Says that this section needs `key`, unless it has it.
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

    /// Where `key` is, or this section where it lacks the key.
    pub fn line_of(&self, key: &str) -> usize {
        self.entry(key).map_or(self.line, |found| self.reading.line(found.span().start))
    }

    fn entry(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.get(key)
    }

    /// The value of `key`, which is from now on one that the section has.
    pub fn find(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.entry(key)
    }

    /// The value of `key` as `read` understands it; its error is a sentence.
    pub fn value<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.find(key)?;
        read(found.get_ref()).map_err(|sentence| self.note(key, sentence)).ok()
    }

    /// Tells whoever draws up a schema that this section has `key`, which is as `of_key` says.
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
