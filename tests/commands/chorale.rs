//! `electropunk chorale`: training, composing, harmonising and judging chorales.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
};

use crate::program::{electropunk, fail, succeed};
use electropunk::{
    chorale::{
        compose::{Manner, Writer},
        cue::cues,
        frame::{Chorale, Frame, Voice},
        harmonise::{Given, Search, harmonise},
        likelihood::surprise,
        network::Network,
        notes::{extent, line},
        plan, token,
    },
    lab::{measure::chorale_faults::Faults, train::chorale::corpus},
    music::{
        midi,
        note::{Note, NoteSequence},
        scale::{Key, Mode},
    },
    musicvae::net::weights::Weights,
    rng,
    units::Bpm,
};
use npyz::WriterBuilder as _;
use zip::{ZipWriter, write::SimpleFileOptions};

/// A network that is small enough for dozens of steps a second.
const TINY: &str = "chorale train --data corpus.npz --out tiny --embedding-size 8 --rnn-size 8 \
    --batch-size 2 --threads 1 --checkpoint-steps 2 --steps 6";

fn npy<T: npyz::AutoSerialize + Copy>(shape: &[u64], values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new().default_dtype().shape(shape);
    let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}

/// An array of `n` times "C major".
fn keys(n: usize) -> Vec<u8> {
    let header =
        format!("{{'descr': '<U7', 'fortran_order': False, 'shape': ({n},), }}\n").into_bytes();
    let word: Vec<u8> =
        "C major".chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
    let head = [&b"\x93NUMPY\x01\x00"[..], &(header.len() as u16).to_le_bytes()].concat();
    [head, header, word.repeat(n)].concat()
}

