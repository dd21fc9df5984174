//! A MIDI file that an operator drops on the map is heard on air.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use super::as_console;
use crate::common::{
    midi::{BASS, MELODY, ode_to_joy},
    process::run,
    radio::Radio,
    tool::tool,
    wait::{PATIENCE, until_some},
};

/// A station with short bars, so that phrases with bass and lead come soon.
const TOML: &str = "[themes.a]\ntempo = 240\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n";

/// Part, step and pitch of each note of the file.
fn tune() -> BTreeSet<(&'static str, u64, u64)> {
    let line = |part, pitches: &'static [u8], n_steps: u64| {
        (0..).zip(pitches).map(move |(n, &pitch)| (part, n * n_steps, u64::from(pitch)))
    };
    line("lead", &MELODY, 4).chain(line("bass", &BASS, 8)).collect()
}

/// The F1 score of the onsets and pitch classes of the tune in the phrase that starts at bar `first`, in
/// the transposition that fits it best; `None` where bass or lead rest.
fn f1(radio: &Radio, first: u64) -> Option<f64> {
    let bars = until_some("a phrase is on air", || {
        let mut bars = radio.bars("a");
        (first..first + 4).map(|number| bars.remove(&number)).collect::<Option<Vec<Value>>>()
    });
    let has = |part: &str| bars.iter().all(|bar| !bar[part].as_array().unwrap().is_empty());
    if !has("lead") || !has("bass") {
        return None;
    }
    let mut played = BTreeSet::new();
    for (number, bar) in (0..).zip(&bars) {
        for part in ["lead", "bass"] {
            for note in bar[part].as_array().unwrap() {
                let step = 16 * number + note[0].as_f64().unwrap().round() as u64;
                played.insert((part, step, note[2].as_u64().unwrap() % 12));
            }
        }
    }
    let alike = |up: u64| {
        let moved = tune().into_iter().map(|(part, step, pitch)| (part, step, (pitch + up) % 12));
        moved.filter(|note| played.contains(note)).count()
    };
    let n_alike = (0..12).map(alike).max().unwrap();
    Some(2.0 * n_alike as f64 / (played.len() + tune().len()) as f64)
}

#[test]
fn a_dropped_tune_is_reached_and_heard_as_it_is() {
    let Some(mut curl) = tool("curl") else { return };
    let radio = Radio::start_with(&format!("state = \"state\"\n{TOML}"), &[]);
    let file = radio.folder().join("joy.mid");
    fs::write(&file, ode_to_joy()).unwrap();

    until_some("the station plays", || radio.bars("a").pop_first());
    let path = "/studio/api/a/anchors?transition_bars=4";
    curl.args(["--silent", "--fail-with-body", "-H", &as_console(&radio)]);
    curl.args(["-H", "Content-Type: audio/midi", "--data-binary"]);
    let answer = run(curl.arg(format!("@{}", file.display())).arg(radio.url(path)), PATIENCE);
    let receipt: Value = serde_json::from_str(&answer.stdout).expect(&answer.stdout);
    let arrival = receipt["bar"].as_u64().unwrap() + 4;

    // A stop or a fill of the arrangement may leave notes out of one phrase; three are enough.
    let phrases = (0..24).filter_map(|n| f1(&radio, arrival + 4 * n));
    let found: Vec<f64> = phrases.take(3).collect();
    println!("F1 of the onsets in the first phrases at the tune: {found:.2?}");
    assert!(found.iter().any(|f1| 0.8 < *f1), "{found:?}");
    assert!(0.7 < found.iter().sum::<f64>() / found.len() as f64, "{found:?}");
}
