//! The library's sources: paths that files mention, with lines.

mod reader;
mod tokens;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// The path of a module or an item from the crate's root, without `crate`.
pub type Path = Vec<String>;

/// All files of a crate.
pub struct Sources {
    /// Files in the order in which `mod` lines declare them, depth first.
    pub files: Vec<Source>,
    modules: BTreeMap<Path, Module>,
}

/// A file.
pub struct Source {
    /// Its path, such as `src/music/note.rs`.
    pub name: String,
    /// Its module.
    pub module: Path,
    /// The paths into the crate that it contains.
    pub mentions: Vec<Mention>,
    /// Lines that spawn a thread or import a function that does, except in tests.
    pub spawns: Vec<usize>,
}

/// A path into the crate, as written in a file.
pub struct Mention {
    /// Its line.
    pub line: usize,
    /// Its target, without following re-exports.
    pub path: Path,
    /// The item of the file that contains it; none for an import.
    pub item: Option<String>,
    /// Whether only tests compile it.
    pub is_test: bool,
    /// Whether it is a `pub use` of a child in the file of its parent.
    pub is_reexport: bool,
}

/// A module, which is a file or a part of one.
#[derive(Default)]
struct Module {
    /// The index of its file.
    file: usize,
    /// The names of the modules in it that have been declared so far.
    children: BTreeSet<String>,
    /// The names of its items.
    items: BTreeSet<String>,
    /// Its imports from this crate: paths by their names here.
    imports: BTreeMap<String, Path>,
    /// The modules that it imports by `*`.
    globs: Vec<Path>,
}

impl Sources {
    /// Parses `src/lib.rs` and every file that `mod` lines reach from it; `read` returns the text of a file.
    pub fn parse(read: impl Fn(&str) -> Option<String>) -> Self {
        let mut sources = Self { files: Vec::new(), modules: BTreeMap::new() };
        sources.add(&read, "src/lib.rs".to_owned(), Vec::new(), false);
        sources
    }

    fn add(
        &mut self,
        read: &impl Fn(&str) -> Option<String>,
        name: String,
        module: Path,
        is_test: bool,
    ) {
        let text = read(&name).unwrap_or_else(|| panic!("{name} can't be read"));
        let found = reader::read(&text, &module, self.files.len(), is_test);
        self.modules.extend(found.modules);
        let (mentions, spawns) = (found.mentions, found.spawns);
        self.files.push(Source { name, module, mentions, spawns });
        for (path, is_test) in found.declared {
            let stem = format!("src/{}", path.join("/"));
            let names = [format!("{stem}.rs"), format!("{stem}/mod.rs")];
            let name = names.into_iter().find(|name| read(name).is_some());
            self.add(read, name.unwrap_or_else(|| panic!("no file for {stem}")), path, is_test);
        }
    }

    /// The definition of `path`, with re-exports followed: the index of the file, and the item unless it is
    /// the whole file. None for paths out of the crate.
    pub fn definition(&self, path: &[String]) -> Option<(usize, Option<String>)> {
        self.follow(path, 0)
    }

    fn follow(&self, path: &[String], depth: usize) -> Option<(usize, Option<String>)> {
        assert!(depth < 20, "{} leads in circles", path.join("::"));
        let mut at = Vec::new();
        for (index, name) in path.iter().enumerate() {
            let module = &self.modules[&at];
            let child = [&at[..], std::slice::from_ref(name)].concat();
            let (is_module, is_last) = (self.modules.contains_key(&child), index + 1 == path.len());
            if module.items.contains(name) && (is_last || !is_module) {
                return Some((module.file, Some(name.clone())));
            }
            if is_module {
                at = child;
                continue;
            }
            if let Some(target) = module.imports.get(name) {
                return self.follow(&[target, &path[index + 1..]].concat(), depth + 1);
            }
            let has_name = |glob: &&Path| {
                self.modules.get(*glob).is_some_and(|module| {
                    module.items.contains(name) || module.imports.contains_key(name)
                })
            };
            let glob = module.globs.iter().find(has_name)?;
            return self.follow(&[glob, &path[index..]].concat(), depth + 1);
        }
        Some((self.modules[&at].file, None))
    }

    /// The longest prefix of `path` that is a module.
    pub fn module_of<'a>(&self, path: &'a [String]) -> &'a [String] {
        let n = (0..=path.len()).rev().find(|n| self.modules.contains_key(&path[..*n]));
        &path[..n.unwrap_or_default()]
    }
}

/// Fails with `faults`, one a line.
pub fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The sources of this package.
pub fn library() -> Sources {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    Sources::parse(|name| fs::read_to_string(folder.join(name)).ok())
}

/// The sources whose files are `files`, names and texts; `src/lib.rs` declares those at the top.
pub fn parse(files: &[(&str, &str)]) -> Sources {
    let names = files.iter().filter_map(|(name, _)| name.strip_prefix("src/"));
    let top: BTreeSet<&str> = names.filter_map(|name| name.split(['/', '.']).next()).collect();
    let root = top.into_iter().fold(String::new(), |root, name| root + "pub mod " + name + ";\n");
    Sources::parse(|name| match name {
        "src/lib.rs" => Some(root.clone()),
        name => files.iter().find(|file| file.0 == name).map(|file| file.1.to_owned()),
    })
}
