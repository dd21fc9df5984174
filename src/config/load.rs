//! From a file to a `Config`, or to everything that is wrong with it.

use std::{cell::RefCell, fs, io, path::Path, sync::Arc};

use toml::de::DeTable;

use super::{
    Config,
    assets::AssetRef,
    problem::{Fault, Problem, Problems},
    section::{Reading, Section, set},
    server::Server,
    station::{Shelf, Station},
    theme::Theme,
};

/// The radio.toml that the binary carries: the default programme.
pub const BUILT_IN: &str = include_str!("../../radio.toml");

/// What the working folder's file is called.
const FILE: &str = "radio.toml";

/// Loads the file at `path`; without one, `radio.toml` in the working folder or, where there is
/// none, the built-in one. Paths in a file start from its folder.
///
/// # Errors
/// The file can't be read, or has problems; all of them.
pub fn load(path: Option<&Path>) -> Result<Config, Problems> {
    let file = path.unwrap_or(Path::new(FILE));
    match fs::read_to_string(file) {
        Ok(text) => parse(&text, &file.display().to_string(), folder(file)),
        Err(error) if path.is_none() && error.kind() == io::ErrorKind::NotFound => {
            parse(BUILT_IN, "the built-in radio.toml", Path::new(""))
        }
        Err(error) => {
            let problem = Problem { line: 0, fault: Fault::Unreadable(error.to_string()) };
            Err(Problems { file: file.display().to_string(), problems: vec![problem] })
        }
    }
}

fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

/// Reads `text`, which problems call `name` and whose paths start from `base_dir`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str, name: &str, base_dir: &Path) -> Result<Config, Problems> {
    let reading = Reading { text, base_dir, problems: RefCell::default() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let line = error.span().map_or(0, |span| reading.line(span.start));
        reading.note(line, Fault::Syntax(error.message().to_owned()));
    }
    // What a broken file says is a guess: its other problems would be, too.
    let config = errors.is_empty().then(|| Section::root(&reading, table.get_ref(), read));
    let mut problems = reading.problems.into_inner();
    problems.sort_by_key(|problem| problem.line);
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(Problems { file: name.to_owned(), problems }),
    }
}

fn read(file: &mut Section) -> Config {
    let base_dir = file.reading.base_dir;
    let server = file.table("server", Server::read);
    let seed = file.whole("seed", 0..=i64::MAX);
    let mut soundfont = AssetRef::SOUNDFONT.or_file_in(base_dir);
    set(&mut soundfont, file.text_as("soundfont", |text| AssetRef::soundfont(text, base_dir)));
    let defaults = file
        .table("defaults", |section| Theme::default_in(base_dir).overridden("defaults", section));
    let themes =
        file.tables("themes", |name, section| Arc::new(defaults.clone().overridden(name, section)));
    file.require("stations", "at least one table that begins with [[stations]]");
    let shelf = Shelf { themes, soundfont };
    let stations = Station::read_all(file, &shelf);
    Config { server, seed, soundfont: shelf.soundfont, stations }
}