/// Writes a corpus of ten chorales of four chords each.
fn write_corpus(folder: &Path) {
    let chords: [[u8; 4]; 4] =
        [[72, 67, 64, 48], [72, 69, 65, 53], [71, 67, 62, 55], [72, 67, 64, 48]];
    let (n_chorales, n_frames) = (10u8, 16u64);
    let (mut pitches, mut onsets, mut fermatas) = (vec![], vec![], vec![]);
    for chorale in 0..n_chorales {
        // No two are the same music.
        let order = [chorale % 4, chorale / 4, (chorale + 1) % 4, 0];
        for frame in 0..n_frames {
            pitches.extend(chords[usize::from(order[frame as usize / 4])]);
            onsets.extend([u8::from(frame % 4 == 0); 4]);
            fermatas.push(u8::from(12 <= frame));
        }
    }
    let n = n_frames * u64::from(n_chorales);
    let index: Vec<i32> = (0..=i32::from(n_chorales)).map(|number| 16 * number).collect();
    let mut archive = ZipWriter::new(File::create(folder.join("corpus.npz")).unwrap());
    for (name, bytes) in [
        ("pitch", npy(&[n, 4], &pitches)),
        ("onset", npy(&[n, 4], &onsets)),
        ("fermata", npy(&[n], &fermatas)),
        ("index", npy(&[index.len() as u64], &index)),
        ("keys", keys(n_chorales.into())),
    ] {
        archive.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap();
}

/// Writes tracks of notes, given as pitches and quarters, to `NAME.mid`.
fn write_midi(folder: &Path, name: &str, tracks: &[&[(u8, f64)]]) {
    let mut notes = Vec::new();
    for (instrument, track) in tracks.iter().enumerate() {
        let mut start = 1.0;
        for &(pitch, length) in *track {
            let (end, instrument) = (start + length, instrument as u16);
            let note = Note {
                pitch,
                velocity: 80,
                start,
                end,
                program: instrument as u8,
                is_drum: false,
                instrument,
            };
            notes.push(note);
            start = end;
        }
    }
    let piece = NoteSequence { notes, tempos: vec![(0.0, Bpm::DEFAULT)], meters: vec![] };
    fs::write(folder.join(name), midi::write(&piece, |_| "")).unwrap();
}

/// The only file that `report` names.
fn written(folder: &Path, report: &serde_json::Value) -> NoteSequence {
    let files = report["files"].as_array().unwrap();
    assert_eq!(files.len(), 1, "{report}");
    midi::read(&fs::read(folder.join(files[0].as_str().unwrap())).unwrap()).unwrap()
}

/// Start, end and pitch of the notes of an instrument, in sixteenths.
fn sung(piece: &NoteSequence, instrument: u16) -> Vec<(i64, i64, u8)> {
    let sixteenths = |quarters: f64| (4.0 * quarters).round() as i64;
    let of_voice = piece.notes.iter().filter(|note| note.instrument == instrument);
    of_voice.map(|note| (sixteenths(note.start), sixteenths(note.end), note.pitch)).collect()
}

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
    let on = TINY.replace("--out tiny", "--out more --start tiny");
    let started = succeed(folder, &format!("{on} --json"));
    assert_ne!(started["nats_a_token"], cut["nats_a_token"]);
    let wide = TINY.replace("--out tiny", "--out wide --start tiny").replace("size 8", "size 4");
    let error = fail(folder, &wide);
    assert!(error.contains("--start: tiny"), "{error}");
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

/// A clip of four tracks: drums, a bass, chords and a tune, as (name, program, pitches), a quarter a note.
fn write_clip(folder: &Path) {
    let parts: [(u8, &[&[u8]]); 4] = [
        (0, &[&[36], &[38], &[36], &[38]]),
        (33, &[&[36], &[43], &[41], &[36]]),
        (4, &[&[60, 64, 67], &[59, 62, 67], &[60, 65, 69], &[60, 64, 67]]),
        (73, &[&[72], &[74], &[77], &[76]]),
    ];
    let mut notes = Vec::new();
    for (instrument, (program, chords)) in (0..).zip(parts) {
        for (start, chord) in (0u8..).zip(chords) {
            let of_pitch = |&pitch: &u8| Note {
                pitch,
                velocity: 80,
                start: f64::from(start),
                end: f64::from(start) + 1.0,
                program,
                is_drum: instrument == 0,
                instrument,
            };
            notes.extend(chord.iter().map(of_pitch));
        }
    }
    let piece = NoteSequence { notes, tempos: vec![(0.0, Bpm::DEFAULT)], meters: vec![] };
    let names = ["Drums", "Bass", "Keys", "Flute"];
    let bytes = midi::write(&piece, |note: &Note| names[usize::from(note.instrument)]);
    fs::write(folder.join("clip.mid"), bytes).unwrap();
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

/// A Scottish tune, in the public domain; the picture in docs/musicians.md is made from it.
#[rustfmt::skip] // A bar a line.
const AULD_LANG_SYNE: [(u8, f64); 56] = [
    (60, 1.0),
    (65, 1.5), (65, 0.5), (65, 1.0), (69, 1.0),
    (67, 1.5), (65, 0.5), (67, 1.0), (69, 1.0),
    (65, 1.5), (65, 0.5), (69, 1.0), (72, 1.0),
    (74, 3.0), (74, 1.0),
    (72, 1.5), (69, 0.5), (69, 1.0), (65, 1.0),
    (67, 1.5), (65, 0.5), (67, 1.0), (69, 1.0),
    (65, 1.5), (62, 0.5), (62, 1.0), (60, 1.0),
    (65, 3.0), (74, 1.0),
    (72, 1.5), (69, 0.5), (69, 1.0), (65, 1.0),
    (67, 1.5), (65, 0.5), (67, 1.0), (74, 1.0),
    (72, 1.5), (69, 0.5), (69, 1.0), (72, 1.0),
    (74, 3.0), (74, 1.0),
    (72, 1.5), (69, 0.5), (69, 1.0), (65, 1.0),
    (67, 1.5), (65, 0.5), (67, 1.0), (69, 1.0),
    (65, 1.5), (62, 0.5), (62, 1.0), (60, 1.0),
    (65, 3.0),
];

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

/// Bach's chorales, which are not in this project; none, after a line on stderr, where they are not.
fn bach() -> Option<Vec<Chorale>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bach_satb.npz");
    if !path.exists() {
        eprintln!("skipped: no corpus of Bach's chorales at {}", path.display());
        return None;
    }
    Some(corpus::read(&path).unwrap())
}

#[test]
fn every_chorale_of_bach_is_decoded_from_its_tokens() {
    let Some(chorales) = bach() else { return };
    assert_eq!(chorales.len(), 368);
    for (number, chorale) in chorales.iter().enumerate() {
        let tokens = token::encode(chorale).unwrap();
        let decoded = token::decode(&tokens, chorale.key, &chorale.fermatas());
        assert!(decoded == *chorale, "chorale {number}");
    }
}

/// The rates of Bach, of which some were counted by another program.
#[test]
fn the_faults_of_bach_are_those_that_others_count() {
    let Some(chorales) = bach() else { return };
    let faults = Faults::of(&chorales);
    assert_eq!((faults.n_frames, faults.n_fifths, faults.n_octaves), (80_000, 51, 21));
    assert_eq!((faults.n_changes, faults.n_fermatas), (30_170, 2_278));
    let crossed = 100.0 * faults.n_crossed as f64 / 80_000.0;
    assert!((crossed - 2.14).abs() < 0.02, "{crossed}");
    let cadences = 100.0 * faults.n_cadences as f64 / 2_278.0;
    assert!((cadences - 98.6).abs() < 0.1, "{cadences}");
    let held = 100.0 * faults.n_held as f64 / 320_000.0;
    assert!((held - 72.3).abs() < 0.1, "{held}");
}

/// The shipped model, without its ending.
fn shipped() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/chorale").display().to_string()
}

