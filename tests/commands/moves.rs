//! `render --moves`: bars that a radio had on air, rendered from its log of moves.

use std::{fs, path::Path, process::Command, sync::Arc, time::Duration};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{
    ELECTROPUNK,
    http::ask,
    process::{Finished, run},
    radio::Radio,
    wait::until_some,
};
use electropunk::music::midi;

const TOML: &str = "state = \"state\"\n[themes.a]\ntempo = 160\n\
    [[stations]]\nname = \"a\"\ntheme = \"a\"\n";

const LOG: &str = "state/a.moves.jsonl";

/// Sorted pitches: first those of the drums, then those of the other parts.
type Pitches = [Vec<u64>; 2];

/// Bars that a radio had on air: its folder, the number in the log of a bar with another tempo, and the
/// pitches of that bar and of the three after it.
struct Past {
    folder: Arc<TempDir>,
    first: u64,
    on_air: Vec<Pitches>,
}

/// The bars of a radio with moves of tempo and beat.
fn past() -> Past {
    let radio = Radio::start_with(TOML, &[]);
    make(&radio, r#"{"move": "beat", "place": {"by": "at", "x": 0.9, "y": 0.2}, "when": "bar"}"#);
    let heard = make(&radio, r#"{"move": "set", "key": "tempo", "value": 240}"#);
    let on_air = (heard..heard + 4).map(|bar| {
        let bar = until_some("the bar is on air", || radio.bars("a").remove(&bar));
        assert_eq!(bar["tempo_bpm"], 240.0);
        let of = |parts: &[&str]| {
            let hits = parts.iter().flat_map(|part| bar[*part].as_array().unwrap());
            sorted(hits.map(|hit| hit[2].as_u64().unwrap()).collect())
        };
        [of(&["drums"]), of(&["bass", "lead", "chords"])]
    });
    let on_air = on_air.collect();
    let folder = radio.folder.clone();
    radio.stop();
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
    let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    Past { folder, first: last["made"]["bar"].as_u64().unwrap(), on_air }
}

/// Makes a move; returns the bar in which it is heard first.
fn make(radio: &Radio, body: &str) -> u64 {
    let head = format!(
        "POST /studio/api/a/moves HTTP/1.1\nHost: {}\nAuthorization: Bearer {}\n\
         Content-Length: {}\nConnection: close",
        radio.address,
        radio.studio_key(),
        body.len()
    );
    let text = ask(radio.address, &head, body).text();
    let receipt: Value = serde_json::from_str(&text).unwrap();
    receipt["bar"].as_u64().expect(&text)
}

fn sorted(mut pitches: Vec<u64>) -> Vec<u64> {
    pitches.sort_unstable();
    pitches
}

/// Renders bars of the log in `folder` to `out`.
fn render(folder: &Path, from_bar: u64, out: &str, more: &[&str]) -> Finished {
    let mut command = Command::new(ELECTROPUNK);
    command.current_dir(folder).args(["render", "--station", "a", "--moves", LOG, "--bars", "4"]);
    command.args(["--from-bar", &from_bar.to_string(), "--out", out]).args(more);
    run(&mut command, Duration::from_mins(4))
}

#[test]
fn the_bars_that_were_on_air_are_rendered_again_and_bad_logs_are_refused() {
    let past = past();
    render_twice(&past);
    let log = past.folder.path().join(LOG);
    let good = fs::read_to_string(&log).unwrap();
    let n = good.lines().count();
    let folder = past.folder.path();
    let refused = |from_bar: u64, more: &[&str], expected: &str| {
        let finished = render(folder, from_bar, "refused.mid", more);
        let sentence = format!("{LOG}:{expected}");
        let found = finished.stderr.lines().filter(|line| line.contains(&sentence)).count();
        assert!(finished.code != Some(0) && found == 1, "{sentence}: {}", finished.stderr);
        assert!(!folder.join("refused.mid").exists());
    };
    refused(
        past.first,
        &["--seed", "7"],
        "1: expected music of station a with seed 7, found other",
    );
    refused(90_000, &[], &format!("{n}: expected a first bar from 0 to "));
    for broken in ["{\"made\": ", "no JSON", "{\"made\": {\"bar\": 4}}"] {
        fs::write(&log, format!("{good}{broken}\n")).unwrap();
        refused(past.first, &[], &format!("{}: expected a line of a log of moves in JSON", n + 1));
    }
    // As while the radio is writing the last line.
    fs::write(&log, format!("{good}{{\"made\": ")).unwrap();
    assert_eq!(render(folder, past.first, "late.mid", &[]).code, Some(0));
}

/// Both files have the bars that were on air.
fn render_twice(past: &Past) {
    let files = ["one.mid", "two.mid"].map(|out| {
        let finished = render(past.folder.path(), past.first, out, &[]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        fs::read(past.folder.path().join(out)).unwrap()
    });
    assert_eq!(files[0], files[1]);
    let song = midi::read(&files[0]).unwrap();
    assert!((song.tempos[0].1.get() - 240.0).abs() < 0.01 && song.tempos.len() == 1);
    let of = |is_drum: bool| {
        let notes = song.notes.iter().filter(|note| note.is_drum == is_drum);
        sorted(notes.map(|note| u64::from(note.pitch)).collect())
    };
    let on_air =
        |kind: usize| sorted(past.on_air.iter().flat_map(|bar| bar[kind].clone()).collect());
    assert_eq!((of(true), of(false)), (on_air(0), on_air(1)));
}
