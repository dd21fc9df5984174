//! `electropunk critique` of a station, its notes and its sound.

use std::{fs, path::Path, process::Command};

use crate::common::{
    ELECTROPUNK,
    process::{Finished, run},
    wait::PATIENCE,
};
use serde_json::Value;

fn electropunk(folder: &Path, line: &str) -> Finished {
    let mut command = Command::new(ELECTROPUNK);
    command.args(line.split_whitespace()).current_dir(folder);
    run(&mut command, PATIENCE)
}

fn succeed(folder: &Path, line: &str) -> String {
    let finished = electropunk(folder, line);
    assert_eq!(finished.code, Some(0), "{line}: {}", finished.stderr);
    finished.stdout
}

/// The row of `name` in a table.
fn row<'a>(table: &'a Value, name: &str) -> &'a Value {
    let rows = table["rows"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

fn value(table: &Value, name: &str) -> f64 {
    row(table, name)["value"].as_f64().unwrap_or_else(|| panic!("{name} has no value"))
}

/// Width and height of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_station_its_notes_and_its_sound_have_the_same_figures() {
    let folder = tempfile::tempdir().unwrap();
    let critique = |line: &str| -> Value {
        let line = format!("critique {line} --json");
        serde_json::from_str(&succeed(folder.path(), &line)).unwrap()
    };
    let excerpt = "--minutes 0.5 --seed 3";
    for ending in ["mid", "wav"] {
        let line = format!("render --station techno {excerpt} --out techno.{ending}");
        succeed(folder.path(), &line);
    }

    let station = critique(&format!("techno {excerpt} --picture station.png"));
    let notes = critique("techno.mid --picture notes.png");
    let sound = critique("techno.wav --picture sound.png");

    assert_eq!(station["seed"], 3);
    assert!((15.0..=18.0).contains(&value(&station, "bars")));
    assert_eq!(row(&station, "notes in the key")["ok"], true);
    assert_eq!(row(&station, "difference from the score's tempo")["ok"], true);
    assert_eq!(row(&station, "clipped samples")["ok"], true);
    for same in ["bars", "tempo", "notes per bar while playing", "distinct bars of the drums"] {
        let (of_station, of_notes) = (value(&station, same), value(&notes, same));
        assert!((of_station - of_notes).abs() < 0.01, "{same}: {of_station}, {of_notes}");
    }
    for same in ["loudness", "true peak", "centroid", "detected tempo"] {
        let (of_station, of_sound) = (value(&station, same), value(&sound, same));
        assert!((of_station / of_sound - 1.0).abs() < 0.01, "{same}: {of_station}, {of_sound}");
    }
    let picture = |name: &str| size(&fs::read(folder.path().join(name)).unwrap());
    assert_eq!(picture("station.png"), picture("notes.png"));
    assert!(picture("sound.png").1 < picture("station.png").1);
}

#[test]
fn an_mp3_is_measured_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let sample = "sample --model models/drums-2bar --n 1 --seed 1 --audio mp3 --out takes";
    succeed(folder.path(), sample);

    let text = succeed(folder.path(), "critique takes/sample-000-seed-1.mp3 --json");

    let table: Value = serde_json::from_str(&text).unwrap();
    // Two bars at 120 bpm and a tail of two seconds.
    assert!((value(&table, "length") * 60.0 - 6.0).abs() < 0.1, "{}", value(&table, "length"));
    assert_eq!(row(&table, "silences above a second")["ok"], true);
}

#[test]
fn a_truncated_recording_is_measured_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    succeed(folder.path(), "render --station dub --minutes 0.1 --seed 1 --out whole.wav");
    let whole = fs::read(folder.path().join("whole.wav")).unwrap();
    fs::write(folder.path().join("cut.wav"), &whole[..=whole.len() / 2]).unwrap();

    let finished = electropunk(folder.path(), "critique cut.wav --json");

    let table: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert!((value(&table, "length") * 60.0 - 3.0).abs() < 0.1, "{}", value(&table, "length"));
    assert!(finished.stderr.contains("truncated"), "{}", finished.stderr);
}

#[test]
fn a_table_marks_missed_goals() {
    let folder = tempfile::tempdir().unwrap();
    let text = succeed(folder.path(), "critique ambient --minutes 0.3 --seed 1 --target -40");

    assert!(text.starts_with("ambient: 0.3 minutes, seed 1\n\nbars\n"), "{text}");
    let loudness = text.lines().find(|line| line.starts_with("  loudness  ")).unwrap();
    assert!(loudness.contains("MISS") && loudness.ends_with("-41.0 to -39.0"), "{loudness}");
    assert!(text.lines().last().unwrap().contains("missed: "), "{text}");
}

#[test]
fn an_unknown_or_broken_subject_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.mid"), "MThd").unwrap();
    fs::write(folder.path().join("broken.wav"), "RIFF").unwrap();
    for (subject, named) in [
        ("polka", "expected one of the stations techno, dub"),
        ("broken.mid", "broken.mid"),
        ("broken.wav", "broken.wav"),
        ("none.flac", "none.flac"),
    ] {
        let finished = electropunk(folder.path(), &format!("critique {subject}"));
        assert_eq!(finished.code, Some(1), "{subject}: {}", finished.stdout);
        assert!(finished.stderr.contains(named), "{subject}: {}", finished.stderr);
        assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    }
}
