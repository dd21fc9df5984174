//! Commands for musicians, with the shipped models.

use std::{collections::BTreeSet, fs};

use crate::{
    common::mp3,
    program::{electropunk, fail, succeed},
};
use electropunk::{music::midi, musicvae::convert::extract::Lines};

#[test]
fn samples_are_music_and_depend_on_the_seed_alone() {
    let folder = tempfile::tempdir().unwrap();
    let sample = |out: &str, seed: u64| {
        let line =
            format!("sample --model models/trio-4bar --n 3 --json --seed {seed} --out {out}");
        let report = succeed(folder.path(), &line);
        assert_eq!(
            (report["seed"].as_u64(), &report["config"]),
            (Some(seed), &"electropunk-trio_4bar".into())
        );
        let files = report["files"].as_array().unwrap().iter();
        files
            .map(|file| fs::read(folder.path().join(file.as_str().unwrap())).unwrap())
            .collect::<Vec<_>>()
    };

    let first = sample("a", 1);

    assert_eq!(first.len(), 3);
    assert!(first == sample("b", 1) && first != sample("c", 2));
    let lines = Lines::extract(&midi::read(&first[0]).unwrap()).unwrap();
    assert!(lines.drums.is_some() && lines.drums.unwrap().iter().any(|&token| token != 0));
}

#[test]
fn an_interpolation_begins_and_ends_like_its_ends() {
    let folder = tempfile::tempdir().unwrap();
    for style in ["techno", "dub"] {
        succeed(
            folder.path(),
            &format!("dataset patterns --style {style} --count 1 --out {style}"),
        );
    }
    let ends = "techno/techno-0.mid dub/dub-0.mid";

    let line =
        format!("interpolate --model models/drums-2bar {ends} --steps 5 --seed 1 --json --out way");
    let report = succeed(folder.path(), &line);

    assert_eq!(
        (report["line"].as_str(), report["files"].as_array().unwrap().len()),
        (Some("slerp"), 6)
    );
    let drums = |name: &str| {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        Lines::extract(&midi::read(&bytes).unwrap()).unwrap().drums.unwrap()
    };
    let n_apart = |a: &[u16], b: &[u16]| a.iter().zip(b).filter(|(a, b)| a != b).count();
    let (first, last) = (drums("way/step-000-seed-1.mid"), drums("way/step-004-seed-1.mid"));
    let (techno, dub) = (drums("techno/techno-0.mid"), drums("dub/dub-0.mid"));
    assert!(n_apart(&first, &techno) < n_apart(&last, &techno));
    assert!(n_apart(&last, &dub) < n_apart(&first, &dub));
    assert!(drums("way/all-000-seed-1.mid").len() > 4 * 32);
}

#[test]
fn samples_have_as_many_bars_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let sample = |bars: &str, out: &str| {
        let line = format!("generate --model models/drums-2bar --n 1 --seed 3 --out {out} {bars}");
        succeed(folder.path(), &line);
        let path = folder.path().join(out).join("sample-000-seed-3.mid");
        Lines::extract(&midi::read(&fs::read(path).unwrap()).unwrap()).unwrap().drums.unwrap()
    };
    let (two, five, one) = (sample("", "a"), sample("--bars 5", "b"), sample("--bars 1", "c"));

    assert_eq!((two.len(), five.len(), one.len()), (32, 80, 16));
    assert_eq!((&five[..32], &one[..]), (&two[..], &two[..16]));
    assert_ne!(five[32..64], two[..]);
}

#[test]
fn bars_of_a_file_are_chosen_and_loops_repeated() {
    let folder = tempfile::tempdir().unwrap();
    succeed(folder.path(), "dataset patterns --style techno --count 1 --out .");
    succeed(folder.path(), "sample --model models/drums-2bar --n 1 --seed 2 --bars 1 --out loop");
    let drums = |name: &str| {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        Lines::extract(&midi::read(&bytes).unwrap()).unwrap().drums.unwrap()
    };
    let model = "interpolate --model models/drums-2bar --steps 3 --seed 1";
    let files = "techno-0.mid loop/sample-000-seed-2.mid";

    succeed(folder.path(), &format!("{model} {files} --from-bars 1-4 --out way"));

    let (first, last) = (drums("way/step-000-seed-1.mid"), drums("way/step-002-seed-1.mid"));
    let (techno, one_bar) = (drums("techno-0.mid"), drums("loop/sample-000-seed-2.mid"));
    let n_alike = |a: &[u16], b: &[u16]| a.iter().zip(b).filter(|(a, b)| a == b).count();
    assert_eq!((first.len(), last.len()), (64, 64));
    assert!(54 <= n_alike(&first, &techno[..64]), "{first:?}");
    assert!(54 <= n_alike(&last, &one_bar.repeat(4)), "{last:?}");
    let message = fail(folder.path(), &format!("{model} {files} --to-bars 9 --out way"));
    assert!(message.contains("expected bars from 1 to 1, found 9"), "{message}");
}

