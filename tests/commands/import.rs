//! `electropunk import` of checkpoints in each format: encoding and decoding agree with magenta-js.
//!
//! The networks are not part of the repository: see [`parity_folder`].

use std::{fs, path::Path, process::Command};

use electropunk::{
    lab::train::network::Network,
    musicvae::net::{config::Config, family::Family},
};

use crate::{
    common::{ELECTROPUNK, parity::parity_folder, process::run, wait::PATIENCE},
    program::{fail, succeed},
    tools::{beat, tune, write},
};

/// Runs the binary in `folder` and parses its standard output as JSON; null if it prints nothing.
fn electropunk(folder: &Path, args: &[&str]) -> serde_json::Value {
    let mut command = Command::new(ELECTROPUNK);
    let finished = run(command.args(args).current_dir(folder), PATIENCE);
    assert_eq!(finished.code, Some(0), "{args:?}: {}", finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap_or_default()
}

/// Shape and values of a NumPy file.
fn array(path: &Path) -> (Vec<usize>, Vec<f32>) {
    let file = npyz::NpyFile::new(std::io::Cursor::new(fs::read(path).unwrap())).unwrap();
    let shape = file.shape().iter().map(|&n| n as usize).collect();
    (shape, file.into_vec().unwrap())
}

/// A file of little-endian floats.
fn golden(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Imports `source` and compares mu and logits with those in `toy`.
fn assert_agrees(source: &Path, toy: &Path, config: &str, format: &str) {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let path = |name: &str| toy.join(name).display().to_string();
    let source = source.display().to_string();

    let report = electropunk(here, &["import", &source, "--out", "toy", "--json"]);
    assert_eq!((&report["config"], &report["format"]), (&config.into(), &format.into()));
    let model = ["--model", "toy"];
    let encode = ["encode", model[0], model[1], &path("enc_input.npy"), "--out", "mu.npy"];
    electropunk(here, &encode);
    let z = path("../z.npy");
    let decode = ["decode", model[0], model[1], "--z", &z, "--greedy", "--logits", "l.npy"];
    electropunk(here, &[&decode[..], &["--out", "tokens.npy"]].concat());

    let mu = array(&here.join("mu.npy")).1;
    assert!(largest_difference(&mu, &golden(&toy.join("golden_mu.f32"))) < 1e-5, "mu of {source}");
    let (shape, logits) = array(&here.join("l.npy"));
    let [n, n_steps, width] = shape[..] else { panic!("{shape:?}") };
    let mut start = 0;
    for leaf in 0.. {
        let Ok(_) = fs::metadata(toy.join(format!("golden_logits_leaf{leaf}.f32"))) else { break };
        let golden = golden(&toy.join(format!("golden_logits_leaf{leaf}.f32")));
        let n_wide = golden.len() / n / n_steps;
        let rows = logits.chunks_exact(width);
        let ours: Vec<f32> = rows.flat_map(|row| row[start..start + n_wide].to_vec()).collect();
        assert!(largest_difference(&ours, &golden) < 1e-5, "logits {leaf} of {source}");
        start += n_wide;
    }
    assert_eq!(start, width);
}

#[test]
fn every_small_network_agrees_with_magenta() {
    let Some(toys) = parity_folder("toy") else { return };
    let tfjs = "TensorFlow.js weights";
    for (name, config) in [
        ("flat_drums", "cat-drums_2bar_small"),
        ("flat_mel", "cat-mel_2bar_small"),
        ("nade_drums", "nade-drums_2bar_full"),
        ("groove", "groovae_2bar_humanize"),
        ("hier_trio", "hier-trio_4bar"),
        ("hier_trio_q1", "hier-trio_4bar"),
        ("multitrack", "hier-multiperf_vel_1bar_med"),
    ] {
        assert_agrees(&toys.join(name), &toys.join(name), config, tfjs);
    }
}

#[test]
fn a_tensorflow_checkpoint_agrees_with_magenta() {
    let Some(toys) = parity_folder("toy") else { return };
    let toy = toys.join("hier_trio");
    for source in ["tf_ckpt", "tf_ckpt/model.ckpt-1234", "tf_ckpt/model.ckpt-1234.index"] {
        assert_agrees(&toy.join(source), &toy, "hier-trio_4bar", "a TensorFlow V2 checkpoint");
    }
}

#[test]
fn a_source_without_a_checkpoint_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("weights_manifest.json"), "[{}]").unwrap();
    for source in [".", "weights_manifest.json", "nothing", "/"] {
        let mut command = Command::new(ELECTROPUNK);
        let command = command.args(["import", source, "--out", "x"]).current_dir(folder.path());

        let finished = run(command, PATIENCE);

        assert_eq!(finished.code, Some(1), "{source}: {}", finished.stdout);
        assert!(finished.stderr.starts_with("error: ") && !finished.stderr.contains("panicked"));
        assert!(!folder.path().join("x.safetensors").exists());
    }
}

