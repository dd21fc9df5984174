//! The real binary learns, is interrupted, goes on and runs out of disk.

// Helpers of tests too stop at what they can't go on from.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use common::{
    ELECTROPUNK, mp3,
    process::{Finished, Watched, collect, run, signal},
};
use safetensors::SafeTensors;

/// For a run to end, or to reach its next checkpoint, on a loaded machine.
const PATIENCE: Duration = Duration::from_mins(4);

/// A network that learns a step in a moment.
const TINY: &str = "train --config cat-drums_2bar_small --patterns 2 --z-size 4 --enc-rnn-size 8 \
    --dec-rnn-size 8 --batch-size 8 --threads 2 --learning-rate 0.01 --checkpoint-steps 20 \
    --out models/tiny";

/// A run of the tiny network in `folder`.
fn train(folder: &Path, more: &str) -> Command {
    let mut command = Command::new(ELECTROPUNK);
    command.args(TINY.split_whitespace().chain(more.split_whitespace())).current_dir(folder);
    command
}

/// The file of the checkpoint at `step`.
fn checkpoint(folder: &Path, step: u64) -> std::path::PathBuf {
    folder.join(format!("models/tiny.run/checkpoint-{step}.safetensors"))
}

/// The step of the newest checkpoint.
fn newest_checkpoint(folder: &Path) -> u64 {
    let mut steps = (1..100_000).rev().map(|n| n * 20);
    steps.find(|&step| checkpoint(folder, step).exists()).unwrap()
}

/// Starts a run and waits for its first checkpoint.
fn train_until_checkpoint(folder: &Path, more: &str) -> (Watched, thread::JoinHandle<String>) {
    let mut command = train(folder, more);
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().unwrap();
    let stdout = collect(child.stdout.take().unwrap());
    let mut run = Watched::new(child);
    let began = Instant::now();
    // A file that appears is no event that a process could wait for everywhere.
    while !checkpoint(folder, 20).exists() {
        assert!(run.is_running() && began.elapsed() < PATIENCE, "no checkpoint");
        thread::sleep(Duration::from_millis(2));
    }
    (run, stdout)
}

fn finish(command: &mut Command) -> Finished {
    let finished = run(command, PATIENCE);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    finished
}

/// Name, type, shape and bytes of each tensor: file headers come in any order.
fn tensors(path: &Path) -> Vec<(String, String, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<_> = file
        .iter()
        .map(|(name, view)| {
            let kind = format!("{:?} {:?}", view.dtype(), view.shape());
            (name.to_owned(), kind, view.data().to_vec())
        })
        .collect();
    tensors.sort();
    tensors
}

#[test]
fn the_loss_on_patterns_that_were_held_out_falls() {
    let folder = tempfile::tempdir().unwrap();

    let finished = finish(&mut train(folder.path(), "--steps 100"));

    assert!(finished.stdout.contains("step 100: models/tiny.safetensors"));
    let log = fs::read_to_string(folder.path().join("models/tiny.run/log.jsonl")).unwrap();
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let losses: Vec<f64> =
        lines.filter(|line| line["set"] == "themed").filter_map(|l| l["loss"].as_f64()).collect();
    assert_eq!(losses.len(), 5);
    assert!(losses[4] < 0.7 * losses[0], "{losses:?}");
}

