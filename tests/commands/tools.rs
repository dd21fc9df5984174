//! The tools that answer a MIDI file: `continue`, `groove`, `drumify`, and `watch`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    common::{
        ELECTROPUNK,
        process::{Signal, Watched, collect, signal},
        wait::{PATIENCE, until},
    },
    program::{fail, succeed},
};
use electropunk::{
    lab::train::{checkpoint, network::Network},
    music::{
        drums,
        key_finding::key_of_notes,
        midi,
        note::{Note, NoteSequence, TimeSignature},
    },
    musicvae::net::{config::Config, family::Family},
    units::Bpm,
};

fn read(folder: &Path, name: &str) -> NoteSequence {
    midi::read(&fs::read(folder.join(name)).unwrap()).unwrap()
}

fn note(instrument: u16, pitch: u8, step: usize, n_steps: usize) -> Note {
    let (start, end) = (step as f64 / 4.0, (step + n_steps) as f64 / 4.0);
    let is_drum = instrument == 2;
    let program = [80, 38, 0][usize::from(instrument)];
    Note { pitch, velocity: 100, start, end, program, is_drum, instrument }
}

/// A kick, a snare, hats and in each second bar a tom.
pub fn beat(n_bars: usize) -> Vec<Note> {
    let bar = |bar: usize| {
        let hits = [(36, 0), (36, 6), (36, 10), (38, 4), (38, 12), (45, 15)];
        let hits = hits.into_iter().filter(move |hit| *hit != (45, 15) || bar % 2 == 1);
        let eighths = (0..16).step_by(2).map(|step| (42, step));
        hits.chain(eighths).map(move |(pitch, step)| note(2, pitch, 16 * bar + step, 1))
    };
    (0..n_bars).flat_map(bar).collect()
}

/// A melody of D minor and its bass.
pub fn tune(n_bars: usize) -> Vec<Note> {
    let bar = |bar: usize| {
        let melody = [(62, 0), (65, 3), (69, 6), (67, 10), (65, 12)];
        let bass = [(38, 0), (38, 6), (45, 8)];
        let melody = melody.map(|(pitch, step)| note(0, pitch, 16 * bar + step, 2));
        let bass = bass.map(|(pitch, step)| note(1, pitch, 16 * bar + step, 2));
        melody.into_iter().chain(bass)
    };
    (0..n_bars).flat_map(bar).collect()
}

/// Writes a file at 93 bpm.
pub fn write(folder: &Path, name: &str, notes: Vec<Note>) {
    let mut notes = notes;
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    let tempos = vec![(0.0, Bpm::try_from(93.0).unwrap())];
    let sequence = NoteSequence { notes, tempos, meters: vec![] };
    let names = ["lead", "low", "kit"];
    let bytes = midi::write(&sequence, |note| names[usize::from(note.instrument)]);
    fs::write(folder.join(name), bytes).unwrap();
}

fn step(note: &Note) -> usize {
    (note.start * 4.0 + 0.5).floor() as usize
}

/// Steps and classes of the drums.
fn hits(piece: &NoteSequence) -> BTreeSet<(usize, u16)> {
    let drums = piece.notes.iter().filter(|note| note.is_drum);
    drums.map(|note| (step(note), drums::class(note.pitch).unwrap() as u16)).collect()
}

fn velocities<'a>(notes: impl Iterator<Item = &'a Note>) -> BTreeSet<u8> {
    notes.map(|note| note.velocity).collect()
}

fn n_bars(piece: &NoteSequence) -> usize {
    piece.notes.iter().map(step).max().unwrap() / 16 + 1
}

/// Whether two notes of the same pitch and instrument overlap.
fn overlaps(piece: &NoteSequence) -> bool {
    let mut ends: BTreeMap<(u16, u8), f64> = BTreeMap::new();
    piece.notes.iter().any(|note| {
        let before = ends.insert((note.instrument, note.pitch), note.end);
        before.is_some_and(|end| note.start < end - 1e-9)
    })
}

