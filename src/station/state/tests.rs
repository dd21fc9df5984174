use std::fs;

use super::*;
use crate::{
    compose::composer::Composer,
    config::{BUILT_IN, parse},
    station::load::library::Library,
};

/// A composer's snapshot before bar `bar`.
fn snapshots(n: u64) -> Vec<std::sync::Arc<Snapshot>> {
    let config = parse(BUILT_IN, "radio.toml", Path::new("")).unwrap();
    let mut composer = Composer::new(&config.stations[0], &mut Library::default(), 1).unwrap();
    let each = (0..n).map(|_| {
        composer.nth(3).unwrap();
        composer.before().clone()
    });
    each.collect()
}

#[test]
fn the_phrase_that_is_on_air_is_kept_and_not_the_one_that_is_composed() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::in_folder(folder.path());
    assert_eq!((state.seed(), state.station("a", 7)), (None, None));
    state.keep_seed(7);
    let notebook = state.notebook("a", 7);
    let snapshots = snapshots(3);
    for snapshot in &snapshots {
        notebook.phrase(snapshot.clone());
    }
    notebook.bar(Place { bar: 9, stood_in: 4 });
    notebook.title(Heard { at: "2026-01-01T00:00:00Z".parse().unwrap(), title: "\"one\"".into() });
    drop(state);
    notebook.bar(Place { bar: 99, stood_in: 0 });

    let state = State::in_folder(folder.path());

    assert_eq!((state.seed(), state.station("a", 8)), (Some(7), None));
    let saved = state.station("a", 7).unwrap();
    assert_eq!(saved.snapshot, *snapshots[1]);
    assert_eq!(saved.place, Some(Place { bar: 9, stood_in: 4 }));
    assert_eq!(&*state.history("a").newest_first()[0].title, "\"one\"");
}

#[test]
fn what_is_broken_or_of_another_version_is_left_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let state = State::in_folder(folder.path());
    for text in
        ["", "{}", "{\"version\":1", "{\"version\":2,\"seed\":7}", "{\"version\":1,\"seed\":-7}"]
    {
        fs::write(path("radio.seed.json"), text).unwrap();
        fs::write(path("a.json"), text).unwrap();
        assert_eq!((state.seed(), state.station("a", 7)), (None, None), "{text}");
    }
    let line = "{\"at\":\"2026-01-01T00:00:00Z\",\"title\":\"x\"}";
    fs::write(path("a.history.jsonl"), format!("{line}\nnonsense\n{line}\n{{\"at\"")).unwrap();
    assert_eq!(state.history("a").newest_first().len(), 2);
    assert_eq!(fs::read_to_string(path("a.history.jsonl")).unwrap(), format!("{line}\n{line}\n"));
}

#[test]
fn a_folder_that_can_t_be_is_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();

    let state = State::in_folder(&folder.path().join("file/state"));

    state.keep_seed(1);
    state.notebook("a", 1).bar(Place { bar: 1, stood_in: 0 });
    assert_eq!(state.seed(), None);
}
