//! The import rule: a module imports only from groups before its own, never sideways.
//!
//! Layers that only a document knows are soon crossed. This reads the sources and names the file
//! and line of whoever does.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Modules in groups, from what everything stands on to what the user meets.
const GROUPS: [&[&str]; 18] = [
    &["units", "rng", "files", "threads", "args"],
    &["music", "stream"],
    &["patterns", "sound"],
    &["musicvae"],
    &["config"],
    &["compose", "inserts"],
    &["station"],
    &["out"],
    &["web"],
    &["lab::measure", "lab::picture", "lab::soundfont"],
    &["lab::dataset"],
    &["lab::train"],
    &["lab::preview"],
    &["lab::cli"],
    &["lab::cmd"],
    &["lab"],
    &["cli"],
    &["cmd"],
];

/// Files that only gather the modules.
const FREE: [&str; 2] = ["lib", "main"];

#[test]
fn modules_import_only_from_groups_before_their_own() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut crossings = Vec::new();
    for file in rust_files(&src) {
        let text = fs::read_to_string(&file).unwrap();
        crossings.extend(find_crossings(file.strip_prefix(&src).unwrap(), &text));
    }
    assert!(crossings.is_empty(), "\n{}", crossings.join("\n"));
}

#[test]
fn each_way_to_write_an_import_is_seen() {
    let crossings = |text| find_crossings(Path::new("sound/wav.rs"), text);

    assert!(crossings("use crate::music::note::Note;\nuse crate::{units, sound::x};").is_empty());
    assert!(crossings("//! Unlike [crate::web].\nlet x = 1; // crate::web::x").is_empty());
    assert_eq!(
        crossings("use std::fs;\nuse crate::web;"),
        ["src/sound/wav.rs:2: sound imports web, which is not in a group before its own"]
    );
    assert_eq!(crossings("use crate::{\n    music::{bar, station},\n    model::x,\n};").len(), 1);
    assert_eq!(crossings("fn f() { crate::train::fit() }").len(), 1);
    assert_eq!(crossings("pub(in crate::sound) fn f() {}").len(), 0);
    assert_eq!(
        crossings("use crate::extras::x;"),
        ["src/sound/wav.rs:1: sound imports extras, which tests/house/layers.rs does not place"]
    );
    assert!(find_crossings(Path::new("extras.rs"), "")[0].starts_with("src/extras.rs:1: "));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("src can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A sentence for each import of `file`, a path below src, that crosses the layers.
fn find_crossings(file: &Path, text: &str) -> Vec<String> {
    let first = file.components().next().expect("a file has a name");
    let own = Path::new(first.as_os_str()).with_extension("").display().to_string();
    if FREE.contains(&own.as_str()) {
        return Vec::new();
    }
    let place = |line| format!("src/{}:{line}", file.display());
    let Some(own_group) = group(&own) else {
        return vec![format!("{}: tests/house/layers.rs does not place {own}", place(1))];
    };
    let imports = imports(text).into_iter().filter(|(_, module)| *module != own);
    imports
        .filter_map(|(line, module)| match group(&module) {
            Some(group) if group < own_group => None,
            Some(_) => Some((line, module, "is not in a group before its own")),
            None => Some((line, module, "tests/house/layers.rs does not place")),
        })
        .map(|(line, module, fault)| {
            format!("{}: {own} imports {module}, which {fault}", place(line))
        })
        .collect()
}

fn group(module: &str) -> Option<usize> {
    GROUPS.iter().position(|group| group.contains(&module))
}

/// Line and first name of each path that begins with `crate::`.
fn imports(text: &str) -> Vec<(usize, String)> {
    let code: Vec<&str> =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        let start = at + prefix.len();
        if let Some(group) = code[start..].strip_prefix('{') {
            let names = names_in(group).into_iter();
            found.extend(names.map(|(offset, name)| (line(&code, start + 1 + offset), name)));
        } else {
            found.push((line(&code, at), name_at(&code[start..])));
        }
    }
    found
}

/// First names, with their offsets, of the paths in a group that has been opened.
fn names_in(group: &str) -> Vec<(usize, String)> {
    let (mut names, mut depth, mut expected) = (Vec::new(), 0, true);
    for (offset, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expected = true,
            letter if expected && letter.is_alphabetic() => {
                names.push((offset, name_at(&group[offset..])));
                expected = false;
            }
            _ => {}
        }
    }
    names
}

fn name_at(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

fn line(text: &str, offset: usize) -> usize {
    1 + text[..offset].matches('\n').count()
}