/// The notes that start before bar `n_bars`.
fn before(piece: &NoteSequence, n_bars: usize) -> Vec<Note> {
    piece.notes.iter().filter(|note| step(note) < 16 * n_bars).copied().collect()
}

#[test]
fn groove_keeps_every_hit_and_everything_else() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for n in [1, 3, 5, 9] {
        write(here, "in.mid", [beat(n), tune(n)].concat());
        succeed(here, &format!("groove in.mid --out out-{n}.mid --seed 4"));
        let (given, played) = (read(here, "in.mid"), read(here, &format!("out-{n}.mid")));

        assert_eq!(hits(&played), hits(&given), "{n} bars");
        assert_eq!((played.notes.len(), n_bars(&played)), (given.notes.len(), n));
        assert_eq!((&played.tempos, &played.meters), (&given.tempos, &given.meters));
        let others = |piece: &NoteSequence| -> Vec<Note> {
            piece.notes.iter().filter(|note| !note.is_drum).copied().collect()
        };
        assert_eq!(others(&played), others(&given));
        let drums: Vec<&Note> = played.notes.iter().filter(|note| note.is_drum).collect();
        assert!(drums.iter().all(|note| 0.0 <= note.start));
        assert!(5 < velocities(drums.iter().copied()).len());
        assert!(drums.iter().any(|note| (note.start * 4.0).fract() != 0.0));
        assert!(!overlaps(&played));
    }
}

#[test]
fn drummers_differ_by_seed_and_number_unless_the_temperature_is_0() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write(here, "in.mid", beat(3));
    let bytes = |name: &str| fs::read(here.join(name)).unwrap();
    succeed(here, "groove in.mid --n 2 --seed 1 --out a.mid");
    succeed(here, "groove in.mid --n 2 --seed 1 --out b.mid");
    succeed(here, "groove in.mid --seed 2 --temperature 0 --out c.mid");
    succeed(here, "groove in.mid --seed 3 --temperature 0 --out d.mid");
    succeed(here, "groove in.mid --amount 0 --out e.mid");

    assert_eq!(bytes("a-000.mid"), bytes("b-000.mid"));
    assert_ne!(bytes("a-000.mid"), bytes("a-001.mid"));
    assert_eq!(bytes("c.mid"), bytes("d.mid"));
    assert_eq!(bytes("e.mid"), bytes("in.mid"));
}

#[test]
fn a_flam_keeps_its_distance_and_unknown_keys_stay() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let grace = Note { start: 0.975, velocity: 40, ..note(2, 38, 4, 1) };
    let shaker = Note { start: 0.53, velocity: 33, ..note(2, 19, 2, 1) };
    write(here, "in.mid", [beat(2), vec![grace, shaker]].concat());
    succeed(here, "groove in.mid --seed 1 --out out.mid");

    let (given, played) = (read(here, "in.mid"), read(here, "out.mid"));
    let snares: Vec<&Note> =
        played.notes.iter().filter(|note| note.pitch == 38 && step(note) == 4).collect();
    let [first, second] = snares[..] else { panic!("{snares:?}") };
    assert!((second.start - first.start - 0.025).abs() < 0.002, "{snares:?}");
    let ratio = f64::from(first.velocity) / f64::from(second.velocity);
    assert!((ratio - 0.4).abs() < 0.02, "{snares:?}");
    let shakers = |piece: &NoteSequence| -> Vec<Note> {
        piece.notes.iter().filter(|note| note.pitch == 19).copied().collect()
    };
    assert_eq!(shakers(&played), shakers(&given));
}

