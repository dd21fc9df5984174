//! `electropunk train`: learning, interruption, resuming, a full disk.

mod from;
mod listen;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use crate::common::{
    ELECTROPUNK,
    process::{Finished, Signal, Watched, collect, run, signal},
    wait::{PATIENCE, until},
};
use safetensors::SafeTensors;

/// A network that is small enough for dozens of steps a second.
const TINY: &str = "train --config cat-drums_2bar_small --patterns 2 --z-size 4 --enc-rnn-size 8 \
    --dec-rnn-size 8 --batch-size 8 --threads 2 --learning-rate 0.01 --checkpoint-steps 20 \
    --out models/tiny";

/// A command that trains the tiny network in `folder`.
fn train(folder: &Path, more: &str) -> Command {
    let mut command = Command::new(ELECTROPUNK);
    command.args(TINY.split_whitespace().chain(more.split_whitespace())).current_dir(folder);
    command
}

/// The file of the checkpoint at `step`.
fn checkpoint(folder: &Path, step: u64) -> std::path::PathBuf {
    folder.join(format!("models/tiny.run/checkpoint-{step}.safetensors"))
}

/// The step of the newest checkpoint, if there is one.
fn newest_checkpoint(folder: &Path) -> Option<u64> {
    let files = fs::read_dir(folder.join("models/tiny.run")).into_iter().flatten().flatten();
    let step = |file: fs::DirEntry| {
        let name = file.file_name().into_string().ok()?;
        name.strip_prefix("checkpoint-")?.strip_suffix(".safetensors")?.parse().ok()
    };
    files.filter_map(step).max()
}

/// Starts a run and waits for its first checkpoint.
fn train_until_checkpoint(folder: &Path, more: &str) -> (Watched, thread::JoinHandle<String>) {
    let mut command = train(folder, more);
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().unwrap();
    let stdout = collect(child.stdout.take().unwrap());
    let mut run = Watched::new(child);
    until("a checkpoint", || {
        assert!(run.is_running(), "no checkpoint");
        // Any checkpoint: on a fast machine the first one is soon deleted.
        newest_checkpoint(folder).is_some()
    });
    (run, stdout)
}

fn finish(command: &mut Command) -> Finished {
    let finished = run(command, PATIENCE);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    finished
}

/// Name, type and shape, and bytes of each tensor, sorted: the order in a file is arbitrary.
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
fn the_loss_on_held_out_patterns_falls() {
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
fn a_killed_and_resumed_run_ends_with_the_weights_of_an_unbroken_one() {
    let (broken, unbroken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

    let (mut run, _) = train_until_checkpoint(broken.path(), "--steps 1000000");
    signal(run.pid, Signal::KILL);
    assert_eq!(run.wait(PATIENCE).unwrap().code(), None);
    let newest = newest_checkpoint(broken.path()).unwrap();
    let steps = format!("--steps {}", newest + 30);
    let resumed = finish(&mut train(broken.path(), &format!("{steps} --resume")));
    finish(&mut train(unbroken.path(), &steps));

    assert!(resumed.stderr.contains(&format!("resuming from step {newest}")));
    let model = Path::new("models/tiny.safetensors");
    let [broken, unbroken] = [&broken, &unbroken].map(|folder| tensors(&folder.path().join(model)));
    assert!(broken == unbroken);
}

#[test]
fn ctrl_c_saves_a_checkpoint_and_the_model() {
    let folder = tempfile::tempdir().unwrap();

    let (mut run, stdout) = train_until_checkpoint(folder.path(), "--steps 1000000");
    signal(run.pid, Signal::INT);
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
fn a_full_disk_is_reported_and_keeps_older_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    finish(&mut train(folder.path(), "--steps 20"));
    let before = fs::read(checkpoint(folder.path(), 20)).unwrap();
    let train = train(folder.path(), "--steps 60 --resume");

    // No file may grow beyond 4 blocks; a write beyond fails instead of ending the process by a signal.
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
fn a_run_is_not_restarted_over_its_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    finish(&mut train(folder.path(), "--steps 1"));

    let again = run(&mut train(folder.path(), "--steps 2"), PATIENCE);
    let other = run(&mut train(folder.path(), "--steps 2 --resume --seed 1"), PATIENCE);

    assert_eq!((again.code, other.code), (Some(1), Some(1)));
    assert!(again.stderr.contains("continue it with --resume"), "{}", again.stderr);
    assert!(other.stderr.contains("--seed: 0 in the checkpoint, 1 now"), "{}", other.stderr);

    fs::remove_dir_all(folder.path().join("models/tiny.run")).unwrap();
    let model = fs::read(folder.path().join("models/tiny.safetensors")).unwrap();
    let again = run(&mut train(folder.path(), "--steps 2"), PATIENCE);
    assert_eq!(again.code, Some(1));
    let said = "models/tiny.safetensors: the model exists";
    assert!(again.stderr.contains(said), "{}", again.stderr);
    assert!(model == fs::read(folder.path().join("models/tiny.safetensors")).unwrap());
    finish(&mut train(folder.path(), "--steps 2 --overwrite"));
}

#[test]
fn the_checkpoint_before_a_damaged_one_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    finish(&mut train(folder.path(), "--steps 40"));
    let newest = checkpoint(folder.path(), 40);
    let bytes = fs::read(&newest).unwrap();
    fs::write(&newest, &bytes[..bytes.len() / 2]).unwrap();

    let resumed = finish(&mut train(folder.path(), "--steps 50 --resume"));

    let said = "checkpoint-40.safetensors: not a training checkpoint";
    assert!(resumed.stderr.contains(said), "{}", resumed.stderr);
    assert!(resumed.stderr.contains("resuming from step 20"), "{}", resumed.stderr);
    assert!(resumed.stdout.contains("step 50: "), "{}", resumed.stdout);
}

#[test]
fn a_loss_that_is_not_finite_ends_the_run_without_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let command = TINY.replace("--learning-rate 0.01", "--learning-rate 1e30");
    let mut train = Command::new(ELECTROPUNK);
    train.args(command.split_whitespace()).args(["--steps", "100"]).current_dir(folder.path());

    let finished = run(&mut train, PATIENCE);

    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    assert!(finished.stderr.contains("the loss is not finite"), "{}", finished.stderr);
    assert!(finished.stderr.contains("--learning-rate below 1"), "{}", finished.stderr);
    assert!(!folder.path().join("models/tiny.safetensors").exists());
}

#[test]
fn a_log_file_gets_lines_and_collapse_is_told() {
    let folder = tempfile::tempdir().unwrap();

    let finished = finish(&mut train(folder.path(), "--steps 60 --free-bits 0 --max-beta 1000"));

    let progress = "step 50 of 60: loss ";
    assert!(finished.stderr.lines().any(|line| line.starts_with(progress)), "{}", finished.stderr);
    let collapse = "z is not used (KL ";
    assert!(finished.stderr.lines().any(|line| line.starts_with(collapse)), "{}", finished.stderr);
    assert!(finished.stderr.contains("lower --max-beta (1000)"), "{}", finished.stderr);
}