/// A TensorFlow.js checkpoint of a small network of `config`, of untrained weights.
fn checkpoint(folder: &Path, config: Config, converter: &str) {
    let mut tensors: Vec<_> =
        Network::new(config, 1).unwrap().tensors().unwrap().into_iter().collect();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    let (mut numbers, mut entries) = (Vec::new(), Vec::new());
    for (name, tensor) in tensors {
        let values = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        numbers.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        entries.push(serde_json::json!({
            "name": name, "shape": tensor.dims(), "dtype": "float32",
        }));
    }
    let manifest = serde_json::json!([{ "paths": ["group1-shard1of1"], "weights": entries }]);
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("weights_manifest.json"), manifest.to_string()).unwrap();
    fs::write(folder.join("group1-shard1of1"), numbers).unwrap();
    let settings = format!(r#"{{"type": "MusicVAE", "dataConverter": {converter}}}"#);
    fs::write(folder.join("config.json"), settings).unwrap();
}

#[test]
fn imported_models_of_every_length_sample_encode_decode_and_interpolate() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let band = |n_bars| [beat(n_bars), tune(n_bars)].concat();
    write(here, "a.mid", band(16));
    write(here, "b.mid", band(17));
    for (number, (family, n_bars, converter)) in [
        (Family::Drums2Bar, 4, r#"{"type": "DrumsConverter", "args": {"numSteps": 64}}"#),
        (
            Family::HierMelody16Bar,
            16,
            r#"{"type": "MelodyConverter", "args": {"numSteps": 256, "numSegments": 16}}"#,
        ),
        (Family::Groove4Bar, 4, r#"{"type": "GrooveConverter", "args": {"numSteps": 64}}"#),
        (
            Family::Tap2Bar,
            3,
            r#"{"type": "GrooveConverter", "args": {"numSteps": 48, "tapify": true}}"#,
        ),
        (
            Family::Multitrack1Bar,
            1,
            r#"{"type": "MultitrackConverter", "args": {"numSteps": 512, "numSegments": 8}}"#,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let official = Config::official(family);
        let of_length = official.with_steps(16 * n_bars).unwrap_or(official);
        let n_conductor = if official.n_conductor_layers == 0 { official.n_conductor } else { 6 };
        let config = Config { n_latent: 5, n_encoder: 6, n_decoder: 7, n_conductor, ..of_length };
        checkpoint(&here.join("net"), config, converter);

        let out = format!("model-{number}");
        let report = succeed(here, &format!("import net --out {out} --json"));

        assert_eq!(report["config"], family.name());
        let n_steps =
            report["segments"].as_u64().unwrap() * report["segment_steps"].as_u64().unwrap();
        assert_eq!(n_steps as usize, config.n_steps());
        succeed(here, &format!("sample --model {out} --n 2 --seed 1 --out s{number}"));
        let encoded = succeed(here, &format!("encode --model {out} a.mid --out z.npy --json"));
        assert_eq!(encoded["shape"][1], 5, "{family}");
        succeed(here, &format!("decode --model {out} --z z.npy --seed 1 --out d{number}"));
        let ends = "a.mid b.mid --steps 3 --seed 1";
        let way =
            succeed(here, &format!("interpolate --model {out} {ends} --json --out w{number}"));
        assert_eq!(way["files"].as_array().unwrap().len(), 4, "{family}");
    }
}

#[test]
fn what_a_checkpoint_does_not_say_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let config =
        Config { n_latent: 5, n_encoder: 6, n_decoder: 7, ..Config::official(Family::Tap2Bar) };
    checkpoint(&here.join("net"), config, "{}");
    fs::remove_file(here.join("net/config.json")).unwrap();

    let guessed = succeed(here, "import net --out a --json");
    let asked = succeed(here, "import net --out b --config groovae_4bar --bars 3 --json");

    assert_eq!(
        (&guessed["config"], &guessed["segment_steps"]),
        (&"groovae_2bar_humanize".into(), &32.into())
    );
    assert_eq!((&asked["config"], &asked["segment_steps"]), (&"groovae_4bar".into(), &48.into()));
    let message = fail(here, "import net --out c --config hier-multiperf_vel_1bar_med --bars 2");
    assert!(message.contains("expected a number of bars that hier-multiperf"), "{message}");
}