#[test]
fn a_clip_of_drums_may_be_on_any_channel() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let on_channel_1 = |note: Note| Note { is_drum: false, instrument: 0, ..note };
    write(here, "clip.mid", beat(2).into_iter().map(on_channel_1).collect());

    succeed(here, "groove clip.mid --out out.mid --seed 1");
    succeed(here, "continue clip.mid --map drums=channel:1 --bars 2 --out next.mid --seed 1");

    assert!(5 < velocities(read(here, "out.mid").notes.iter()).len());
    let next = read(here, "next.mid");
    assert!(next.notes.iter().all(|note| !note.is_drum && drums::class(note.pitch).is_some()));
    assert_eq!(n_bars(&next), 4);
}

#[test]
fn drums_go_on_after_the_bars_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (n, n_more, more) in [(1, 3, ""), (3, 5, "--far"), (5, 1, ""), (9, 9, "")] {
        write(here, "in.mid", beat(n));
        for out in ["a", "b"] {
            let line = format!("continue in.mid --bars {n_more} {more} --seed 7 --out {out}.mid");
            succeed(here, &format!("{line} --overwrite"));
        }
        let (given, all) = (read(here, "in.mid"), read(here, "a.mid"));

        assert_eq!(before(&all, n), given.notes, "{n} bars");
        assert_eq!((n_bars(&all), &all.tempos), (n + n_more, &given.tempos));
        let added = || all.notes.iter().filter(|note| 16 * n <= step(note));
        assert!(3 < velocities(added()).len(), "{:?}", velocities(added()));
        // The file is on the grid, and so are the added notes.
        assert!(added().all(|note| (note.start * 4.0).fract() == 0.0));
        assert!(added().all(|note| note.start < note.end && note.end <= 4.0 * (n + n_more) as f64));
        assert!(!overlaps(&all));
        assert_eq!(fs::read(here.join("a.mid")).unwrap(), fs::read(here.join("b.mid")).unwrap());
    }
}

#[test]
fn a_beat_goes_on_as_itself() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write(here, "in.mid", beat(4));
    succeed(here, "continue in.mid --bars 8 --seed 1 --out near.mid");

    let near = hits(&read(here, "near.mid"));
    let all: BTreeSet<(usize, u16)> = (0..12 * 16)
        .flat_map(|step| (0..9).map(move |class| (step, class)))
        .filter(|(step, class)| near.contains(&(step % 32, *class)))
        .collect();
    let n_both = near.intersection(&all).count();

    assert!(0.8 < n_both as f64 / near.union(&all).count() as f64, "{near:?}");
}

#[test]
fn melody_and_bass_go_on_in_their_tracks_and_in_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (n, parts) in [(1, "all"), (3, "tune"), (5, "all")] {
        let drums = if parts == "all" { beat(n) } else { vec![] };
        write(here, "in.mid", [tune(n), drums].concat());
        let line = format!("continue in.mid --bars 6 --seed 3 --out {n}.mid");
        succeed(here, &line);
        let (given, all) = (read(here, "in.mid"), read(here, &format!("{n}.mid")));

        assert_eq!(before(&all, n), given.notes, "{n} bars");
        let key = key_of_notes(&given.notes);
        let added: Vec<&Note> = all.notes.iter().filter(|note| 16 * n <= step(note)).collect();
        for (program, low, high) in [(80, 58, 73), (38, 34, 49)] {
            let line: Vec<&&Note> =
                added.iter().filter(|note| note.program == program && !note.is_drum).collect();
            assert!(5 < line.len(), "{n} bars, program {program}: {line:?}");
            assert!(line.iter().all(|note| key.contains(note.pitch)), "{key}: {line:?}");
            assert!(line.iter().all(|note| (low..=high).contains(&note.pitch)), "{line:?}");
            assert!(3 < velocities(line.iter().map(|note| **note)).len());
        }
        assert_eq!(added.iter().any(|note| note.is_drum), parts == "all");
        assert!(!overlaps(&all) && all.notes.iter().all(|note| note.start < note.end));
    }
}

