//! `electropunk transcribe` and `electropunk transcription`: recordings to notes.

use std::{fs, path::Path};

use electropunk::musicvae::net::weights::Weights;

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

/// Writes beats to `beats`: a long one for the test, one for validation, and the rest for training.
fn write_beats(folder: &Path) {
    succeed(folder, "dataset patterns --style punk --out beats");
    let long = "sample --model models/drums-2bar --bars 8 --n 1 --seed 1 --out beats";
    succeed(folder, long);
    let train = (1..16).map(|number| format!("punk-{number}.mid,train\n"));
    let held_out = "sample-000-seed-1.mid,test\npunk-0.mid,validation\n";
    let list = format!("midi_filename,split\n{held_out}{}", train.collect::<String>());
    fs::write(folder.join("beats/info.csv"), list).unwrap();
}

#[test]
fn a_drum_network_is_trained_resumed_and_trained_further() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_beats(folder);
    let font = concat!(env!("CARGO_MANIFEST_DIR"), "/soundfonts/electropunk.sf2");
    let train = format!(
        "transcription train drums --midi beats --soundfont {font} --out mine --batch-size 1 \
        --threads 1 --steps 2 --json"
    );
    let weights = |name: &str| fs::read(folder.join(name).with_extension("safetensors")).unwrap();
    assert_eq!(succeed(folder, &train)["step"], 2);
    let whole = weights("mine");

    fs::remove_dir_all(folder.join("mine.run")).unwrap();
    let cut = succeed(folder, &format!("{train} --overwrite --minutes 0.000001"));
    assert_eq!(cut["step"], 1);
    assert!(weights("mine") != whole);
    let other = fail(folder, &format!("{train} --resume --learning-rate 0.1"));
    assert!(other.contains("step 1 has --learning-rate 0.0015, found 0.1"), "{other}");
    succeed(folder, &format!("{train} --resume"));
    assert!(weights("mine") == whole);

    let rate = "--learning-rate 0.000001 --min-learning-rate 0.000001";
    let further = train.replace("--out mine", "--from mine --out more");
    succeed(folder, &format!("{further} {rate}"));
    let bias = |name: &str| {
        let tensors = Weights::read(&weights(name), name).unwrap();
        tensors.values("head/bias").unwrap()
    };
    let pairs = bias("mine").into_iter().zip(bias("more"));
    let most = pairs.map(|(old, new)| (old - new).abs()).fold(0.0, f32::max);
    assert!(most < 1e-3, "{most} from the weights that the run started from");

    let line = format!(
        "transcription evaluate drums --model more --midi beats --soundfont {font} --minutes 0.3 --json"
    );
    let found = succeed(folder, &line);
    let kick = &found["alone"]["50 ms"]["kick"];
    assert!(0 < kick["hits"].as_u64().unwrap(), "{found}");
    let error = fail(folder, &train.replace("--out mine", "--from notes --out third"));
    assert!(error.contains("notes.safetensors"), "{error}");
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
