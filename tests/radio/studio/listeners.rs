//! Listeners while an operator makes moves.

use std::{thread, time::Instant};

use electropunk::rng;
use rand::RngExt as _;

use super::{PASSWORDS, post, state};
use crate::common::{
    levels, mp3, opus, radio::Radio, recorder::Recorder, tier::is_long, wait::until_some,
};

/// A fast station, so that its bars are short, with a mount of each codec.
const STATION: &str = "seed = 5\nstate = \"state\"\n[themes.a]\ntempo = 200\n\
    [[stations]]\nname = \"a\"\ntheme = \"a\"\n[[stations.mounts]]\n\
    [[stations.mounts]]\npath = \"/a.opus\"\n";

/// Fifty moves of all kinds: what follows `/studio/api/a/`, and the body.
const MOVES: [(&str, &str); 50] = [
    ("moves", r#"{"move": "set", "key": "tempo", "value": 190, "when": "bar"}"#),
    ("moves", r#"{"move": "set", "key": "energy", "value": 0.9, "when": "phrase"}"#),
    ("moves", r#"{"move": "set", "key": "key", "value": "E phrygian", "when": "phrase"}"#),
    ("moves", r#"{"move": "set", "key": "swing", "value": 0.3, "when": "bar"}"#),
    ("moves", r#"{"move": "set", "key": "bass.gain_db", "value": -6, "when": "bar"}"#),
    ("moves", r#"{"move": "set", "key": "lead.max_notes", "value": 4, "when": "phrase"}"#),
    ("moves", r#"{"move": "reset", "key": "swing", "when": "bar"}"#),
    ("corner/0", r#"{"anchor": "house:12", "when": "bar"}"#),
    (
        "corner/1",
        r#"{"grid": {"steps": 16, "rows": [["kick", [0, 4, 8, 12]], ["snare", [4, 12]]]}}"#,
    ),
    ("corner/2", r#"{"dream": true, "when": "phrase"}"#),
    ("moves", r#"{"move": "beat", "place": {"by": "at", "x": 0, "y": 0}, "when": "bar"}"#),
    ("moves", r#"{"move": "beat", "place": {"by": "at", "x": 0.9, "y": 0.2}, "when": "bar"}"#),
    (
        "moves",
        r#"{"move": "beat", "place": {"by": "path", "points": [[0, 0], [1, 1]], "bars": 4, "repeats": true},
            "when": "bar"}"#,
    ),
    ("moves", r#"{"move": "beat", "place": {"by": "walk"}, "when": "phrase"}"#),
    ("line", r#"{"at": {"x": 0.4, "y": -0.3}, "when": "bar"}"#),
    ("line", r#"{"at": {"x": -1.2, "y": 1.1}, "when": "phrase"}"#),
    ("line", r#"{"path": [[0.1, 0.2], [-0.4, 0.5]], "bars": 8, "when": "bar"}"#),
    ("line", r#"{"place": "walk", "when": "section"}"#),
    ("anchors", r#"{"add": {"x": 0.5, "y": -0.5}, "when": "phrase"}"#),
    ("anchors", r#"{"move": {"index": 0, "x": -0.6, "y": 0.1}, "when": "phrase"}"#),
    ("anchors", r#"{"remove": {"index": 1}, "when": "phrase"}"#),
    ("moves", r#"{"move": "order", "order": "fill", "when": "bar"}"#),
    ("moves", r#"{"move": "order", "order": "drop", "when": "phrase"}"#),
    ("moves", r#"{"move": "hold", "on": true, "when": "phrase"}"#),
    ("moves", r#"{"move": "desk", "part": "drums", "fader": {"level_db": -9}}"#),
    ("moves", r#"{"move": "desk", "part": "bass", "fader": {"level_db": 6, "filter": 0.3}}"#),
    ("moves", r#"{"move": "desk", "part": "lead", "fader": {"reverb": 0.8, "echo": 0.5}}"#),
    ("moves", r#"{"move": "desk", "part": "chords", "fader": {"chorus": 1, "filter": 0}}"#),
    ("moves", r#"{"move": "desk", "part": "lead", "fader": {"mute": true}}"#),
    ("moves", r#"{"move": "desk", "part": "drums", "fader": {"solo": true}}"#),
    ("moves", r#"{"move": "desk", "part": "drums", "fader": {}}"#),
    ("moves", r#"{"move": "undo"}"#),
    ("moves", r#"{"move": "redo"}"#),
    ("moves", r#"{"move": "hold", "on": false, "when": "phrase"}"#),
    ("moves", r#"{"move": "title", "text": "Live from the Roof"}"#),
    ("moves", r#"{"move": "order", "order": "next-piece", "when": "phrase"}"#),
    ("moves", r#"{"move": "title"}"#),
    ("keep", ""),
    ("moves", r#"{"move": "set", "key": "tempo", "value": 230, "when": "bar"}"#),
    ("moves", r#"{"move": "set", "key": "drums.gain_db", "value": 2, "when": "bar"}"#),
    ("corner/3", r#"{"anchor": "dub:4", "when": "bar"}"#),
    ("moves", r#"{"move": "beat", "place": {"by": "at", "x": 1, "y": 1}, "when": "bar"}"#),
    ("drop", ""),
    ("moves", r#"{"move": "undo"}"#),
    ("moves", r#"{"move": "undo"}"#),
    ("moves", r#"{"move": "redo"}"#),
    ("moves", r#"{"move": "desk", "part": "bass", "fader": {}}"#),
    ("moves", r#"{"move": "desk", "part": "chords", "fader": {}}"#),
    ("moves", r#"{"move": "reset", "when": "bar"}"#),
    ("moves", r#"{"move": "order", "order": "fill", "when": "bar"}"#),
];

/// The longest silence that music may have, in seconds.
const MOST_SILENCE: f64 = 0.25;

/// How far apart the same second of two codecs may be.
const MOST_APART: f32 = 0.2;

#[test]
fn long_two_listeners_hear_fifty_moves_without_a_gap() {
    if !is_long() {
        return;
    }
    let radio = Radio::start_with(&format!("{STATION}{PASSWORDS}"), &[]);
    next_bar(&radio, None);
    let joined = Instant::now();
    let listeners = ["/a.mp3", "/a.opus"].map(|path| {
        let listener = Recorder::join(&radio, path);
        thread::spawn(move || listener.heard_to_end())
    });

    let mut last = 0;
    for two in MOVES.chunks(2) {
        next_bar(&radio, on_air(&radio));
        for (path, body) in two {
            let made = post(&radio, &format!("/studio/api/a/{path}"), body);
            last = last.max(made["bar"].as_u64().unwrap_or(0));
        }
    }
    // The changes of the last moves are heard, too.
    next_bar(&radio, Some(last));
    let seconds = joined.elapsed().as_secs_f64();
    radio.stop();

    let heard = listeners.map(|listener| listener.join().unwrap());
    let levels = [mp3::levels(&heard[0]), opus::levels(&heard[1])];
    for levels in &levels {
        let heard = levels.len() as f64 / levels::PER_SECOND as f64;
        assert!(seconds <= heard, "{heard} s of sound in {seconds} s");
        let silence = levels::longest_silence(levels);
        assert!(silence < MOST_SILENCE, "{silence} s of silence");
    }
    let apart = levels::seconds_apart(&levels[0], &levels[1]);
    let most = apart.iter().fold(0.0_f32, |most, apart| most.max(*apart));
    assert!(most < MOST_APART, "{apart:?}");
    eprintln!("{} moves in {seconds:.0} s; the recordings are {most:.3} apart", MOVES.len());
}

#[test]
fn a_gap_in_a_recording_is_found() {
    let mut rng = rng::stream(1, "levels");
    let whole: Vec<f32> =
        (0..60 * levels::PER_SECOND).map(|_| rng.random_range(0.1..1.0)).collect();
    let most = |a: &[f32], b: &[f32]| levels::seconds_apart(a, b).into_iter().fold(0.0, f32::max);
    let later = &whole[3 * levels::PER_SECOND..];
    assert!(most(&whole, later) < MOST_APART && most(later, &whole) < MOST_APART);

    let with_gap = [&whole[..2000], &whole[2010..]].concat();
    assert!(MOST_APART < most(&whole, &with_gap) && MOST_APART < most(&with_gap, &whole));
    assert!(levels::longest_silence(&whole) < MOST_SILENCE);
    let with_hole = [&whole[..2000], &[0.0; 15], &whole[2000..]].concat();
    assert!(MOST_SILENCE < levels::longest_silence(&with_hole));
}

/// The number of the bar on air.
fn on_air(radio: &Radio) -> Option<u64> {
    state(radio)["on_air"]["bar"].as_u64()
}

/// Waits for a bar that follows bar `last`.
fn next_bar(radio: &Radio, last: Option<u64>) -> u64 {
    until_some("the next bar", || on_air(radio).filter(|bar| last < Some(*bar)))
}
