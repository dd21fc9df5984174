//! `train --from`: weights of models of other sizes and configurations.

use std::{fs, process::Command};

use super::{TINY, finish, tensors, train};
use crate::common::{ELECTROPUNK, process::run, wait::PATIENCE};

#[test]
fn a_model_of_other_sizes_lends_the_weights_that_fit() {
    let folder = tempfile::tempdir().unwrap();
    finish(&mut train(folder.path(), "--steps 1"));

    let wide = TINY.replace("--enc-rnn-size 8", "--enc-rnn-size 12").replace("/tiny", "/wide");
    let words = format!("{wide} --from models/tiny --steps 1");
    let mut command = Command::new(ELECTROPUNK);
    let finished = finish(command.args(words.split_whitespace()).current_dir(folder.path()));

    assert!(finished.stderr.contains("tensors taken\nnew: encoder/"), "{}", finished.stderr);
    let card = fs::read_to_string(folder.path().join("models/wide.toml")).unwrap();
    assert!(card.contains("enc_rnn_size = 12") && card.contains("dec_rnn_size = 8"), "{card}");
}

#[test]
fn a_configuration_without_skip_connections_takes_none_from_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let trio = |config: &str, more: &str| {
        let tiny = TINY.replace("cat-drums_2bar_small", config);
        let words = format!("{tiny} --conductor-rnn-size 8 --steps 1 {more}");
        let mut command = Command::new(ELECTROPUNK);
        command.args(words.split_whitespace()).current_dir(folder.path());
        command
    };
    finish(&mut trio("electropunk-trio_4bar", "--skip-size 3"));
    let card = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(card("models/tiny.toml").contains("skip_size = 3"));

    fs::rename(folder.path().join("models"), folder.path().join("old")).unwrap();
    finish(&mut trio("hier-trio_4bar", "--from old/tiny"));
    assert!(!card("models/tiny.toml").contains("skip_size"));
    let names = tensors(&folder.path().join("models/tiny.safetensors"));
    assert!(!names.iter().any(|(name, ..)| name.contains("skip")));
    fs::remove_dir_all(folder.path().join("models")).unwrap();
    let refused = run(&mut trio("hier-trio_4bar", "--skip-size 3"), PATIENCE);
    let expected = "--skip-size: expected electropunk-trio_4bar, found hier-trio_4bar";
    assert!(refused.stderr.contains(expected), "{}", refused.stderr);
}
