//! The studio's API: moves made by a program.

use std::time::Duration;

use serde_json::{Value, json};

use super::{AS_ADMIN, bar, get, post, radio, send, session, set_tempo, state};
use crate::common::{process::run, recorder::Recorder, tool::tool, wait::PATIENCE};

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
