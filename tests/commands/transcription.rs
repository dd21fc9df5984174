//! `electropunk transcribe` and `electropunk transcription`: recordings to notes.

use std::fs;

use crate::{
    common::midi,
    program::{electropunk, fail, succeed},
};

#[test]
fn a_recording_of_a_tune_becomes_its_notes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("joy.mid"), midi::ode_to_joy()).unwrap();
    succeed(folder, "play joy.mid --out joy.mp3");

    let found = succeed(
        folder,
        "transcribe joy.mp3 --out found.mid --picture --no-drums --no-beats --threads 1 --json",
    );
    let figures =
        succeed(folder, "transcription evaluate notes --pair found.mid joy.mid --threads 1 --json");

    assert!(20 < found["notes"].as_u64().unwrap(), "{found}");
    assert!(0.8 <= figures["all"]["f"].as_f64().unwrap(), "{figures}");
    assert!(fs::read(folder.join("found.png")).unwrap().starts_with(b"\x89PNG"));
    let error = fail(folder, "transcribe joy.mp3 --out found.mid --no-drums --no-beats");
    assert!(error.contains("found.mid: the file exists"), "{error}");
}

#[test]
fn a_file_of_notes_agrees_with_itself_in_all() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("joy.mid"), midi::ode_to_joy()).unwrap();

    let line = "transcription evaluate notes --pair joy.mid joy.mid --json";
    let figures = succeed(folder.path(), line);

    assert_eq!((&figures["all"]["f"], &figures["all"]["notes"]), (&1.0.into(), &24.into()));
}

#[test]
fn what_is_no_recording_or_no_model_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("joy.mid"), midi::ode_to_joy()).unwrap();
    fs::write(folder.join("bad.onnx"), b"no network").unwrap();

    let error = fail(folder, "transcribe joy.mid --out x.mid --no-drums");
    assert!(error.contains("joy.mid: expected mp3"), "{error}");
    let error = fail(folder, "transcribe joy.mid --out x.mid --no-drums --notes models/chorale");
    assert!(error.contains("models/chorale: expected a model of notes"), "{error}");
    let error = fail(folder, "import bad.onnx --out notes");
    assert!(error.contains("bad.onnx") && error.contains("expected an ONNX file"), "{error}");
    assert!(!folder.join("notes.safetensors").exists());
    let usage = electropunk(folder, "transcribe joy.wav --lowest 20");
    assert_eq!(usage.code, Some(2), "{}", usage.stderr);
}

#[test]
fn training_needs_songs_to_hold_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("joy.mid"), midi::ode_to_joy()).unwrap();
    let font = concat!(env!("CARGO_MANIFEST_DIR"), "/soundfonts/electropunk.sf2");

    let line = format!("transcription train notes --midi joy.mid --soundfont {font} --out m");
    let error = fail(folder.path(), &line);

    assert!(error.contains("--midi: expected at least about twenty songs"), "{error}");
}
