//! Every checkpoint that magenta-js lists is imported, or refused with an error message.
//!
//! The checkpoints themselves are not available here. For each id whose network can be imported, a small
//! network of its shape and with its settings is written in its format with seeded weights, imported,
//! and compared with [`crate::reference`].

use std::{collections::BTreeMap, fs, path::Path};

use electropunk::{
    musicvae::{
        import::{
            Checkpoint, read_in_memory,
            recognise::{Wanted, recognise},
        },
        net::{
            config::Config,
            domain::{Column, Domain},
            family::Family,
            head::Head,
            music_vae::MusicVae,
            weights::Weights,
        },
    },
    rng,
};
use rand::RngExt as _;

use crate::reference::{Greedy, Outputs, Reference, Tensors};

/// An id of magenta-js's `checkpoints.json`, with the settings of its `config.json`; or a configuration of
/// Magenta's Python, whose checkpoints have no settings.
struct Case {
    id: &'static str,
    /// The configuration that it is imported as.
    family: Family,
    n_steps: usize,
    /// Bytes of a weight: 4, or fewer if quantised.
    n_bytes: usize,
    converter: &'static str,
}

const fn case(
    id: &'static str,
    family: Family,
    n_steps: usize,
    n_bytes: usize,
    converter: &'static str,
) -> Case {
    Case { id, family, n_steps, n_bytes, converter }
}

const DRUMS: &str = r#""DrumsConverter", "args": {"numSteps": N}"#;
const ROLL: &str = r#""DrumRollConverter", "args": {"numSteps": N}"#;
const MELODY: &str =
    r#""MelodyConverter", "args": {"numSteps": N, "minPitch": 21, "maxPitch": 108}"#;
const LONG_MELODY: &str = r#""MelodyConverter", "args":
    {"numSteps": N, "numSegments": 16, "minPitch": 21, "maxPitch": 108}"#;
const TRIO_4: &str = r#""TrioConverter", "args": {"numSteps": N, "numSegments": 4}"#;
const TRIO_16: &str = r#""TrioConverter", "args": {"numSteps": N, "numSegments": 16}"#;
const TRACKS: &str = r#""MultitrackConverter", "args": {"numSteps": N, "numSegments": 8,
    "stepsPerQuarter": 24, "totalSteps": 96, "numVelocityBins": 8}"#;
const HUMANIZE: &str = r#""GrooveConverter", "args": {"numSteps": N, "humanize": true}"#;
const TAP: &str = r#""GrooveConverter", "args": {"numSteps": N, "tapify": true}"#;
const GROOVE: &str = r#""GrooveConverter", "args": {"numSteps": N, "humanize": false}"#;

/// Checkpoints that can be imported.
const IMPORTED: [Case; 20] = [
    case("drums_2bar_lokl_small", Family::Drums2Bar, 32, 4, DRUMS),
    case("drums_2bar_hikl_small", Family::Drums2Bar, 32, 4, DRUMS),
    case("drums_2bar_nade_9_q2", Family::NadeDrums2Bar, 32, 2, ROLL),
    case("drums_4bar_med_q2", Family::Drums2Bar, 64, 2, DRUMS),
    case("drums_4bar_med_lokl_q2", Family::Drums2Bar, 64, 2, DRUMS),
    case("mel_2bar_small", Family::Melody2Bar, 32, 4, MELODY),
    case("mel_4bar_med_q2", Family::Melody2Bar, 64, 2, MELODY),
    case("mel_4bar_med_lokl_q2", Family::Melody2Bar, 64, 2, MELODY),
    case("mel_4bar_small_q2", Family::Melody2Bar, 64, 2, MELODY),
    case("mel_16bar_small_q2", Family::HierMelody16Bar, 256, 2, LONG_MELODY),
    case("trio_4bar_lokl_small_q1", Family::Trio4Bar, 64, 1, TRIO_4),
    case("trio_16bar_xl", Family::HierTrio16Bar, 256, 4, TRIO_16),
    case("multitrack", Family::Multitrack1Bar, 512, 1, TRACKS),
    case("multitrack_med", Family::Multitrack1Bar, 512, 1, TRACKS),
    case("multitrack_med_fb256", Family::Multitrack1Bar, 512, 1, TRACKS),
    case("groovae_2bar_humanize", Family::Humanize2Bar, 32, 4, HUMANIZE),
    case("tap2drum_1bar", Family::Tap2Bar, 16, 4, TAP),
    case("tap2drum_2bar", Family::Tap2Bar, 32, 4, TAP),
    case("tap2drum_3bar", Family::Tap2Bar, 48, 4, TAP),
    case("tap2drum_4bar", Family::Tap2Bar, 64, 4, TAP),
];