#[test]
fn a_run_that_was_killed_and_resumed_ends_with_the_weights_of_an_unbroken_one() {
    let (broken, unbroken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

    let (mut run, _) = train_until_checkpoint(broken.path(), "--steps 1000000");
    signal(run.pid, "KILL");
    assert_eq!(run.wait(PATIENCE).unwrap().code(), None);
    let newest = newest_checkpoint(broken.path());
    let steps = format!("--steps {}", newest + 30);
    let resumed = finish(&mut train(broken.path(), &format!("{steps} --resume")));
    finish(&mut train(unbroken.path(), &steps));

    assert!(resumed.stderr.contains(&format!("resuming from step {newest}")));
    let model = Path::new("models/tiny.safetensors");
    let [broken, unbroken] = [&broken, &unbroken].map(|folder| tensors(&folder.path().join(model)));
    assert!(broken == unbroken);
}

#[test]
fn ctrl_c_keeps_what_was_learnt_and_says_so() {
    let folder = tempfile::tempdir().unwrap();

    let (mut run, stdout) = train_until_checkpoint(folder.path(), "--steps 1000000");
    signal(run.pid, "INT");
    let status = run.wait(PATIENCE).unwrap();

    assert!(status.success(), "{status}");
    let stdout = stdout.join().unwrap();
    let last = stdout.lines().last().unwrap();
    let step = last.strip_prefix("step ").and_then(|rest| rest.split_once(": models/tiny"));
    let step = step.and_then(|(step, _)| step.parse().ok()).unwrap_or_else(|| panic!("{last}"));
    assert!(checkpoint(folder.path(), step).exists());
    assert!(folder.path().join("models/tiny.safetensors").exists());
}

#[test]
fn a_full_disk_is_one_sentence_and_leaves_the_checkpoints_before_it() {
    let folder = tempfile::tempdir().unwrap();
    finish(&mut train(folder.path(), "--steps 20"));
    let before = fs::read(checkpoint(folder.path(), 20)).unwrap();
    let train = train(folder.path(), "--steps 60 --resume");

    // No file may grow beyond 4 blocks, and whoever tries is told instead of killed.
    let limited = "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", limited]).arg(train.get_program()).args(train.get_args());
    let finished = run(shell.current_dir(folder.path()), PATIENCE);

    assert_eq!(finished.code, Some(1), "{}", finished.stdout);
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    let said = "error: saving the checkpoint of step 40 failed";
    assert!(finished.stderr.lines().any(|line| line == said), "{}", finished.stderr);
    assert!(finished.stderr.contains("checkpoint-40.safetensors"), "{}", finished.stderr);
    let files = fs::read_dir(folder.path().join("models/tiny.run")).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["checkpoint-20.safetensors", "curves.svg", "log.jsonl", "preview-1.mp3"]);
    assert!(fs::read(checkpoint(folder.path(), 20)).unwrap() == before);
}

#[test]
fn a_run_is_not_begun_anew_over_its_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    finish(&mut train(folder.path(), "--steps 1"));

    let again = run(&mut train(folder.path(), "--steps 2"), PATIENCE);
    let other = run(&mut train(folder.path(), "--steps 2 --resume --seed 1"), PATIENCE);

    assert_eq!((again.code, other.code), (Some(1), Some(1)));
    assert!(again.stderr.contains("continue it with --resume"), "{}", again.stderr);
    assert!(other.stderr.contains("has other settings"), "{}", other.stderr);
}

#[test]
fn a_model_is_heard_while_it_learns() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = train(folder.path(), "--steps 100000 --listen 127.0.0.1:0");
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let run = Watched::new(child);
    let announced = lines.find_map(|line| {
        let line = line.unwrap();
        Some(line.strip_prefix("live preview: http://")?.to_owned())
    });
    let announced = announced.unwrap();
    let (address, path) = announced.split_once('/').unwrap();

    // The socket is open before the first dream is: the request waits for it.
    let mut listener = TcpStream::connect(address).unwrap();
    listener.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(listener, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
    let mut heard = vec![0; 60_000];
    listener.read_exact(&mut heard).unwrap();
    drop(run);

    let body = heard.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    assert!(heard.starts_with(b"HTTP/1.0 200 OK"));
    assert!(0.0 < mp3::decode(&heard[body..]));
    let preview = fs::read(folder.path().join("models/tiny.run/preview-1.mp3")).unwrap();
    // Eight times two bars at 120 bpm, 32 s, and a tail of 2 s, at 128 kbit/s.
    assert!((preview.len() as f64 / (34.0 * 16_000.0) - 1.0).abs() < 0.02, "{}", preview.len());
    assert!(0.0 < mp3::decode(&preview));
}