#[test]
fn a_sample_is_continued_with_its_own_dynamics() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    succeed(here, "sample --model models/trio-4bar --n 1 --seed 5 --touch radio --out s");
    succeed(here, "continue s/sample-000-seed-5.mid --bars 4 --plain --temperature 0 --out a.mid");
    let bytes = fs::read(here.join("s/sample-000-seed-5.mid")).unwrap();
    let given = midi::read(&bytes).unwrap();
    let all = read(here, "a.mid");

    let n = n_bars(&given);
    assert_eq!(before(&all, n)[..given.notes.len()], given.notes[..]);
    // Off the grid, like the sample.
    let added = || all.notes.iter().filter(|note| 16 * n <= step(note));
    assert!(added().any(|note| (note.start * 4.0).fract() != 0.0));
    assert!(5 < velocities(added()).len());
}

#[test]
fn drums_meet_the_rhythm_and_its_accents() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for n in [1, 3, 5, 9] {
        let accent = |note: Note| {
            let velocity = if step(&note).is_multiple_of(16) { 120 } else { 60 };
            Note { velocity, ..note }
        };
        write(here, "in.mid", tune(n).into_iter().map(accent).collect());
        for out in ["a", "b"] {
            succeed(here, &format!("drumify in.mid --seed 2 --overwrite --out {out}.mid"));
        }
        let (given, drums) = (read(here, "in.mid"), read(here, "a.mid"));

        assert_eq!((n_bars(&drums), &drums.tempos), (n, &given.tempos), "{n} bars");
        assert!(drums.notes.iter().all(|note| note.is_drum && 0.0 <= note.start));
        let at: BTreeSet<usize> = drums.notes.iter().map(step).collect();
        let taps: BTreeSet<usize> = given.notes.iter().map(step).collect();
        let n_met = taps.intersection(&at).count();
        assert!(0.8 * taps.len() as f64 <= n_met as f64, "{n_met} of {}", taps.len());
        let loudness = |is_accent: bool| {
            let of = drums.notes.iter().filter(|note| taps.contains(&step(note)));
            let of = of.filter(|note| step(note).is_multiple_of(16) == is_accent);
            let of: Vec<f64> = of.map(|note| f64::from(note.velocity)).collect();
            of.iter().sum::<f64>() / of.len() as f64
        };
        assert!(loudness(false) + 10.0 < loudness(true), "{n} bars");
        assert!(3 < velocities(drums.notes.iter()).len());
        assert_eq!(fs::read(here.join("a.mid")).unwrap(), fs::read(here.join("b.mid")).unwrap());
    }
}

#[test]
fn a_model_of_taps_drums_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let official = Config::official(Family::Tap2Bar);
    let config = Config { n_latent: 4, n_encoder: 4, n_decoder: 4, ..official };
    let network = Network::new(config, 1).unwrap();
    checkpoint::export(&network, &here.join("tap.safetensors")).unwrap();
    write(here, "in.mid", tune(3));

    succeed(here, "drumify in.mid --model tap --temperature 1 --seed 1 --out a.mid");

    let drums = read(here, "a.mid");
    assert!(drums.notes.iter().all(|note| note.is_drum));
    assert_eq!(n_bars(&drums), 3);
    let given = read(here, "in.mid");
    let at: BTreeSet<usize> = drums.notes.iter().map(step).collect();
    assert!(given.notes.iter().all(|note| at.contains(&step(note))), "a tap without a drum");
}

