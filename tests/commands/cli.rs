//! Output and exit codes of commands.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use crate::common::{
    ELECTROPUNK,
    process::{Finished, Signal, Watched, collect, run, signal},
    wait::{PATIENCE, until},
};
use electropunk::music::{
    midi,
    note::{Note, NoteSequence},
};

/// Runs `electropunk args` in `folder`.
fn electropunk(folder: &Path, args: &[&str]) -> Finished {
    let mut command = Command::new(ELECTROPUNK);
    let finished = run(command.args(args).current_dir(folder), Duration::from_mins(2));
    assert!(!finished.stderr.contains("panicked"), "{args:?}: {}", finished.stderr);
    finished
}

/// A MIDI file of `n_bars` in 4/4, with a kick on each quarter and a snare on every second.
fn beat(n_bars: u8, snare: u8) -> Vec<u8> {
    let hit = |quarter: u8, pitch| Note {
        pitch,
        velocity: 100,
        start: f64::from(quarter),
        end: f64::from(quarter) + 0.25,
        program: 0,
        is_drum: true,
        instrument: 0,
    };
    let quarters = 0..n_bars * 4;
    let notes = quarters.flat_map(|q| [Some(hit(q, 36)), (q % 2 == 1).then(|| hit(q, snare))]);
    let notes = notes.flatten().collect();
    midi::write(&NoteSequence { notes, tempos: vec![], meters: vec![] }, |_| "drums")
}

#[test]
fn every_mistake_of_radio_toml_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[server]\nmax_listeners = 0\n\n[themes.a]\ntempo = 9000\nswnig = 0.1\n\
                [[stations]]\nname = \"a\"\ntheme = \"b\"\n";
    fs::write(folder.path().join("radio.toml"), text).unwrap();

    let finished = electropunk(folder.path(), &[]);

    assert_eq!(finished.code, Some(2), "{}", finished.stderr);
    let starts = ["radio.toml:2: max_listeners", "radio.toml:5: tempo", "radio.toml:9: theme"];
    for start in starts {
        assert!(finished.stderr.lines().any(|line| line.starts_with(start)), "{}", finished.stderr);
    }
    let hint = "radio.toml:6: [themes.a] has no key \"swnig\", did you mean \"swing\"?";
    assert!(finished.stderr.lines().any(|line| line == hint), "{}", finished.stderr);
    assert_eq!(finished.stderr.lines().count(), 4);
    assert_eq!(finished.stdout, "");
}

#[test]
fn a_missing_radio_toml_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();

    let finished = electropunk(folder.path(), &["serve", "--config", "nowhere.toml"]);

    assert_eq!(finished.code, Some(2), "{}", finished.stderr);
    assert!(finished.stderr.starts_with("nowhere.toml: "), "{}", finished.stderr);
}

#[test]
fn invalid_arguments_are_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["dance"][..], &["serve", "--bind", "here"], &["train"], &["soundfont", "x"]] {
        let finished = electropunk(folder.path(), args);

        assert_eq!(finished.code, Some(2), "{args:?}");
        assert!(finished.stderr.contains("try '--help'"), "{}", finished.stderr);
    }
    assert_eq!(electropunk(folder.path(), &["--help"]).code, Some(0));
    let version = electropunk(folder.path(), &["--version"]);
    assert_eq!(version.stdout.trim(), concat!("electropunk ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_taken_port_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();

    let finished = electropunk(folder.path(), &["serve", "--bind", &address]);

    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""));
    let said = format!("error: can't listen on {address}");
    assert!(finished.stderr.lines().any(|line| line.starts_with(&said)), "{}", finished.stderr);
    assert!(finished.stderr.contains("in use"), "{}", finished.stderr);
}

#[test]
fn the_soundfont_in_the_repository_is_the_one_that_the_code_makes() {
    let folder = tempfile::tempdir().unwrap();

    let finished = electropunk(folder.path(), &["soundfont", "--out", "fonts/own.sf2"]);

    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("soundfonts/electropunk.sf2");
    let written = fs::read(folder.path().join("fonts/own.sf2")).unwrap();
    assert!(written == fs::read(shipped).unwrap());
}

#[test]
fn a_data_set_is_built_and_broken_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let midi = folder.path().join("midi");
    fs::create_dir(&midi).unwrap();
    for (name, snare) in [("one.mid", 38), ("two.mid", 39)] {
        fs::write(midi.join(name), beat(4, snare)).unwrap();
    }
    fs::write(midi.join("torn.mid"), &beat(4, 40)[..60]).unwrap();
    fs::write(midi.join("empty.mid"), "").unwrap();

    let args = ["dataset", "build", "midi", "--config", "cat-drums_2bar_small", "--out", "a.set"];
    let finished = electropunk(folder.path(), &args);

    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.starts_with("2 files gave "), "{}", finished.stdout);
    for name in ["torn.mid", "empty.mid"] {
        assert!(finished.stdout.contains(name), "{name}: {}", finished.stdout);
    }
    assert!(folder.path().join("a.set").metadata().unwrap().len() > 0);
}

