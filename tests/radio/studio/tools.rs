//! The tools that answer clips, through the API.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{AS_ADMIN, AS_VIEWER, post, radio, send, state};
use crate::common::{midi::ode_to_joy, mp3::decode, radio::Radio};

/// Asks a tool; returns the bytes of its answer.
fn answer(radio: &Radio, tool: &str, body: &Value) -> Vec<u8> {
    let answer = post(radio, &format!("/studio/api/tools/{tool}"), &body.to_string());
    file(radio, answer["midi"].as_str().unwrap())
}

fn file(radio: &Radio, path: &str) -> Vec<u8> {
    let answer = send(radio, AS_ADMIN, "GET", path, "");
    assert_eq!(answer.status(), 200, "{path}");
    answer.rest()
}

fn clip(bytes: &[u8]) -> Value {
    json!({ "name": "riff.mid", "midi": BASE64_STANDARD.encode(bytes) })
}

#[test]
fn each_tool_answers_clips_of_the_others() {
    let radio = radio();
    let names = ["continue", "generate", "interpolate", "drumify", "groove"];
    assert_eq!(state(&radio)["tools"], json!(names));

    let beat = answer(&radio, "generate", &json!({ "parts": "drums", "bars": 2, "seed": 7 }));
    let again = answer(&radio, "generate", &json!({ "parts": "drums", "bars": 2, "seed": 7 }));
    let other = json!({ "parts": "drums", "bars": 2, "seed": 7, "number": 1 });
    assert_eq!(beat, again);
    assert_ne!(beat, answer(&radio, "generate", &other));

    let tune = clip(&ode_to_joy());
    let drummed = answer(&radio, "drumify", &json!({ "clips": [tune], "seed": 1 }));
    let grooved = answer(&radio, "groove", &json!({ "clips": [clip(&beat)], "amount": 0.5 }));
    let way = json!({ "clips": [clip(&beat), clip(&drummed)], "steps": 3 });
    let way = answer(&radio, "interpolate", &way);
    for midi in [&beat, &drummed, &grooved, &way] {
        assert_eq!(&midi[..4], b"MThd");
        assert!(60 < midi.len());
    }
    let longer = answer(&radio, "continue", &json!({ "clips": [tune], "bars": 2, "far": true }));
    assert!(ode_to_joy().len() < longer.len());
}

#[test]
fn an_answer_can_be_heard() {
    let radio = radio();
    let made = post(&radio, "/studio/api/tools/generate", r#"{"bars": 1, "seed": 3}"#);
    let sound = file(&radio, made["sound"].as_str().unwrap());

    assert!(0.01 < decode(&sound), "silent");
    let viewer = send(&radio, AS_VIEWER, "GET", made["midi"].as_str().unwrap(), "");
    assert_eq!(viewer.status(), 200);
}

#[test]
fn what_no_tool_can_answer_is_refused_in_a_sentence() {
    let radio = radio();
    let tune = clip(&ode_to_joy());
    let no_midi = clip(b"GIF89a");
    for (tool, body, part) in [
        ("groove", json!({ "clips": [] }), "clips: expected 1 clip, found 0 clips"),
        ("continue", json!({ "clips": [tune], "bars": 65 }), "bars: expected 1 to 64, found 65"),
        ("continue", json!({ "clips": [no_midi] }), "riff.mid: "),
        ("groove", json!({ "clips": [tune] }), "riff.mid: expected drums"),
        ("drumify", json!({ "clips": [{ "name": "a", "midi": "?" }] }), "in base 64"),
        ("generate", json!({ "length": 3 }), "unknown field `length`"),
    ] {
        let path = format!("/studio/api/tools/{tool}");
        let answer = send(&radio, AS_ADMIN, "POST", &path, &body.to_string());
        let (status, text) = (answer.status(), answer.text());
        assert!(status == 400 && text.contains(part), "{tool} {body}: {status} {text}");
    }
}