/// The chorales that `report` names, as frames; all begin on the fourth beat.
fn sampled(folder: &Path, report: &serde_json::Value) -> Vec<Chorale> {
    let files = report["files"].as_array().unwrap().iter();
    let keys = report["keys"].as_array().unwrap().iter();
    let chorale = |(file, key): (&serde_json::Value, &serde_json::Value)| {
        let bytes = fs::read(folder.join(file.as_str().unwrap())).unwrap();
        let piece = midi::read(&bytes).unwrap();
        let n_frames = extent(&piece.notes).1;
        let lines = Voice::ALL.map(|voice| {
            let of_voice = piece.notes.iter().filter(|note| note.instrument == voice as u16);
            line(&of_voice.copied().collect::<Vec<_>>(), voice, 3, n_frames)
        });
        let fermatas = plan::regular(n_frames / 32, 8);
        let frame = |(at, &has_fermata)| Frame {
            sounds: lines.each_ref().map(|line| line[at]),
            has_fermata,
        };
        let frames = fermatas.iter().enumerate().map(frame).collect();
        Chorale { key: key.as_str().unwrap().parse().unwrap(), frames }
    };
    files.zip(keys).map(chorale).collect()
}

/// Bach breaks .25 of the rules of parallels per 100 changes; 2.1 % of his frames are crossed.
#[test]
fn the_shipped_model_writes_like_bach() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();

    let line = format!("chorale sample --model {} --n 20 --seed 1 --json", shipped());
    let report = succeed(folder, &line);

    let faults = Faults::of(&sampled(folder, &report));
    assert_eq!((faults.n_frames, faults.n_fermatas, faults.n_outside), (20 * 192, 120, 0));
    let percent = |n: usize, of: usize| 100.0 * n as f64 / of as f64;
    let parallels = percent(faults.n_fifths + faults.n_octaves, faults.n_changes);
    assert!(parallels <= 3.0 * 0.25, "{faults:?}");
    assert!(percent(faults.n_crossed, faults.n_frames) <= 5.0, "{faults:?}");
    assert!(90.0 <= percent(faults.n_cadences, faults.n_fermatas), "{faults:?}");
    let changes = faults.n_changes as f64 / faults.n_frames as f64;
    assert!((0.25..0.5).contains(&changes), "{faults:?}");
}

#[test]
fn the_shipped_model_knows_chorales_that_it_has_not_seen() {
    if bach().is_none() {
        return;
    }
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bach_satb.npz");
    let folder = tempfile::tempdir().unwrap();
    let line = format!(
        "chorale evaluate --model {} --samples 4 --json --data {}",
        shipped(),
        data.display()
    );
    let report = succeed(folder.path(), &line);
    let nats = |part: &str| report[part]["nats_a_note"].as_f64().unwrap();
    assert!(nats("test") < 0.4 && nats("validation") < 0.4, "{report}");
    assert_eq!(
        (&report["test"]["chorales"], &report["validation"]["chorales"]),
        (&72.into(), &68.into())
    );
}

#[test]
fn drafts_prepare_the_notes_of_a_given_tune() {
    let weights = fs::read(format!("{}.safetensors", shipped())).unwrap();
    let network = Network::load(&Weights::read(&weights, "models/chorale").unwrap()).unwrap();
    let tune: Vec<u8> = AULD_LANG_SYNE[..28]
        .iter()
        .flat_map(|&(pitch, beats)| {
            let held = vec![token::HOLD; (4.0 * beats) as usize - 1];
            [vec![token::strike(pitch).unwrap()], held].concat()
        })
        .collect();
    let key = Key { root: 5, mode: Mode::Major };
    let fermatas = plan::regular(tune.len() / 32, 8);
    let manner = Manner { temperature: 0.8, rhythm_temperature: 1.0, strictness: 6.0 };
    let nats_of_tune = |n_drafts: usize, seed: u64| {
        let mut rng = rng::stream(seed, "test");
        let mut writer = Writer::new(&network, key, manner);
        writer.split(n_drafts);
        for (cue, &token) in cues(&fermatas).into_iter().zip(&tune) {
            writer.write(cue, [Some(token), None, None, None], &mut rng);
        }
        let chorale = token::decode(writer.tokens(), key, &fermatas);
        surprise(&network, &[chorale]).tokens[0]
    };
    let mean = |n_drafts: usize| (0..6).map(|seed| nats_of_tune(n_drafts, seed)).sum::<f64>() / 6.0;

    let (one, eight) = (mean(1), mean(8));

    assert!(eight < one - 3.0, "nats of the tune: {eight} with eight drafts, {one} with one");
}

#[test]
fn a_wider_beam_finds_a_more_probable_harmony() {
    let Some(chorales) = bach() else { return };
    let weights = fs::read(format!("{}.safetensors", shipped())).unwrap();
    let network = Network::load(&Weights::read(&weights, "models/chorale").unwrap()).unwrap();
    let mut sums = [0.0; 2];
    for chorale in chorales.iter().step_by(18).take(20) {
        let frames = &chorale.frames[..64];
        let soprano = frames.iter().map(|frame| frame.sounds[0]).collect();
        let fermatas = frames.iter().map(|frame| frame.has_fermata).collect();
        let given = Given { key: chorale.key, voices: [Some(soprano), None, None, None], fermatas };
        for (sum, width) in sums.iter_mut().zip([1, 8]) {
            let search = Search { width, strictness: 0.0 };
            *sum += harmonise(&network, &given, search, &|| false).unwrap().log_probability;
        }
    }
    assert!(sums[0] + 20.0 < sums[1], "{sums:?}");
}
