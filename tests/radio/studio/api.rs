//! The studio's API: moves made by a program.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use super::{AS_ADMIN, MACRO, PASSWORDS, get, post, radio, send, session, set_tempo, state};
use crate::common::{
    mp3::{decode, whole_frames},
    process::run,
    radio::Radio,
    recorder::Recorder,
    tool::tool,
    wait::{PATIENCE, until, until_some},
};

/// A station whose phrases last four seconds.
const FAST: &str = "[themes.a]\ntempo = 240\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n";

/// Waits for the bar `number` of station a.
fn bar(radio: &Radio, number: u64) -> Value {
    until_some("the bar is on air", || radio.bars("a").remove(&number))
}

#[test]
fn a_move_made_by_curl_is_found_in_the_bars() {
    let Some(mut curl) = tool("curl") else { return };
    let radio = radio();
    let key = format!("Authorization: Bearer {}", radio.studio_key());
    let body = r#"{"move": "set", "key": "tempo", "value": 140, "when": "phrase"}"#;
    curl.args(["--silent", "--fail-with-body", "-H", &key, "-H", "Content-Type: application/json"]);
    let answer = run(curl.args(["-d", body]).arg(radio.url("/studio/api/a/moves")), PATIENCE);
    let receipt: Value = serde_json::from_str(&answer.stdout).expect(&answer.stdout);
    let first = receipt["bar"].as_u64().unwrap();

    assert_eq!(bar(&radio, first)["tempo_bpm"], 140.0);
    if let Some(before) = first.checked_sub(1).and_then(|last| radio.bars("a").remove(&last)) {
        assert_eq!(before["tempo_bpm"], 128.0);
    }
    assert_eq!(state(&radio)["overlay"]["tempo"], 140);
}

