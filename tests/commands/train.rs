//! `electropunk train`: learning, interruption, resuming, a full disk.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use crate::common::{
    ELECTROPUNK, mp3,
    process::{Finished, Signal, Watched, collect, run, signal},
    wait::{PATIENCE, until, until_some},
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

/// A run with a live stream; also the stream's address and path.
fn train_with_listeners(folder: &Path, more: &str) -> (Watched, String, String) {
    let mut command = train(folder, &format!("--steps 1000000 --listen 127.0.0.1:0 {more}"));
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let run = Watched::new(child);
    let announced = lines.find_map(|line| {
        let line = line.unwrap();
        Some(line.strip_prefix("live preview: http://")?.to_owned())
    });
    // From here on the pipe is not read.
    drop(lines);
    let announced = announced.unwrap();
    let (address, path) = announced.split_once('/').unwrap();
    (run, address.to_owned(), path.to_owned())
}

#[test]
fn listeners_that_hang_up_dont_end_the_training() {
    let folder = tempfile::tempdir().unwrap();
    let (mut run, address, path) = train_with_listeners(folder.path(), "--preview-minutes 0");

    for _ in 0..3 {
        let mut listener = TcpStream::connect(&address).unwrap();
        listener.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(listener, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
        listener.read_exact(&mut vec![0; 20_000]).unwrap();
        // Unread bytes make the kernel reset the connection: the next write fails.
        drop(listener);
    }
    let step = until_some("a checkpoint", || newest_checkpoint(folder.path()));
    until("another checkpoint", || {
        assert!(run.is_running(), "the training has ended");
        newest_checkpoint(folder.path()).is_some_and(|newest| step + 200 <= newest)
    });
    signal(run.pid, Signal::INT);

    assert!(run.wait(PATIENCE).unwrap().success());
    assert!(folder.path().join("models/tiny.safetensors").exists());
}

#[test]
fn listeners_hear_a_model_in_training() {
    let folder = tempfile::tempdir().unwrap();
    let (run, address, path) = train_with_listeners(folder.path(), "");

    // The socket opens before the first sample is ready, so the request waits.
    let mut listener = TcpStream::connect(address).unwrap();
    listener.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(listener, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
    let mut heard = vec![0; 60_000];
    listener.read_exact(&mut heard).unwrap();
    let file = folder.path().join("models/tiny.run/preview-1.mp3");
    until("a preview file", || file.exists());
    drop(run);

    let body = heard.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    assert!(heard.starts_with(b"HTTP/1.0 200 OK"));
    assert!(0.0 < mp3::decode(&heard[body..]));
    let preview = fs::read(folder.path().join("models/tiny.run/preview-1.mp3")).unwrap();
    // Eight times two bars at 120 bpm, 32 s, and a tail of 2 s, at 128 kbit/s.
    assert!((preview.len() as f64 / (34.0 * 16_000.0) - 1.0).abs() < 0.02, "{}", preview.len());
    assert!(0.0 < mp3::decode(&preview));
}
