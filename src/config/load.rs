//! Reads a file into a [`Config`], or into the list of its mistakes.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::{
    config::{
        keys::keys,
        problem::{Fault, Problem, Problems},
        root::Config,
        section::{Reading, Section},
        source::{BUILT_IN, BUILT_IN_NAME, FILE},
    },
    files,
};

/// The largest radio.toml in bytes; the built-in file has 41,000.
const MOST_BYTES: u64 = 1 << 20;

/// Loads the file at `path`. Without a path: `radio.toml` in the working folder, or the built-in file
/// if there is none. Relative paths in a file start from its folder.
///
/// # Errors
/// The file can't be read or has mistakes; all of them are listed.
pub fn load(path: Option<&Path>) -> Result<Config, Problems> {
    read(path)?.parse()
}

/// The text of a radio.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// The file's name in error messages.
    pub name: String,
    /// The base of its relative paths.
    pub base_dir: PathBuf,
}

impl Text {
    /// Parses the text.
    ///
    /// # Errors
    /// All mistakes in it.
    pub fn parse(&self) -> Result<Config, Problems> {
        parse(&self.text, &self.name, &self.base_dir)
    }
}

/// Reads the text that [`load`] parses.
///
/// # Errors
/// The file can't be read.
pub fn read(path: Option<&Path>) -> Result<Text, Problems> {
    let file = path.unwrap_or(Path::new(FILE));
    match files::read_small_text(file, MOST_BYTES) {
        Ok(text) => {
            let name = file.display().to_string();
            Ok(Text { text, name, base_dir: folder(file).to_owned() })
        }
        Err(error) if path.is_none() && error.is_missing() => {
            let (text, name) = (BUILT_IN.to_owned(), BUILT_IN_NAME.to_owned());
            Ok(Text { text, name, base_dir: PathBuf::new() })
        }
        Err(error) => {
            let problem = Problem { line: 0, fault: Fault::Unreadable(error.reason.to_string()) };
            Err(Problems { file: file.display().to_string(), problems: vec![problem] })
        }
    }
}

fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

/// Parses `text`. `name` is the file's name in error messages; relative paths start from `base_dir`.
///
/// # Errors
/// All mistakes in the text.
pub fn parse(text: &str, name: &str, base_dir: &Path) -> Result<Config, Problems> {
    let reading = Reading { settable: keys, ..Reading::of(text, base_dir) };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let line = error.span().map_or(0, |span| reading.line(span.start));
        reading.note(line, Fault::Syntax(error.message().to_owned()));
    }
    // After a syntax error the table is a guess, and so would be any further mistake in it.
    let config = errors.is_empty().then(|| Section::root(&reading, table.get_ref(), Config::read));
    let mut problems = reading.problems.into_inner();
    problems.sort_by_key(|problem| problem.line);
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(Problems { file: name.to_owned(), problems }),
    }
}
