//! Moves gathered in a cue and taken together.

use serde_json::json;

use super::{AS_ADMIN, post, radio, send, state};
use crate::common::{
    recorder::Recorder,
    wait::{until, until_some},
};

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
