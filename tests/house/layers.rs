//! The order of the rooms (modules): each imports only from those before it, and only listed modules
//! spawn threads.

use std::collections::BTreeMap;

use crate::sources::{Mention, Source, Sources, assert_none, library, parse};

/// Rooms in groups, from the foundations to the commands. Rooms of one group don't import one another.
const GROUPS: [&[&str]; 21] = [
    &["units", "rng", "files", "threads", "interrupt", "args", "ffi"],
    &["log"],
    &["music", "stream"],
    &["art", "patterns", "sound"],
    &["musicvae"],
    &["chorale"],
    &["config"],
    &["compose", "inserts"],
    &["station"],
    &["out"],
    &["web"],
    &["lab::measure", "lab::picture", "lab::soundfont", "lab::tools"],
    &["lab::transcription"],
    &["lab::dataset"],
    &["lab::train"],
    &["lab::preview"],
    &["lab::cli"],
    &["lab::cmd"],
    &["lab"],
    &["cli"],
    &["cmd"],
];

/// The room that spawns threads.
const THREADS: &str = "station";

/// Modules elsewhere that spawn threads, and why.
const SPAWNERS: [(&str, &str); 13] = [
    ("threads", "the function that spawns them"),
    ("threads::supervisor", "the function that spawns those that are started again"),
    ("files::patience", "a disk that hangs must not hang the caller"),
    ("log", "an output that hangs must not hang the callers"),
    ("stream::fanout", "writing to thousands of sockets needs a runtime of its own"),
    ("musicvae::shared_model", "one model decodes for several stations at once"),
    ("inserts::prefetch", "a panic of a decoder must not end the station"),
    ("inserts::mix::insert", "a file is decoded while it plays"),
    ("web::tls", "a disk that hangs under a certificate must not stop connections"),
    ("lab::dataset::build", "files are read on all cores"),
    ("lab::cmd::critique::analyse", "a recording is decoded while it is measured"),
    ("cmd::serve", "radio.toml is watched beside the server"),
    ("cmd::signals", "the process ends even if all other threads hang"),
];

#[test]
fn rooms_import_only_from_rooms_before_their_own() {
    assert_none(&crossings(&library()));
}

#[test]
fn threads_are_spawned_where_the_list_says() {
    assert_none(&spawns(&library(), &SPAWNERS));
}

/// The name of the room of the path `module`; rooms of `lab` have two parts.
fn room(module: &[String]) -> String {
    let n_parts = if module.first().is_some_and(|name| name == "lab") { 2 } else { 1 };
    module.iter().take(n_parts).map(String::as_str).collect::<Vec<_>>().join("::")
}

fn group(room: &str) -> Option<usize> {
    GROUPS.iter().position(|group| group.contains(&room))
}

/// A sentence for each import that the order of the rooms forbids.
fn crossings(sources: &Sources) -> Vec<String> {
    let files = sources.files.iter().filter(|file| !file.module.is_empty());
    let of_file = |file: &Source| {
        let own = room(&file.module);
        let Some(own_group) = group(&own) else {
            return vec![format!("{}: tests/house/layers.rs does not place {own}", file.name)];
        };
        let of_mention = |mention: &Mention| {
            let other = room(sources.module_of(&mention.path));
            let fault = match group(&other) {
                _ if other == own || other.is_empty() => return None,
                None => "tests/house/layers.rs does not place",
                // Tests may use a room of their own group.
                Some(group) if group < own_group => return None,
                Some(group) if mention.is_test && group == own_group => return None,
                Some(_) => "is not before it",
            };
            Some(format!("{}:{}: {own} imports {other}, which {fault}", file.name, mention.line))
        };
        let mut faults: Vec<String> = file.mentions.iter().filter_map(of_mention).collect();
        faults.dedup();
        faults
    };
    files.flat_map(of_file).collect()
}

/// A sentence for each thread that is spawned where it may not be, and for each of `spawners` that spawns
/// none.
fn spawns(sources: &Sources, spawners: &[(&str, &str)]) -> Vec<String> {
    let files = sources.files.iter().filter(|file| room(&file.module) != THREADS);
    let spawning: BTreeMap<String, (&str, usize)> = files
        .filter_map(|file| Some((file.module.join("::"), (&*file.name, *file.spawns.first()?))))
        .collect();
    let is_listed = |module: &String| spawners.iter().any(|(listed, _)| listed == module);
    let unlisted = spawning.iter().filter(|(module, _)| !is_listed(module));
    let unlisted = unlisted.map(|(_, (name, line))| {
        format!("{name}:{line}: spawns a thread outside {THREADS} and outside the list")
    });
    let idle = spawners.iter().filter(|(listed, _)| !spawning.contains_key(*listed));
    let idle = idle.map(|(listed, _)| format!("{listed} is listed, but spawns no thread"));
    unlisted.chain(idle).collect()
}

#[test]
fn every_way_to_write_an_import_counts() {
    let crossings = |text: &str| {
        let above = ("src/web/mod.rs", "pub mod page;\npub fn serve() {}");
        let below = ("src/music/mod.rs", "pub mod note;\npub use note::Note;");
        let own = ("src/sound/mod.rs", "pub mod wav;");
        let files = [above, below, own, ("src/sound/wav.rs", text)];
        let more = [("src/web/page.rs", ""), ("src/music/note.rs", "pub struct Note;")];
        crossings(&parse(&[&files[..], &more].concat()))
    };
    let sentence = "src/sound/wav.rs:2: sound imports web, which is not before it";

    assert!(crossings("use crate::music::{Note, note};\nuse std::web;").is_empty());
    assert!(crossings("//! Unlike [crate::web].\npub(in crate::sound) fn f() {}").is_empty());
    for import in [
        "use crate::web;",
        "use crate::{music::note, web::page::*};",
        "use super::super::web as other;",
        "fn f() { crate::web::serve() }",
        "fn f(_: Vec<crate::web::Page>) {}",
        "fn f() { print!(\"{}\", crate::web::page::N) }",
        "#[arg(value_parser = crate::web::parse)] struct Args;",
        "mod inner { use super::super::super::web; }",
        "#[cfg(test)] mod tests { use crate::web; }",
    ] {
        assert_eq!(crossings(&format!("\n{import}")), [sentence], "{import}");
    }
}

#[test]
fn tests_may_import_from_their_own_group() {
    let files = |text| parse(&[("src/patterns.rs", "pub fn f() {}"), ("src/sound.rs", text)]);

    assert!(crossings(&files("#[cfg(test)] mod tests { use crate::patterns; }")).is_empty());
    assert!(crossings(&files("#[test] fn f() { crate::patterns::f() }")).is_empty());
    assert_eq!(crossings(&files("use crate::patterns;")).len(), 1);
}

#[test]
fn a_thread_that_is_not_listed_is_named_and_so_is_a_listed_one_that_is_gone() {
    let spawns = |station, out, web| {
        let files = [("src/station.rs", station), ("src/out.rs", out), ("src/web.rs", web)];
        spawns(&parse(&files), &[("web", "a reason")])
    };
    let listed = "use std::thread::Builder;";

    assert!(spawns("fn f() { std::thread::spawn(f) }", "", listed).is_empty());
    let idle = ["web is listed, but spawns no thread"];
    assert_eq!(spawns("", "", "#[test] fn f() { std::thread::spawn(f) }"), idle);
    for out in ["\nuse std::thread::{self, scope};", "\nfn f() { crate::threads::spawn(f) }"] {
        let sentence = "src/out.rs:2: spawns a thread outside station and outside the list";
        assert_eq!(spawns("", out, listed), [sentence], "{out}");
    }
}
