//! Training runs.

use std::fs;

use super::{
    corpus_file::{TINY, write_corpus},
    midi_files::written,
};
use crate::program::{fail, succeed};

#[test]
fn a_run_that_was_ended_and_resumed_is_that_of_an_uninterrupted_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_corpus(folder);
    let whole = succeed(folder, &format!("{TINY} --json"));
    assert_eq!(whole["step"], 6);
    assert!(whole["nats_a_token"].as_f64().unwrap() < 4.5, "{whole}");
    let weights = fs::read(folder.join("tiny.safetensors")).unwrap();
    let card: toml::Table = fs::read_to_string(folder.join("tiny.toml")).unwrap().parse().unwrap();
    assert_eq!(
        (card["config"].as_str(), card["sizes"]["rnn_size"].as_integer()),
        (Some("chorale"), Some(8))
    );

    assert!(fail(folder, TINY).contains("found a run at step 6: continue it with --resume"));
    fs::remove_dir_all(folder.join("tiny.run")).unwrap();
    assert!(fail(folder, TINY).contains("tiny.safetensors: the model exists"));
    let cut = succeed(folder, &format!("{TINY} --overwrite --minutes 0.000001 --json"));
    assert_eq!(cut["step"], 1);
    assert!(fs::read(folder.join("tiny.safetensors")).unwrap() != weights);
    let on = TINY.replace("--out tiny", "--out more --from tiny");
    let started = succeed(folder, &format!("{on} --json"));
    assert_ne!(started["nats_a_token"], cut["nats_a_token"]);
    let wide = TINY.replace("--out tiny", "--out wide --from tiny").replace("size 8", "size 4");
    let error = fail(folder, &wide);
    assert!(error.contains("--from: tiny"), "{error}");
    let other = fail(folder, &format!("{TINY} --resume --dropout 0.1"));
    assert!(other.contains("step 1 has --dropout 0.4, found 0.1"), "{other}");
    succeed(folder, &format!("{TINY} --resume"));

    assert!(fs::read(folder.join("tiny.safetensors")).unwrap() == weights);
}

#[test]
fn a_model_as_bachbots_is_trained_and_judged_as_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_corpus(folder);
    succeed(folder, &format!("{TINY} --config bachbot"));
    let card: toml::Table = fs::read_to_string(folder.join("tiny.toml")).unwrap().parse().unwrap();
    assert_eq!(card["config"].as_str(), Some("chorale-bachbot"));
    assert_eq!(card["sizes"]["rnn_layers"].as_integer(), Some(3));

    let report = succeed(folder, "chorale evaluate --model tiny --data corpus.npz --json");
    assert!(report["test"]["nats_a_note"].as_f64().unwrap() < 4.5, "{report}");
    let sample = succeed(folder, "chorale sample --model tiny --n 1 --lines 1 --seed 1 --json");
    assert!(!written(folder, &sample).notes.is_empty());
    let other = fail(folder, &format!("{TINY} --resume"));
    assert!(other.contains("has --config chorale-bachbot, found chorale"), "{other}");
}
