//! Moves of values and the desk that are kept in radio.toml, survive a restart or are dropped.

use std::fs;

use serde_json::{Value, json};

use super::{MACRO, PASSWORDS, bar, get, post, radio, set_tempo, state};
use crate::common::{
    mp3::{decode, whole_frames},
    radio::Radio,
    recorder::Recorder,
    wait::until_some,
};

/// A station whose phrases last four seconds.
const FAST: &str = "[themes.a]\ntempo = 240\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n";

#[test]
fn unkept_changes_survive_a_restart_and_keep_writes_them() {
    let radio = radio();
    let path = radio.folder().join("radio.toml");
    let commented = fs::read_to_string(&path)
        .unwrap()
        .replace("tempo = 128", "# Slow enough to dance to.\ntempo = 128 # beats a minute");
    radio.save(&commented);
    set_tempo(&radio, 132);
    let folder = radio.folder.clone();
    radio.stop();

    let radio = Radio::start_in(folder, &[]);
    assert_eq!(state(&radio)["overlay"]["tempo"], 132);
    let text = get(&radio, "/studio/api/a/difference")["text"].clone();
    let text = text.as_str().unwrap();
    assert!(text.contains("-tempo = 128") && text.contains("+tempo = 132"), "{text}");
    post(&radio, "/studio/api/a/keep", "");

    let kept = fs::read_to_string(&path).unwrap();
    assert_eq!(kept, commented.replace("tempo = 128", "tempo = 132"));
    assert_eq!(state(&radio)["overlay"], json!({}));
    assert_eq!(get(&radio, "/studio/api/a/difference")["text"], "");
    let newest = until_some("a bar is on air", || Some(*radio.bars("a").last_key_value()?.0));
    assert_eq!(bar(&radio, newest + 1)["tempo_bpm"], 132.0);
}

/// The loudest sample of each chunk of `audio`.
fn peaks(audio: &[u8]) -> Vec<f32> {
    const FRAMES_PER_CHUNK: usize = 19;
    let whole = whole_frames(audio);
    whole.chunks_exact(FRAMES_PER_CHUNK).map(|frames| decode(&frames.concat())).collect()
}

#[test]
fn keep_writes_the_desk_into_radio_toml_and_the_sound_does_not_jump() {
    const SECOND: usize = 16_000;
    let radio = Radio::start_with(&format!("state = \"state\"\n{FAST}{PASSWORDS}"), &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(6);
    let loud = peaks(&listener.audio).into_iter().fold(0.0, f32::max);
    for part in ["drums", "bass", "lead", "chords"] {
        let body = format!(r#"{{"move": "desk", "part": "{part}", "fader": {{"level_db": -24}}}}"#);
        post(&radio, "/studio/api/a/moves", &body);
    }
    let gain = |radio: &Radio| {
        let values = state(radio)["values"].as_array().unwrap().clone();
        let gain = values.iter().find(|value| value["key"] == "bass.gain_db").unwrap();
        gain["value"].as_f64().unwrap()
    };
    let before = gain(&radio);
    // One quiet chunk can be a pause in the music; eight in a row are the lowered faders.
    let is_loud = |peak: &f32| 0.25 * loud < *peak;
    while peaks(&listener.audio).iter().rev().take(8).any(is_loud) {
        assert!(listener.audio.len() < 60 * SECOND, "the faders are not heard");
        listener.hear();
    }
    let n_before = peaks(&listener.audio).len();
    post(&radio, "/studio/api/a/keep", "");
    let text = fs::read_to_string(radio.folder().join("radio.toml")).unwrap();
    assert!(text.contains("gain_db"), "{text}");
    assert!((gain(&radio) - (before - 24.0)).abs() < 0.01);
    let state = state(&radio);
    assert_eq!(state["desk"]["parts"][1]["level_db"], 0.0);
    assert_eq!(state["overlay"], serde_json::json!({}));

    // Beyond the phrase from which the mix has the levels.
    listener.hear_seconds(16);
    let after = peaks(&listener.audio).split_off(n_before);
    assert!(!after.iter().any(is_loud), "{loud} {after:?}");
    let last = after[after.len() - 8..].iter().copied().fold(0.0, f32::max);
    assert!(0.01 * loud < last, "{loud} {after:?}");
}

#[test]
fn a_drop_forgets_the_values() {
    let radio = radio();
    set_tempo(&radio, 140);
    let first = post(&radio, "/studio/api/a/drop", "")["bar"].as_u64().unwrap();

    assert_eq!(state(&radio)["overlay"], json!({}));
    assert_eq!(bar(&radio, first)["tempo_bpm"], 128.0);
}

#[test]
fn a_macro_moves_several_values_in_one_step_and_keep_writes_them() {
    let radio = radio();
    let moved = |value: f64| {
        let body = format!(r#"{{"move": "macro", "name": "lift", "value": {value}}}"#);
        post(&radio, "/studio/api/a/moves", &body)["bar"].as_u64().unwrap()
    };
    assert_eq!(state(&radio)["macros"][0]["value"], Value::Null);
    let first = moved(0.5);

    assert_eq!(bar(&radio, first)["tempo_bpm"], 140.0);
    let shown = state(&radio);
    assert_eq!(shown["overlay"], json!({ "tempo": 140.0, "swing": 0.25 }));
    assert_eq!((&shown["desk"]["parts"][1]["filter"], &shown["n_undo"]), (&json!(0.5), &json!(1)));
    let knob = &shown["macros"][0];
    assert_eq!((&knob["name"], &knob["value"]), (&json!("lift"), &json!(0.5)));
    let tempo = json!({ "key": "tempo", "from": 120.0, "to": 160.0 });
    assert!(knob["moves"].as_array().unwrap().contains(&tempo), "{knob}");

    set_tempo(&radio, 150);
    assert_eq!(state(&radio)["overlay"], json!({ "tempo": 150, "swing": 0.25 }));
    moved(1.0);
    assert_eq!(state(&radio)["overlay"], json!({ "tempo": 160.0, "swing": 0.5 }));
    post(&radio, "/studio/api/a/moves", r#"{"move": "undo"}"#);
    let shown = state(&radio);
    assert_eq!(shown["overlay"], json!({ "tempo": 150, "swing": 0.25 }));
    assert_eq!((&shown["macro_values"]["lift"], &shown["n_undo"]), (&json!(0.5), &json!(2)));
    assert_eq!(shown["desk"]["parts"][1]["filter"], 0.5);

    post(&radio, "/studio/api/a/keep", "");
    let kept = fs::read_to_string(radio.folder().join("radio.toml")).unwrap();
    assert!(kept.contains("tempo = 150\n") && kept.contains("swing = 0.25\n"), "{kept}");
    assert!(kept.ends_with(MACRO), "{kept}");
    assert_eq!(state(&radio)["macros"][0]["value"], Value::Null);
}