#[test]
fn each_song_of_a_few_is_listed_with_what_to_change() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let midi = folder.path().join("midi");
    fs::create_dir(&midi).unwrap();
    fs::write(midi.join("a.kar"), beat(4, 38)).unwrap();
    fs::write(midi.join("b.mid"), beat(1, 39)).unwrap();
    fs::write(folder.path().join("far.mid"), beat(4, 45)).unwrap();
    symlink("../far.mid", midi.join("c.mid")).unwrap();
    symlink("../nothing.mid", midi.join("d.mid")).unwrap();
    symlink(".", midi.join("e")).unwrap();

    let args = ["dataset", "build", "midi", "--config", "cat-drums_2bar_small", "--out", "a.set"];
    let finished = electropunk(folder.path(), &args);

    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    for line in [
        "midi/a.kar: 1 windows",
        "midi/b.mid: left out: fewer than 2 bars of 4/4 in a row: 1 bars; 4/4; --bars 1 takes shorter \
         windows",
        "midi/c.mid: 1 windows",
    ] {
        assert!(finished.stdout.lines().any(|found| found == line), "{}", finished.stdout);
    }
    let rejected = fs::read_to_string(folder.path().join("a.set.rejected.txt")).unwrap();
    let starts: Vec<&str> = rejected.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(starts, ["midi/b.mid", "midi/d.mid", "midi/e"], "{rejected}");
}

#[test]
fn a_midi_file_is_played_to_a_file_or_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("beat.mid"), beat(2, 38)).unwrap();

    let written = electropunk(folder.path(), &["play", "beat.mid", "--out", "BEAT.WAV"]);
    let piped = electropunk(folder.path(), &["play", "beat.mid"]);

    assert_eq!((written.code, piped.code), (Some(0), Some(0)), "{}", written.stderr);
    // Two bars at 120 bpm and a tail of two seconds, stereo f32.
    let n_bytes = fs::metadata(folder.path().join("BEAT.WAV")).unwrap().len();
    assert!((n_bytes as f64 / (6.0 * 44_100.0 * 8.0) - 1.0).abs() < 0.01, "{n_bytes}");
    assert!(piped.stdout.starts_with("RIFF"));
    let missing = electropunk(folder.path(), &["play", "none.mid", "--out", "a.wav"]);
    assert!(missing.stderr.contains("none.mid: reading failed"), "{}", missing.stderr);
}

#[test]
fn an_interrupted_render_leaves_a_finished_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(ELECTROPUNK);
    let args = ["render", "--station", "ambient", "--minutes", "600", "--out", "a.wav"];
    let pipes = command.args(args).current_dir(folder.path()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::null()).spawn().unwrap();
    let stdout = collect(child.stdout.take().unwrap());
    let mut render = Watched::new(child);
    until("sound", || {
        let partial = fs::metadata(folder.path().join("a.wav.partial"));
        partial.is_ok_and(|partial| 1 << 20 < partial.len())
    });
    signal(render.pid, Signal::INT);

    assert!(render.wait(PATIENCE).unwrap().success());
    let bytes = fs::read(folder.path().join("a.wav")).unwrap();
    let length = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
    assert_eq!(length as usize, bytes.len() - 8);
    assert!(stdout.join().unwrap().starts_with("a.wav: stopped after "));
}

#[test]
fn a_killed_build_resumes_to_the_same_data_set() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("midi")).unwrap();
    for n in 0..2000 {
        let bytes =
            if n % 9 == 4 { vec![0x4d; 50] } else { beat(4 + n as u8 % 8, 35 + n as u8 % 40) };
        fs::write(folder.path().join(format!("midi/{n:04}.mid")), bytes).unwrap();
    }
    let build = |out: &str| {
        let args = ["dataset", "build", "midi", "--config", "cat-drums_2bar_small", "--out", out];
        let mut command = Command::new(ELECTROPUNK);
        command.args(args).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let journal = folder.path().join("b.set.building/journal");
    let length = || journal.metadata().map_or(0, |metadata| metadata.len());

    assert!(build("a.set").status().unwrap().success());
    let mut child = build("b.set").spawn().unwrap();
    while length() < 10_000 && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(build("b.set").status().unwrap().success());

    for ending in ["", ".rejected.txt"] {
        let read = |name: &str| fs::read(folder.path().join(format!("{name}{ending}"))).unwrap();
        assert!(read("a.set") == read("b.set"), "the files {ending} differ");
    }
    assert!(!journal.exists());
}

#[test]
fn a_data_set_has_statistics_and_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.mid"), beat(4, 38)).unwrap();
    let build =
        ["dataset", "build", "one.mid", "--config", "cat-drums_2bar_small", "--out", "a.set"];
    assert_eq!(electropunk(folder.path(), &build).code, Some(0));

    let finished = electropunk(folder.path(), &["dataset", "stats", "a.set", "--sheet", "a.png"]);

    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.contains("onsets/bar"), "{}", finished.stdout);
    assert!(fs::read(folder.path().join("a.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_source_without_music_makes_no_data_set() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("noise.mid"), [0x4d; 500]).unwrap();

    for source in ["noise.mid", "nowhere"] {
        let args = ["dataset", "build", source, "--config", "hier-trio_4bar", "--out", "a.set"];
        let finished = electropunk(folder.path(), &args);

        assert_eq!(finished.code, Some(1), "{source}: {}", finished.stdout);
        assert!(finished.stderr.starts_with("error: "), "{}", finished.stderr);
        assert!(!folder.path().join("a.set").exists());
    }
}
