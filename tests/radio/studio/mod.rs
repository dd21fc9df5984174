//! The studio: access, permissions, and that listeners notice only the changed music.

mod access;
mod api;
mod cue;
mod keep;
mod listeners;
mod load;
#[cfg(feature = "lab")]
mod tools;
mod tune;

use serde_json::Value;

use crate::common::{
    http::{Answer, ask},
    radio::{ONE_STATION, Radio},
    wait::until_some,
};

/// The tables of the passwords.
const PASSWORDS: &str = "[admin]\npassword = \"hackme\"\n[studio]\nviewer_password = \"seeme\"\n";

/// Names and passwords, as header lines.
const AS_ADMIN: &str = "Authorization: Basic YWRtaW46aGFja21l"; // admin:hackme
const AS_VIEWER: &str = "Authorization: Basic dmlld2VyOnNlZW1l"; // viewer:seeme
const AS_GUESSER: &str = "Authorization: Basic dmlld2VyOmd1ZXNz"; // viewer:guess
const AS_NOBODY: &str = "X-Nobody: 1";

/// A macro of the theme.
const MACRO: &str = "[themes.a.macros]\nlift = { tempo = [120, 160], swing = [0, 0.5], desk.bass.filter = [1, 0] }\n";

/// A radio of one station that keeps its state, with the passwords and the macro above.
fn radio() -> Radio {
    Radio::start_with(&format!("state = \"state\"\n{ONE_STATION}{PASSWORDS}{MACRO}"), &[])
}

/// The key that `radio` printed, as a header line.
fn as_console(radio: &Radio) -> String {
    format!("Authorization: Bearer {}", radio.studio_key())
}

/// Sends a request with header lines and a JSON body.
fn send(radio: &Radio, who: &str, method: &str, path: &str, body: &str) -> Answer {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\nHost: {}\n{who}\nContent-Length: {length}\nConnection: close",
        radio.address
    );
    ask(radio.address, &head, body)
}

/// Makes a change as the admin, which must succeed; returns the answer.
fn post(radio: &Radio, path: &str, body: &str) -> Value {
    let answer = send(radio, AS_ADMIN, "POST", path, body);
    let status = answer.status();
    let text = answer.text();
    assert_eq!(status, 200, "{path} {body}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// The JSON at `path`, for the admin.
fn get(radio: &Radio, path: &str) -> Value {
    let answer = send(radio, AS_ADMIN, "GET", path, "");
    assert_eq!(answer.status(), 200, "{path}");
    serde_json::from_str(&answer.text()).unwrap()
}

/// The state of station a.
fn state(radio: &Radio) -> Value {
    get(radio, "/studio/api/state?station=a")
}

/// Sets the tempo by hand; returns the first bar of that tempo.
fn set_tempo(radio: &Radio, tempo: u32) -> u64 {
    let body = format!(r#"{{"move": "set", "key": "tempo", "value": {tempo}, "when": "phrase"}}"#);
    post(radio, "/studio/api/a/moves", &body)["bar"].as_u64().unwrap()
}

/// Exchanges the key of `radio` for a cookie, as a header line.
fn session(radio: &Radio) -> String {
    let answer =
        radio.ask("GET", &format!("/studio?key={}", radio.studio_key()), "Connection: close");
    assert_eq!(answer.status(), 303);
    cookie(&answer)
}

/// The cookie that `answer` sets, as a header line.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").unwrap();
    format!("Cookie: {}", set.split(';').next().unwrap())
}

/// Waits until the bar with this number of station a is on air, and returns it.
fn bar(radio: &Radio, number: u64) -> Value {
    until_some("the bar is on air", || radio.bars("a").remove(&number))
}
