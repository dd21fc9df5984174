//! A radio that is killed in the middle of a piece and restarts.

use std::{collections::BTreeMap, fs, path::Path};

use crate::common::{mp3::decode, radio::Radio, recorder::Recorder};
use serde_json::Value;

/// A station at 150 bpm, a bar of which is 1.6 seconds.
fn programme(more: &str) -> String {
    format!("{more}[themes.a]\ntempo = 150\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The number of the newest of `bars`.
fn last(bars: &BTreeMap<u64, Value>) -> u64 {
    bars.last_key_value().map_or(0, |(number, _)| *number)
}

#[test]
fn a_killed_radio_continues_with_the_next_bar() {
    let radio = Radio::start_with(&programme("state = \"kept\"\n"), &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    let mut before = BTreeMap::new();
    listener.until("bar 10", || {
        before.extend(radio.bars("a"));
        last(&before) >= 10
    });
    assert!(0.02 < decode(&listener.audio));
    let folder = radio.kill();
    let kept = folder.path().join("kept");
    let heard = place(&kept).0;
    let seed = json(&kept.join("radio.seed.json"))["seed"].to_string();
    let history = fs::read_to_string(kept.join("a.history.jsonl")).unwrap();
    assert_eq!(history.lines().count(), 1, "{history}");
    assert!(before.contains_key(&heard) && heard + 3 >= last(&before), "{heard} of {before:?}");

    let again = Radio::start_in(folder, &[]);
    let whole = Radio::start_with(&programme("state = \"kept\"\n"), &["--seed", &seed]);
    let mut listener = Recorder::join(&again, "/a.mp3");
    let (mut after, mut all) = (BTreeMap::new(), BTreeMap::new());
    listener.until("six more bars, which the other radio has reached too", || {
        all.extend(whole.bars("a"));
        if last(&after) < heard + 6 {
            after.extend(again.bars("a"));
        }
        last(&after) >= heard + 6 && last(&all) >= last(&after)
    });

    let first = after.first_key_value().map(|(number, _)| *number);
    assert_eq!(first, Some(heard + 1));
    assert_eq!(after[&(heard + 1)]["title"], before[&heard]["title"]);
    assert_eq!(fs::read_to_string(kept.join("a.history.jsonl")).unwrap(), history);
    assert!(0.02 < decode(&listener.audio));
    // Apart from fallback bars, the notes are those of a radio that was not interrupted.
    let _folder = again.folder.clone();
    again.stop();
    let n_fallback = place(&kept).1 + place(&whole.kill().path().join("kept")).1;
    before.retain(|number, _| *number <= heard);
    before.extend(after);
    let n_different = n_missing(&notes(before), &notes(all));
    eprintln!("killed in bar {heard}; {n_different} bars differ, {n_fallback} fallback bars");
    assert!(n_different <= n_fallback, "{n_different}, {n_fallback}");
}

/// The bar that the state folder `kept` says is on air, and how many fallback bars came before it.
fn place(kept: &Path) -> (u64, u64) {
    let place = json(&kept.join("a.bar.json"));
    (place["bar"].as_u64().unwrap(), place["stood_in"].as_u64().unwrap())
}

/// `bars` in order, without their numbers.
fn notes(bars: BTreeMap<u64, Value>) -> Vec<Value> {
    let without_number = |mut bar: Value| {
        bar.as_object_mut().unwrap().remove("number");
        bar
    };
    bars.into_values().map(without_number).collect()
}

/// How many of `bars` are missing from `all`, which has the others in the same order.
fn n_missing(bars: &[Value], all: &[Value]) -> u64 {
    let (mut rest, mut n_missing) = (all, 0);
    for bar in bars {
        match rest.iter().position(|one| one == bar) {
            Some(index) => rest = &rest[index + 1..],
            None => n_missing += 1,
        }
    }
    n_missing
}

#[test]
fn an_invalid_state_is_logged_and_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    fs::create_dir(&kept).unwrap();
    for name in ["radio.seed.json", "a.json", "a.bar.json"] {
        fs::write(kept.join(name), "{\"version\":1,\"half of").unwrap();
    }
    fs::write(folder.path().join("radio.toml"), programme("state = \"kept\"\n")).unwrap();

    let radio = Radio::start_in(folder, &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(1);

    assert!(radio.bars("a").contains_key(&0));
    let log = radio.stop();
    for name in ["radio.seed.json", "a.json"] {
        let is_told = |line: &&str| line.contains(name) && line.contains("ignoring saved state");
        assert_eq!(log.lines().filter(is_told).count(), 1, "{log}");
    }
}

#[test]
fn a_state_folder_that_can_t_be_written_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    fs::write(folder.path().join("radio.toml"), programme("state = \"file/state\"\n")).unwrap();

    let radio = Radio::start_in(folder, &[]);
    Recorder::join(&radio, "/a.mp3").hear_seconds(1);
    let log = radio.stop();

    let is_told = |line: &&str| line.contains("state will not be saved");
    assert_eq!(log.lines().filter(is_told).count(), 1, "{log}");
}
