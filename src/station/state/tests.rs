use std::{fs, sync::Arc};

use super::*;
use crate::{
    compose::{
        composer::Composer,
        progress::Progress,
        steering::Steering,
        testing::{loaded, stations},
    },
    station::{
        history::PastTitle,
        shift::Shift,
        studio::log::{Line, Moment, Version},
    },
    threads::Supervisor,
};

/// The progress before each of the first `n` phrases.
fn progresses(n: u64) -> Vec<Arc<Progress>> {
    let mut composer = Composer::with(&stations()[0], loaded(), 1);
    let each = (0..n).map(|_| {
        composer.nth(3).unwrap();
        composer.before().progress.clone()
    });
    each.collect()
}

#[test]
fn the_progress_of_the_phrase_on_air_is_saved_not_of_the_one_composed() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::in_folder(folder.path(), &Supervisor::default()).unwrap();
    assert_eq!((state.seed(), state.station("a", 7)), (None, None));
    state.keep_seed(7);
    let state_sender = state.sender("a", 7);
    let progresses = progresses(3);
    for progress in &progresses {
        let (version, steering) = (Version::default(), Steering::default());
        let moment = Moment { version, steering, liked: Vec::new(), progress: progress.clone() };
        state_sender.phrase(moment, false, false);
    }
    state_sender.bar(BarOnAir { bar: 9, shift: Shift(4) });
    state_sender.title(PastTitle {
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
        title: "\"one\"".into(),
        heard: None,
    });
    drop(state);
    state_sender.bar(BarOnAir { bar: 99, shift: Shift(0) });

    let state = State::in_folder(folder.path(), &Supervisor::default()).unwrap();

    assert_eq!((state.seed(), state.station("a", 8)), (Some(7), None));
    let saved = state.station("a", 7).unwrap();
    assert_eq!(saved.progress, *progresses[1]);
    assert_eq!(saved.place, Some(BarOnAir { bar: 9, shift: Shift(4) }));
    assert_eq!(&*state.history("a").newest_first()[0].title, "\"one\"");
}

#[test]
fn broken_files_and_other_versions_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let state = State::in_folder(folder.path(), &Supervisor::default()).unwrap();
    for text in
        ["", "{}", "{\"version\":1", "{\"version\":3,\"seed\":7}", "{\"version\":1,\"seed\":-7}"]
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
fn seed_and_titles_survive_a_progress_of_the_version_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("radio.seed.json"), "{\"version\":1,\"seed\":7}").unwrap();
    fs::write(path("a.json"), "{\"version\":1,\"seed\":7,\"snapshot\":{\"bar\":4}}").unwrap();
    fs::write(path("a.bar.json"), "{\"version\":1,\"bar\":5,\"stood_in\":0}").unwrap();
    let line = "{\"at\":\"2026-01-01T00:00:00Z\",\"title\":\"x\"}\n";
    fs::write(path("a.history.jsonl"), line).unwrap();

    let state = State::in_folder(folder.path(), &Supervisor::default()).unwrap();

    assert_eq!((state.seed(), state.station("a", 7)), (Some(7), None));
    assert_eq!(state.history("a").newest_first().len(), 1);
}

#[test]
fn a_folder_in_use_is_refused_and_free_again_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let first = State::in_folder(folder.path(), &Supervisor::default()).unwrap();

    let Err(error) = State::in_folder(folder.path(), &Supervisor::default()) else {
        panic!("two radios in one folder")
    };
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");

    drop(first);
    assert!(State::in_folder(folder.path(), &Supervisor::default()).is_ok());
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_the_folder_are_not_written_through() {
    use rustix::fs::{CWD, Mode, mkfifoat};

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("foreign"), "precious").unwrap();
    for name in
        ["radio.seed.json", "radio.seed.json.partial", "a.history.jsonl", "a.bar.json.partial"]
    {
        std::os::unix::fs::symlink(path("foreign"), path(name)).unwrap();
    }
    mkfifoat(CWD, path("a.json"), Mode::RWXU).unwrap();

    let state = State::in_folder(folder.path(), &Supervisor::default()).unwrap();
    assert_eq!((state.seed(), state.station("a", 7)), (None, None));
    state.keep_seed(7);
    let sender = state.sender("a", 7);
    sender.bar(BarOnAir { bar: 9, shift: Shift(0) });
    sender.title(PastTitle {
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
        title: "one".into(),
        heard: None,
    });
    drop(state);

    assert_eq!(fs::read(path("foreign")).unwrap(), b"precious");
    assert_eq!(State::in_folder(folder.path(), &Supervisor::default()).unwrap().seed(), Some(7));
}

#[test]
fn without_a_usable_folder_nothing_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();

    let state =
        State::in_folder(&folder.path().join("file/state"), &Supervisor::default()).unwrap();

    state.keep_seed(1);
    state.sender("a", 1).bar(BarOnAir { bar: 1, shift: Shift(0) });
    assert_eq!(state.seed(), None);
}

#[test]
fn what_is_changed_by_hand_is_written_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::in_folder(folder.path(), &Supervisor::default()).unwrap();
    assert_eq!(state.hand("a"), Hand::default());
    let sender = state.sender("a", 7);
    let hand = |tempo: u32| {
        let overlay = [("tempo".to_owned(), tempo.into())].into();
        Hand { overlay, ..Hand::default() }
    };
    let line = |bar| Line::Settings {
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
        bar,
        version: Version::default(),
    };
    for n in 0..100 {
        sender.moved(line(n), hand(n as u32));
    }
    drop(state);

    let state = State::in_folder(folder.path(), &Supervisor::default()).unwrap();
    assert_eq!(state.hand("a"), hand(99));
    assert_eq!(moves::read_log(&moves::path(folder.path(), "a")).len(), 100);
}
