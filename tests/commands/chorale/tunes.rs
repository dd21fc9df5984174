//! Composing, and harmonising the tunes of MIDI files.

use std::fs;

use electropunk::music::midi;

use super::{
    corpus_file::{TINY, write_corpus},
    midi_files::{AULD_LANG_SYNE, sung, write_clip, write_midi, written},
};
use crate::program::{electropunk, fail, succeed};

#[test]
fn a_model_of_ones_own_composes_and_harmonises() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_corpus(folder);
    succeed(folder, TINY);

    let sample = "chorale sample --model tiny --n 1 --lines 2 --seed 5 --json";
    let first = succeed(folder, &format!("{sample} --out a"));
    let second = succeed(folder, &format!("{sample} --out b"));
    assert_eq!(first["files"][0], "a/chorale-000-seed-5.mid");
    assert_eq!(written(folder, &first), written(folder, &second));
    let in_g = succeed(folder, &format!("{sample} --out a --key G~minor"));
    assert_eq!(
        (&in_g["files"][0], &in_g["keys"][0]),
        (&"a/chorale-001-seed-5.mid".into(), &"G minor".into())
    );
    assert_ne!(written(folder, &in_g), written(folder, &first));
    assert_eq!(electropunk(folder, &format!("{sample} --key D~dorian")).code, Some(2));

    let report =
        succeed(folder, "chorale evaluate --model tiny --data corpus.npz --samples 2 --json");
    assert_eq!((&report["test"]["chorales"], &report["test"]["frames"]), (&1.into(), &16.into()));
    assert!(report["test"]["nats_a_note"].as_f64() < report["test"]["nats_a_token"].as_f64());
    assert_eq!(report["Bach"]["rates"]["root-position triads, % of fermatas"], 100.0);
    assert!(fail(folder, "chorale sample --model gone").contains("gone"));
    let error = fail(folder, "chorale sample --model models/drums-2bar");
    for part in ["models/drums-2bar: expected a model of chorales", "tensor embedding is missing"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn given_voices_are_kept_wherever_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_corpus(folder);
    succeed(folder, TINY);
    let tune = [(72, 1.0), (74, 0.5), (76, 0.5), (77, 1.5), (72, 2.5)];
    let low: Vec<(u8, f64)> = tune.iter().map(|&(pitch, length)| (pitch - 36, length)).collect();
    write_midi(folder, "tune.mid", &[&tune]);
    write_midi(folder, "high.mid", &[&tune.map(|(pitch, length)| (pitch + 24, length))]);
    write_midi(folder, "both.mid", &[&low, &tune]);

    for (file, options, voices) in [
        ("tune.mid", "", &[(0, 0)][..]),
        ("high.mid", "--key F~major --line-beats 3", &[(0, 0)]),
        ("tune.mid", "--voices alto", &[(1, 0)]),
        ("both.mid", "--voices soprano,bass", &[(0, 1), (3, 0)]),
    ] {
        let line = format!("chorale harmonise {file} --model tiny --beam 4 --json {options}");
        let report = succeed(folder, &line);
        let given = midi::read(&fs::read(folder.join(file)).unwrap()).unwrap();
        let found = written(folder, &report);
        for &(voice, track) in voices {
            assert_eq!(sung(&found, voice), sung(&given, track), "{line}");
        }
    }

    let again = "chorale harmonise tune.mid --model tiny --beam 4 --json --out again";
    let again = [again, again].map(|line| written(folder, &succeed(folder, line)));
    assert_eq!(again[0], again[1]);
}

#[test]
fn the_tune_of_a_clip_is_harmonised_and_its_other_tracks_are_left_aside() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_corpus(folder);
    succeed(folder, TINY);
    write_clip(folder);
    let line = "chorale harmonise clip.mid --model tiny --beam 4 --json";
    let soprano = |options: &str| {
        let report = succeed(folder, &format!("{line} {options}"));
        let found = written(folder, &report);
        assert!(found.notes.iter().all(|note| !note.is_drum));
        let pitches: Vec<u8> = sung(&found, 0).into_iter().map(|(_, _, pitch)| pitch).collect();
        (report["tracks"][0].as_str().unwrap().to_owned(), pitches)
    };

    assert_eq!(soprano(""), ("Flute".into(), vec![72, 74, 77, 76]));
    assert_eq!(soprano("--track bass"), ("Bass".into(), vec![36, 43, 41, 36]));
    assert_eq!(soprano("--track 2"), ("Keys".into(), vec![67, 67, 69, 67]), "their highest notes");
    let error = fail(folder, "chorale harmonise clip.mid --model tiny --track viola");
    assert!(error.contains("--track: expected one of 1 \"Bass\", 2 \"Keys\""), "{error}");
}

#[test]
fn a_picture_shows_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_midi(folder, "auld-lang-syne.mid", &[&AULD_LANG_SYNE]);
    for line in ["harmonise auld-lang-syne.mid --beam 2", "sample --n 1 --lines 1 --line-beats 4"] {
        let report = succeed(folder, &format!("chorale {line} --picture --json"));
        let files = report["files"].as_array().unwrap();
        assert_eq!(files.len(), 2, "{report}");
        let picture = fs::read(folder.join(files[1].as_str().unwrap())).unwrap();
        assert!(picture.starts_with(b"\x89PNG"), "{line}");
    }
}

#[test]
fn the_model_is_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_midi(folder, "tune.mid", &[&[(67, 1.0), (71, 1.0), (69, 1.0), (67, 2.0)]]);
    let tune = midi::read(&fs::read(folder.join("tune.mid")).unwrap()).unwrap();

    let report = succeed(folder, "chorale harmonise tune.mid --json --audio wav");

    assert_eq!(report["files"].as_array().unwrap().len(), 2);
    assert_eq!(report["key"], "G major");
    let file = folder.join(report["files"][0].as_str().unwrap());
    let found = midi::read(&fs::read(file).unwrap()).unwrap();
    assert_eq!(sung(&found, 0), sung(&tune, 0));
    let n_voices = (0..4).filter(|&voice| !sung(&found, voice).is_empty()).count();
    assert_eq!(n_voices, 4);
}

#[test]
fn what_can_not_be_harmonised_or_learnt_from_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_corpus(folder);
    succeed(folder, TINY);
    write_midi(folder, "two.mid", &[&[(72, 1.0)], &[(60, 1.0)]]);
    write_midi(folder, "wide.mid", &[&[(20, 1.0), (100, 1.0)]]);
    write_midi(folder, "empty.mid", &[]);
    for (line, sentence) in [
        (
            "harmonise two.mid --voices soprano,alto,tenor",
            "expected a track for each of 3 voices, found 2",
        ),
        ("harmonise two.mid --voices bass,soprano", "from the highest"),
        ("harmonise wide.mid", "spans at most 45 semitones"),
        ("harmonise empty.mid", "expected notes that are no drums, found none"),
        ("harmonise gone.mid", "gone.mid: reading failed"),
        ("evaluate --data two.mid", "two.mid: expected an archive of arrays (.npz)"),
    ] {
        let error = fail(folder, &format!("chorale {line} --model tiny"));
        assert!(error.contains(sentence), "{line}: {error}");
        let file = line.split_whitespace().find(|word| word.contains(".mid")).unwrap();
        assert!(error.contains(file), "{line}: {error}");
    }
    assert_eq!(electropunk(folder, "chorale harmonise two.mid --voices viola").code, Some(2));
    assert!(!folder.join("takes").exists(), "a mistake makes no folder");
}