#[test]
fn a_piece_is_encoded_and_decoded() {
    let folder = tempfile::tempdir().unwrap();
    succeed(folder.path(), "dataset patterns --style techno --count 1 --out .");
    let model = "--model models/drums-2bar";

    let report = succeed(folder.path(), &format!("encode {model} techno-0.mid --out z.npy --json"));
    assert_eq!(report["bars"], serde_json::json!([0, 2]));
    for name in ["drawn", "again"] {
        let out = format!("{name}.npy");
        succeed(folder.path(), &format!("encode {model} techno-0.mid --out {out} --seed 5"));
    }
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(bytes("drawn.npy"), bytes("again.npy"));
    assert_ne!(bytes("drawn.npy"), bytes("z.npy"));
    succeed(
        folder.path(),
        &format!("decode {model} --z z.npy --greedy --out tokens.npy --logits l.npy"),
    );
    succeed(folder.path(), &format!("decode {model} --z z.npy --greedy --seed 3 --out takes"));

    let array = |name: &str| {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        npyz::NpyFile::new(std::io::Cursor::new(bytes)).unwrap()
    };
    let (tokens, logits) = (array("tokens.npy"), array("l.npy"));
    assert_eq!((tokens.shape(), logits.shape()), (&[2, 32][..], &[2, 32, 512][..]));
    let tokens: Vec<i64> = tokens.into_vec().unwrap();
    let logits: Vec<f32> = logits.into_vec().unwrap();
    let likeliest = |row: &[f32]| (0..512).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
    assert!(logits.chunks(512).map(likeliest).eq(tokens.iter().map(|&token| token as usize)));
    let bytes = fs::read(folder.path().join("takes/decode-001-seed-3.mid")).unwrap();
    let drums = Lines::extract(&midi::read(&bytes).unwrap()).unwrap().drums.unwrap();
    assert!(drums.iter().zip(&tokens[32..]).all(|(a, b)| i64::from(*a) == *b));
}

#[test]
fn takes_are_never_overwritten_and_tell_their_seed() {
    let folder = tempfile::tempdir().unwrap();
    let mut seeds = Vec::new();
    for _ in 0..2 {
        let finished =
            electropunk(folder.path(), "sample --model models/drums-2bar --n 2 --out takes");
        let said = finished.stdout.trim();
        seeds.push(said.strip_prefix("2 files written to takes, seed ").unwrap().to_owned());
    }

    let mut names: Vec<String> = fs::read_dir(folder.path().join("takes"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();

    let name = |number: usize, seed: &str| format!("sample-{number:03}-seed-{seed}.mid");
    let expected = [0, 1, 2, 3].map(|number| name(number, &seeds[number / 2]));
    assert_eq!(names, expected);
}

#[test]
fn samples_have_the_radios_touch_unless_they_are_to_be_plain() {
    let folder = tempfile::tempdir().unwrap();
    let velocities = |more: &str, out: &str| {
        let line =
            format!("sample --model models/trio-4bar --n 1 --seed 2 --json --out {out} {more}");
        let report = succeed(folder.path(), &line);
        let file = report["files"][0].as_str().unwrap();
        let piece = midi::read(&fs::read(folder.path().join(file)).unwrap()).unwrap();
        piece.notes.iter().map(|note| note.velocity).collect::<BTreeSet<u8>>()
    };

    assert_eq!(velocities("--touch plain", "a"), [100].into());
    assert!(5 < velocities("", "b").len());
    assert!(5 < velocities("--audio MP3", "c").len());
    assert_eq!(velocities("--audio mp3 --touch plain", "d"), [100].into());
}

#[test]
fn samples_are_written_as_audio() {
    let folder = tempfile::tempdir().unwrap();

    for format in ["mp3", "wav"] {
        let line =
            format!("sample --model models/drums-2bar --n 1 --seed 1 --audio {format} --out a");
        succeed(folder.path(), &line);
    }

    let loudest = mp3::decode(&fs::read(folder.path().join("a/sample-000-seed-1.mp3")).unwrap());
    assert!((0.05..1.0).contains(&loudest), "{loudest}");
    // Two bars at 120 bpm and a tail of two seconds, stereo f32.
    let n_bytes = fs::metadata(folder.path().join("a/sample-001-seed-1.wav")).unwrap().len();
    assert!((n_bytes as f64 / (6.0 * 44_100.0 * 8.0) - 1.0).abs() < 0.01, "{n_bytes}");
}

#[test]
fn mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    succeed(folder.path(), "dataset patterns --style techno --count 1 --out .");
    fs::write(folder.path().join("broken.mid"), b"MThd").unwrap();
    fs::write(folder.path().join("z.npy"), b"no array").unwrap();
    fs::write(folder.path().join("bad.safetensors"), b"no weights").unwrap();
    let messages: BTreeSet<String> = [
        ("sample --model models/nothing --out a", "models/nothing.safetensors"),
        ("sample --model bad --out a", "bad.safetensors"),
        ("encode --model models/drums-2bar broken.mid --out z.npy", "broken.mid"),
        ("encode --model models/drums-2bar none.mid --out z.npy", "none.mid"),
        ("encode --model models/drums-2bar z.npy --out y.npy", "z.npy"),
        ("decode --model models/drums-2bar --z z.npy --out a", "z.npy"),
        ("interpolate --model models/trio-4bar techno-0.mid none.mid --out a", "none.mid"),
    ]
    .into_iter()
    .map(|(line, named)| {
        let message = fail(folder.path(), line);
        assert!(message.contains(named), "{line}: {message}");
        message
    })
    .collect();
    assert!(messages.iter().all(|message| !message.contains("panicked")));
}