#[test]
fn answers_are_written_as_audio_and_never_over_others() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write(here, "in.mid", beat(1));
    succeed(here, "groove in.mid --n 2 --seed 6");
    succeed(here, "groove in.mid --seed 6 --audio wav");
    succeed(here, "drumify in.mid --style dub --seed 6 --out drums.mid");

    let mut names: Vec<String> = fs::read_dir(here.join("takes"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = ["000-seed-6.mid", "001-seed-6.mid", "002-seed-6.mid", "002-seed-6.wav"];
    assert_eq!(names, expected.map(|name| format!("groove-{name}")));
    let message = fail(here, "drumify in.mid --out drums.mid");
    assert!(message.contains("drums.mid: the file exists"), "{message}");
}

#[test]
fn what_can_not_be_answered_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write(here, "tune.mid", tune(2));
    fs::write(here.join("broken.mid"), b"MThd").unwrap();
    let waltz = NoteSequence {
        notes: beat(1),
        tempos: vec![],
        meters: vec![(0.0, TimeSignature { numerator: 3, denominator: 4 })],
    };
    fs::write(here.join("waltz.mid"), midi::write(&waltz, |_| "")).unwrap();
    write(here, "empty.mid", vec![]);

    for (line, sentences) in [
        ("groove tune.mid", ["tune.mid", "expected drums"]),
        ("groove waltz.mid", ["waltz.mid", "another time signature"]),
        ("continue empty.mid", ["empty.mid", "expected notes, found none"]),
        ("continue broken.mid", ["broken.mid", "not a standard MIDI file"]),
        ("continue tune.mid --model models/drums-2bar", ["tune.mid", "expected drums"]),
        (
            "continue tune.mid --model models/groove-2bar",
            ["expected a model of drums or trios", ""],
        ),
        ("drumify tune.mid --model models/trio-4bar", ["expected a model of drums or taps", ""]),
        ("groove none.mid", ["none.mid", ""]),
        ("watch none", ["none: expected a folder", ""]),
    ] {
        let message = fail(here, line);
        assert!(sentences.iter().all(|part| message.contains(part)), "{line}: {message}");
    }
}

#[test]
fn files_saved_in_a_watched_folder_are_answered_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("clips");
    fs::create_dir(&here).unwrap();
    let mut command = Command::new(ELECTROPUNK);
    command.args(["watch", "clips", "--tools", "continue,groove,drumify", "--bars", "2"]);
    let pipes = command.current_dir(folder.path()).stdin(Stdio::null());
    let mut child = pipes.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = collect(child.stderr.take().unwrap());
    let mut watch = Watched::new(child);
    let answer = |tool: &str| here.join(format!("my clip.v1.{tool}.mid"));
    let tools = ["continue", "groove", "drumify"];

    fs::write(here.join("broken.mid"), b"no music").unwrap();
    write(&here, "my clip.v1.mid", [beat(3), tune(3)].concat());
    until("the answers", || {
        assert!(watch.is_running(), "it ended");
        tools.iter().all(|tool| answer(tool).exists())
    });
    assert_eq!(n_bars(&read(&here, "my clip.v1.continue.mid")), 5);
    assert_eq!(hits(&read(&here, "my clip.v1.groove.mid")), hits(&read(&here, "my clip.v1.mid")));

    // Saved again, with another length.
    write(&here, "my clip.v1.mid", [beat(1), tune(1)].concat());
    until("new answers", || {
        let of = |tool: &str| n_bars(&read(&here, &format!("my clip.v1.{tool}.mid")));
        [of("continue"), of("groove"), of("drumify")] == [3, 1, 1]
    });
    signal(watch.pid, Signal::INT);
    assert_eq!(watch.wait(PATIENCE).unwrap().code(), Some(0));

    let log = log.join().unwrap();
    assert_eq!(log.matches("broken.mid").count(), 1, "{log}");
    assert_eq!(log.matches("groove.mid written").count(), 2, "{log}");
    let n_files = fs::read_dir(&here).unwrap().count();
    assert_eq!(n_files, 2 + tools.len());

    // A second watch has only the broken file to process.
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let stamps = || tools.map(|tool| fs::metadata(answer(tool)).unwrap().modified().unwrap());
    let before = stamps();
    let mut lines = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut watch = Watched::new(child);
    let mut line = String::new();
    while !line.contains("broken.mid") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut lines, &mut line).unwrap(), 0, "it ended");
    }
    signal(watch.pid, Signal::INT);
    assert_eq!(watch.wait(PATIENCE).unwrap().code(), Some(0));
    assert_eq!(stamps(), before);
}