#[test]
fn undo_and_redo_walk_through_the_moves() {
    let radio = radio();
    let tempo = || state(&radio)["overlay"]["tempo"].clone();
    let make = |name: &str| {
        send(&radio, AS_ADMIN, "POST", "/studio/api/a/moves", &format!(r#"{{"move": "{name}"}}"#))
            .status()
    };
    assert_eq!([make("undo"), make("redo")], [409, 409]);
    set_tempo(&radio, 130);
    post(&radio, "/studio/api/a/moves", r#"{"move": "hold", "on": true}"#);
    set_tempo(&radio, 140);

    assert_eq!(make("undo"), 200);
    assert_eq!(tempo(), 130);
    assert_eq!([make("undo"), make("undo")], [200, 200]);
    assert_eq!(tempo(), Value::Null);
    assert_eq!(make("redo"), 200);
    assert_eq!(tempo(), 130);
    let state = state(&radio);
    assert_eq!((&state["n_undo"], &state["n_redo"]), (&1.into(), &2.into()));
    set_tempo(&radio, 150);
    assert_eq!(make("redo"), 409);
}

#[test]
fn an_undo_takes_back_a_whole_drag() {
    let radio = radio();
    let level = || state(&radio)["desk"]["parts"][2]["level_db"].clone();
    let make = |body: &str| post(&radio, "/studio/api/a/moves", body);
    // Faders act once there is sound.
    Recorder::join(&radio, "/a.mp3").hear();
    for level_db in [-3, -6, -9] {
        make(&format!(
            r#"{{"move": "desk", "part": "lead", "fader": {{"level_db": {level_db}}}}}"#
        ));
    }
    (130..=132).for_each(|tempo| _ = set_tempo(&radio, tempo));
    assert_eq!(state(&radio)["n_undo"], 2);

    make(r#"{"move": "undo"}"#);
    assert_eq!((state(&radio)["overlay"]["tempo"].clone(), level()), (Value::Null, (-9.0).into()));
    make(r#"{"move": "undo"}"#);
    assert_eq!(level(), 0.0);
    make(r#"{"move": "redo"}"#);
    assert_eq!(level(), -9.0);
}

#[test]
fn two_browsers_see_each_others_moves() {
    let radio = radio();
    let (one, two) = (session(&radio), session(&radio));
    let follow = |who: &str| {
        let mut stream = send(&radio, who, "GET", "/studio/events?station=a", "");
        assert_eq!(stream.header("content-type"), Some("text/event-stream"));
        stream.event("bar");
        stream
    };
    let (mut of_one, mut of_two) = (follow(&one), follow(&two));
    let own = format!("{one}\nOrigin: http://{}", radio.address);
    let body = r#"{"move": "desk", "part": "lead", "fader": {"mute": true}}"#;
    let made = send(&radio, &own, "POST", "/studio/api/a/moves", body);
    assert_eq!((made.status(), made.text().as_str()), (200, "{\"bar\":null}"));

    for stream in [&mut of_one, &mut of_two] {
        let moved = stream.event("moved");
        assert_eq!((&moved["by"], &moved["station"]), (&"console-1".into(), &"a".into()));
        assert_eq!(moved["what"]["fader"]["mute"], true);
        let hand = stream.event("hand");
        assert_eq!(hand["hand"]["desk"]["parts"][2]["mute"], true);
    }
}

#[test]
fn each_bar_tells_where_the_beat_lies_on_the_pad() {
    let radio = radio();
    let body = r#"{"move": "beat", "place": {"by": "path", "points": [[0, 0.5], [1, 0.5]], "bars": 8}, "when": "bar"}"#;
    let first = post(&radio, "/studio/api/a/moves", body)["bar"].as_u64().unwrap();
    let mut stream = send(&radio, AS_ADMIN, "GET", "/studio/events?station=a", "");
    let mut n_seen = 0;
    while n_seen < 3 {
        let bar = stream.event("bar");
        let Some(passed) = bar["bar"].as_u64().unwrap().checked_sub(first) else { continue };
        let place = serde_json::json!([passed as f64 / 8.0, 0.5]);
        assert_eq!(bar["puck"], place, "{passed} bars after the first");
        n_seen += 1;
    }
}

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
fn a_cue_brings_its_orders_and_holds_on_air() {
    let radio = radio();
    Recorder::join(&radio, "/a.mp3").hear_seconds(1);
    let moves = r#"[{"move": "order", "order": "drop"}, {"move": "hold", "on": true}]"#;
    post(&radio, "/studio/api/a/cue", &format!(r#"{{"moves": {moves}}}"#));
    assert_eq!(state(&radio)["steering"]["hold"], false);
    let first = post(&radio, "/studio/api/a/cue/take", "")["bar"].as_u64().unwrap();

    assert_eq!(state(&radio)["steering"]["hold"], true);
    // On a slow machine a phrase or two of the fallback come first; without an order, the intro continues.
    until_some("the drop is on air", || {
        let bars = radio.bars("a");
        let mut near = bars.range(first..first + 8);
        near.find(|(_, bar)| bar["section"] == "drop").map(|_| ())
    });
    if let Some(before) = first.checked_sub(1).and_then(|last| radio.bars("a").remove(&last)) {
        assert_ne!(before["section"], "drop");
    }
}

#[test]
fn a_cue_says_which_moves_it_accepts() {
    let radio = radio();
    for (found, more) in
        [("title", r#", "text": "x""#), ("jingle", r#", "list": "x""#), ("undo", ""), ("redo", "")]
    {
        let body = format!(r#"{{"moves": [{{"move": "{found}"{more}}}]}}"#);
        let answer = send(&radio, AS_ADMIN, "POST", "/studio/api/a/cue", &body);
        assert_eq!(answer.status(), 400);
        let expected = "set, reset, macro, beat, line, tune, hold, order or desk";
        let error = format!("a move of a cue: expected {expected}, found {found}");
        assert_eq!(answer.text(), serde_json::json!({ "error": error }).to_string());
    }
    let loud = r#"{"moves": [{"move": "desk", "part": "lead", "fader": {"level_db": 99}}]}"#;
    assert_eq!(send(&radio, AS_ADMIN, "POST", "/studio/api/a/cue", loud).status(), 400);
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

#[test]
fn a_cue_takes_a_macro() {
    let radio = radio();
    until("a bar is on air", || !radio.bars("a").is_empty());
    let body = r#"{"moves": [{"move": "macro", "name": "lift", "value": 1}]}"#;
    post(&radio, "/studio/api/a/cue", body);
    assert_eq!(state(&radio)["macro_values"], json!({}));
    post(&radio, "/studio/api/a/cue/take", "");

    let shown = state(&radio);
    assert_eq!(
        (&shown["overlay"]["tempo"], &shown["macro_values"]),
        (&json!(160.0), &json!({ "lift": 1.0 }))
    );
}

#[test]
fn a_mistake_is_answered_with_one_sentence_and_changes_nothing() {
    let radio = radio();
    for (body, status, part) in [
        ("", 400, "the request's body"),
        ("[]", 400, "the request's body"),
        ("{", 400, "the request's body"),
        ("{}", 400, "the move"),
        (r#"{"move": "dance"}"#, 400, "dance"),
        (r#"{"move": "set", "key": "tempo", "value": 900}"#, 400, "tempo"),
        (r#"{"move": "set", "key": "tempo", "value": "x"}"#, 400, "tempo"),
        (r#"{"move": "set", "key": "no.such", "value": 1}"#, 400, "no.such"),
        (r#"{"move": "set", "key": "pad.0", "value": "/etc/passwd"}"#, 400, "pad"),
        (r#"{"move": "beat", "place": {"by": "at", "x": 2, "y": 0}}"#, 400, "0 to 1"),
        (r#"{"move": "desk", "part": "lead", "fader": {"level_db": 99}}"#, 400, "99"),
        (r#"{"move": "macro", "name": "lift", "value": 2}"#, 400, "0 to 1"),
        (r#"{"move": "macro", "name": "wash", "value": 1}"#, 400, "one of lift"),
        (r#"{"move": "macro", "name": "lift", "value": "x"}"#, 400, "the move"),
        (
            r#"{"move": "macro", "name": "lift", "value": 1, "numbers": {"tempo": 90}}"#,
            400,
            "follow",
        ),
        (r#"{"move": "hold", "on": true, "more": 1}"#, 400, "more"),
        (r#"{"move": "hold", "on": true, "when": "never"}"#, 400, "never"),
    ] {
        let answer = send(&radio, AS_ADMIN, "POST", "/studio/api/a/moves", body);
        assert_eq!(answer.header("content-type"), Some("application/json; charset=UTF-8"));
        let found = answer.status();
        let json: Value = serde_json::from_str(&answer.text()).unwrap();
        let sentence = json["error"].as_str().unwrap();
        assert!(found == status && sentence.contains(part), "{body}: {found} {sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
    }
    let state = state(&radio);
    assert_eq!((&state["overlay"], &state["n_undo"]), (&json!({}), &0.into()));
}

#[test]
fn each_example_of_the_description_works() {
    let radio = radio();
    Recorder::join(&radio, "/a.mp3").hear_seconds(1);
    let description = get(&radio, "/studio/api/openapi.json");
    let mut paths: Vec<_> = description["paths"].as_object().unwrap().iter().collect();
    // Last, since a stopped cue can't be taken.
    paths.sort_by_key(|(path, _)| path.ends_with("/stop"));
    if cfg!(not(feature = "lab")) {
        paths.retain(|(path, _)| !path.contains("/tools/"));
    }
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            for (path, body) in examples(path, operation) {
                let method = method.to_uppercase();
                let answer = send(&radio, AS_ADMIN, &method, &path, &body);
                let status = answer.status();
                let is_stream = answer.header("content-type") == Some("text/event-stream");
                let text = if is_stream { Vec::new() } else { answer.rest() };
                let text = String::from_utf8_lossy(&text);
                assert_eq!(status, 200, "{method} {path} {body}: {text}");
            }
        }
    }
}

/// The paths and bodies of the examples of an operation; none for one that needs more than its examples.
fn examples(path: &str, operation: &Value) -> Vec<(String, String)> {
    let (mut path, mut query) = (path.to_owned(), Vec::new());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let example = match &parameter["example"] {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        if parameter["in"] == "path" {
            path = path.replace(&format!("{{{name}}}"), &example);
        } else {
            query.push(format!("{name}={example}"));
        }
    }
    if path.contains('{') || path.ends_with("/login") || path.ends_with("/logout") {
        return Vec::new();
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let bodies = &operation["requestBody"]["content"]["application/json"]["examples"];
    match bodies.as_object() {
        Some(bodies) => {
            bodies.values().map(|body| (path.clone(), body["value"].to_string())).collect()
        }
        None => vec![(path, String::new())],
    }
}

#[test]
fn a_stream_of_events_ends_by_itself() {
    let radio = radio();
    let stream = send(&radio, AS_ADMIN, "GET", "/studio/events?station=a", "");
    let began = std::time::Instant::now();
    let text = String::from_utf8(stream.rest()).unwrap();

    let took = began.elapsed();
    assert!(took < Duration::from_secs(58), "{took:?}");
    assert!(text.contains("retry: 500") && text.contains("\"type\":\"bar\""), "{text}");
    assert!(text.ends_with("0\r\n\r\n"), "the stream breaks off");
}
