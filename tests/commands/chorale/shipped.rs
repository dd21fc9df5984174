//! The shipped model, compared with Bach's chorales.

use std::{fs, path::Path};

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
        scale::{Key, Mode},
    },
    musicvae::net::weights::Weights,
    rng,
};

use super::midi_files::AULD_LANG_SYNE;
use crate::program::succeed;

/// Bach's chorales, which are not part of this project; none, after a line on stderr, if they are missing.
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

/// The rates of Bach's chorales, some of which were counted by another program.
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

/// The path of the shipped model, without extension.
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

/// Bach's chorales have .25 parallels per 100 changes; in 2.1 % of their frames, voices cross.
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