/// A listed checkpoint that can be imported as well.
const GROOVAE_4BAR: Case = case("groovae_4bar", Family::Groove4Bar, 64, 4, GROOVE);

/// Refused checkpoints, with configuration, a tensor and the error message.
const REFUSED: [(&str, &str, &str, &str); 14] = [
    ("mel_chords", CHORDS, CELL, CONDITIONED),
    ("multitrack_chords", CHORDS, CELL, CONDITIONED),
    ("multitrack_med_chords", CHORDS, CELL, CONDITIONED),
    ("multitrack_med_chords_fb256", CHORDS, CELL, CONDITIONED),
    ("basic_rnn", RNN, RNN_CELL, "found a MusicRNN, which continues"),
    ("melody_rnn", RNN, RNN_CELL, "found a MusicRNN, which continues"),
    ("drum_kit_rnn", RNN, RNN_CELL, "found a MusicRNN, which continues"),
    ("chord_pitches_improv", RNN, RNN_CELL, "found a MusicRNN, which continues"),
    ("onsets_frames_uni", "", "onsets/conv0/weights", "found Onsets and Frames, which transcribes"),
    (
        "onsets_frames_uni_q2",
        "",
        "onsets/conv0/weights",
        "found Onsets and Frames, which transcribes",
    ),
    ("ddsp_violin", "graph", "", "found a graph model of TensorFlow.js, such as DDSP's"),
    ("ddsp_trumpet", "graph", "", "found a graph model of TensorFlow.js, such as DDSP's"),
    ("ddsp_flute", "graph", "", "found a graph model of TensorFlow.js, such as DDSP's"),
    ("ddsp_tenor_saxophone", "graph", "", "found a graph model of TensorFlow.js, such as DDSP's"),
];

const CHORDS: &str = r#"{"type": "MusicVAE", "chordEncoder": "PitchChordEncoder",
    "dataConverter": {"type": "MelodyConverter", "args": {"numSteps": 32}}}"#;
const RNN: &str =
    r#"{"type": "MusicRNN", "dataConverter": {"type": "MelodyConverter", "args": {}}}"#;
const CELL: &str = "decoder/multi_rnn_cell/cell_0/lstm_cell/kernel";
const RNN_CELL: &str = "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel";
const CONDITIONED: &str = "found one also conditioned on chords";

type Files = BTreeMap<String, Vec<u8>>;

/// Small sizes of the case's configuration, other than any official ones.
fn small(family: Family, n_steps: usize) -> Config {
    let official = Config::official(family);
    let n_segments = if official.n_segments == 1 { 1 } else { official.n_segments };
    Config {
        n_segment_steps: n_steps / n_segments,
        n_latent: 7,
        n_encoder: 6,
        n_decoder: 5,
        n_conductor: if official.n_conductor_layers == 0 { official.n_conductor } else { 4 },
        n_classes: 9,
        n_nade: if family == Family::NadeDrums2Bar { 8 } else { official.n_nade },
        ..official
    }
}

/// Seeded weights, large enough that tokens vary.
fn weights(config: &Config, seed: u64) -> Vec<(String, Vec<usize>, Vec<f32>)> {
    let tensor = |(name, shape): (String, Vec<usize>)| {
        let mut rng = rng::stream(seed, &name);
        let n = shape.iter().product();
        let values = (0..n).map(|_| rng.random_range(-1.0..1.0f32)).collect();
        (name, shape, values)
    };
    config.tensors().into_iter().map(tensor).collect()
}

/// A TensorFlow.js checkpoint of two shards, its numbers of `n_bytes`; and the numbers as they are stored.
fn tfjs(
    tensors: &[(String, Vec<usize>, Vec<f32>)],
    n_bytes: usize,
    config: &str,
) -> (Files, Tensors) {
    let (mut bytes, mut entries, mut stored) = (Vec::new(), Vec::new(), Tensors::new());
    for (name, shape, values) in tensors {
        let n_quanta = if n_bytes == 1 { 255.0 } else { 65_535.0 };
        let (scale, min) = (2.0 / n_quanta, -1.0);
        let quantum = |x: f32| ((f64::from(x) - min) / scale).round();
        let kind = match n_bytes {
            1 => "uint8",
            _ => "uint16",
        };
        let quantised =
            format!(r#", "quantization": {{"dtype": "{kind}", "scale": {scale:e}, "min": {min}}}"#);
        let quantization = if n_bytes == 4 { "" } else { &quantised };
        entries.push(format!(
            r#"{{"name": "{name}", "shape": {shape:?}, "dtype": "float32"{quantization}}}"#
        ));
        let value = |x: f32| match n_bytes {
            4 => f64::from(x),
            _ => f64::from((quantum(x) * scale + min) as f32),
        };
        for &x in values {
            match n_bytes {
                1 => bytes.push(quantum(x) as u8),
                2 => bytes.extend((quantum(x) as u16).to_le_bytes()),
                _ => bytes.extend(x.to_le_bytes()),
            }
        }
        stored.insert(name.clone(), (shape.clone(), values.iter().map(|&x| value(x)).collect()));
    }
    let manifest = format!(r#"[{{"paths": ["s1", "s2"], "weights": [{}]}}]"#, entries.join(", "));
    let second = bytes.split_off(bytes.len() / 3);
    let files = [
        ("weights_manifest.json".to_owned(), manifest.into_bytes()),
        ("s1".to_owned(), bytes),
        ("s2".to_owned(), second),
        ("config.json".to_owned(), config.as_bytes().to_vec()),
    ];
    (files.into(), stored)
}

/// A deeplearn.js checkpoint.
fn deeplearn(tensors: &[(String, Vec<usize>, Vec<f32>)], converter: &str) -> Files {
    let file = |name: &str| name.replace('/', "_");
    let entry = |(name, shape, _): &(String, Vec<usize>, Vec<f32>)| {
        format!(r#""{name}": {{"filename": "{}", "shape": {shape:?}}}"#, file(name))
    };
    let manifest = tensors.iter().map(entry).collect::<Vec<_>>().join(", ");
    let numbers = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut files: Files =
        tensors.iter().map(|(name, _, values)| (file(name), numbers(values))).collect();
    files.insert("manifest.json".into(), format!("{{{manifest}}}").into_bytes());
    files.insert("converter.json".into(), converter.as_bytes().to_vec());
    files
}

/// The reference for a network of `config` with these tensors.
pub fn reference<'a>(config: &Config, tensors: &'a Tensors) -> Reference<'a> {
    let outputs = |head: Head| match head {
        Head::Categorical(parts) => Outputs::Tokens(parts),
        Head::Nade { n_classes, .. } => Outputs::Nade(n_classes),
        _ => Outputs::Groove,
    };
    let cores = config.cores().into_iter().map(|core| (core.prefix.clone(), outputs(core.head)));
    let Config { n_segments, n_segment_steps, .. } = *config;
    Reference { tensors, n_segments, n_segment_steps, cores: cores.collect() }
}

fn assert_near(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let difference = found.iter().zip(expected).map(|(a, b)| (f64::from(*a) - b).abs());
    let largest = difference.fold(0.0, f64::max);
    assert!(largest < 1e-4, "{what}: {largest}");
}

/// A varying line for each column; tracks end early.
fn lines(config: &Config) -> Vec<Vec<u16>> {
    let n_steps = config.n_segment_steps;
    let columns = config.columns().into_iter().enumerate();
    let value =
        |column: usize, step: usize, n: u32| ((step * 37 + column * 11) as u32 * 7 % n) as u16;
    let line = |(number, column): (usize, Column)| {
        let step = |step: usize| match config.family.domain() {
            Domain::Performance if step % n_steps == 3 * (step / n_steps) => 489,
            _ => value(number, step, column.n_values),
        };
        (0..config.n_steps()).map(step).collect()
    };
    columns.map(line).collect()
}

/// Imports `files` and compares encoder and decoder with the reference.
fn assert_imports(id: &str, files: Files, stored: &Tensors, expected: &Config, wanted: Wanted) {
    let found: Checkpoint = read_in_memory(files).unwrap();
    let (config, weights) = recognise(&found, wanted).unwrap_or_else(|e| panic!("{id}: {e}"));
    assert_eq!(&config, expected, "{id}");
    let weights = Weights::of(&config, weights.tensors().clone());
    let model = MusicVae::load(config.family, &weights).unwrap();
    let reference = reference(&config, stored);

    let lines = lines(&config);
    let dense = |sparse: &Vec<(u32, f32)>| {
        let mut step = vec![0.0; config.n_encoder_inputs()];
        for &(input, value) in sparse {
            step[input as usize] = f64::from(value);
        }
        step
    };
    let padded = config.segments(&lines).into_iter().flat_map(|mut segment| {
        segment.resize(config.encoder_segments().1, vec![]);
        segment
    });
    let steps: Vec<Vec<f64>> = padded.map(|step| dense(&step)).collect();
    let are_tracks = config.family.domain().is_multitrack();
    let mu = reference.mu(&steps, are_tracks);
    assert_near(&model.encode(&lines).unwrap().mu, &mu, &format!("{id}: mu"));

    let z: Vec<f32> = mu.iter().map(|&x| x as f32).collect();
    let mut greedy = Greedy::default();
    model.decode(&z, &mut greedy).unwrap();
    let z: Vec<f64> = z.iter().map(|&x| f64::from(x)).collect();
    for (core, outputs) in greedy.outputs.iter().enumerate() {
        assert_near(outputs, &reference.greedy(&z)[core], &format!("{id}: core {core}"));
    }
}

#[test]
fn every_listed_network_without_conditions_is_imported() {
    for (seed, case) in IMPORTED.iter().chain([&GROOVAE_4BAR]).enumerate() {
        let Case { id, family, n_steps, n_bytes, converter } = *case;
        let config = small(family, n_steps);
        let spec = converter.replace('N', &n_steps.to_string());
        let settings = format!(r#"{{"type": "MusicVAE", "dataConverter": {{"type": {spec}}}}}"#);
        let tensors = weights(&config, seed as u64);
        let (files, stored) = tfjs(&tensors, n_bytes, &settings);
        assert_imports(id, files, &stored, &config, Wanted::default());

        if n_bytes == 4 {
            let files = deeplearn(&tensors, &format!(r#"{{"type": {spec}}}"#));
            assert_imports(id, files, &stored, &config, Wanted::default());
        }
    }
}

#[test]
fn networks_of_magentas_python_are_imported() {
    // Without settings, in deeplearn.js's format; TensorFlow's format has tests of its own.
    let two_layers = |config: Config| Config { n_encoder_layers: 2, ..config };
    for (config, wanted) in [
        (two_layers(small(Family::HierdecMelody16Bar, 256)), Wanted::default()),
        (small(Family::HierMelody16Bar, 256), Wanted::default()),
        (two_layers(small(Family::HierdecTrio16Bar, 256)), Wanted::default()),
        (two_layers(small(Family::FlatTrio16Bar, 256)), Wanted::default()),
        (small(Family::Melody2BarBig, 32), Family::Melody2BarBig.into()),
        (
            two_layers(small(Family::Melody2BarBig, 256)),
            Wanted { family: Some(Family::Melody2BarBig), n_bars: Some(16) },
        ),
        (
            small(Family::Groove4Bar, 32),
            Wanted { family: Some(Family::Groove4Bar), n_bars: Some(2) },
        ),
    ] {
        let tensors = weights(&config, 1);
        let (_, stored) = tfjs(&tensors, 4, "");
        let mut files = deeplearn(&tensors, "");
        files.remove("converter.json");
        assert_imports(config.family.name(), files, &stored, &config, wanted);
    }
}

/// The files of a refused checkpoint: one tensor, or a graph model.
fn refused(config: &str, tensor: &str) -> Files {
    if config == "graph" {
        return [("model.json".to_owned(), b"{}".to_vec())].into();
    }
    let (mut files, _) = tfjs(&[(tensor.to_owned(), vec![1], vec![0.5])], 4, config);
    if config.is_empty() {
        files.remove("config.json");
    }
    files
}

#[test]
fn every_other_listed_network_is_refused_by_name() {
    for (id, config, tensor, sentence) in REFUSED {
        let message = match read_in_memory(refused(config, tensor)) {
            Ok(found) => recognise(&found, Wanted::default()).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(message.contains(sentence), "{id}: {message}");
    }
}

#[test]
fn the_table_in_the_documentation_has_every_id() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/models.md");
    let text = fs::read_to_string(path).unwrap();
    let row = |id: &str| {
        let cell = format!("`{id}`");
        let of_id = |line: &&str| {
            line.starts_with('|') && line.split('|').nth(1).is_some_and(|ids| ids.contains(&cell))
        };
        text.lines().find(of_id).unwrap_or_else(|| panic!("docs/models.md has no row for {id}"))
    };
    for Case { id, family, .. } in IMPORTED.iter().chain([&GROOVAE_4BAR]) {
        assert!(row(id).contains(&format!("`{family}`")), "{id}: {}", row(id));
    }
    for (id, ..) in REFUSED {
        assert!(row(id).contains("| no: "), "{id}: {}", row(id));
    }
}
