//! The pitch network agrees with Basic Pitch in its outputs and in the notes found.

use std::{f64::consts::TAU, fs, path::Path};

use electropunk::{
    lab::transcription::{
        activations::Activations,
        cqt::{Cqt, N_BINS, N_FRAMES, RATE, WINDOW},
        note_creation::{FrameNote, Thresholds, notes},
        pitch_model::PitchModel,
        pitch_network::{N_CONTOUR, N_PITCHES, PitchNetwork},
    },
    musicvae::net::weights::Weights,
};

use crate::parity_data::parity_folder;

/// Largest difference from the published outputs, which are computed in 32 bits.
const MOST: f32 = 1e-4;

fn array<T: npyz::Deserialize>(folder: &Path, name: &str) -> Vec<T> {
    let bytes = fs::read(folder.join(name)).unwrap();
    npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap()
}

fn network(path: &Path) -> PitchNetwork {
    let weights = Weights::read(&fs::read(path).unwrap(), "weights").unwrap();
    PitchNetwork::new(&PitchModel::load(&weights).unwrap().weights)
}

fn assert_near<'a>(name: &str, found: impl Iterator<Item = &'a f32>, golden: &[f32]) {
    let found: Vec<f32> = found.copied().collect();
    assert_eq!(found.len(), golden.len(), "{name}");
    let differences = found.iter().zip(golden).map(|(a, b)| (a - b).abs());
    let most = differences.fold(0.0, f32::max);
    assert!(most < MOST, "{name}: {most}");
}

#[test]
fn a_window_agrees_with_basic_pitch() {
    let Some(folder) = parity_folder("basic_pitch") else { return };
    let levels = Cqt::new().levels(&array(&folder, "window_audio.npy"));
    let golden: Vec<f32> = array(&folder, "window_log_cqt.npy");
    assert_eq!(levels.len(), N_FRAMES * N_BINS);
    assert_near("levels", levels.iter(), &golden);

    let pass = network(&folder.join("weights.safetensors")).run(&levels);

    assert_near("note", pass.notes().flatten(), &array::<f32>(&folder, "window_note.npy"));
    assert_near("onset", pass.onsets().flatten(), &array::<f32>(&folder, "window_onset.npy"));
    assert_near("contour", pass.contours().flatten(), &array::<f32>(&folder, "window_contour.npy"));
}

/// Start, end, pitch and amplitude of each line of a list of notes.
fn listed(folder: &Path, name: &str) -> Vec<FrameNote> {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    let note = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        FrameNote {
            start: fields[4].parse().unwrap(),
            end: fields[5].parse().unwrap(),
            pitch: fields[2].parse().unwrap(),
            amplitude: fields[3].parse().unwrap(),
        }
    };
    let mut notes: Vec<FrameNote> = text.lines().skip(1).map(note).collect();
    notes.sort_by_key(|note| (note.start, note.pitch));
    notes
}

#[test]
fn a_song_has_the_notes_of_basic_pitch() {
    let Some(folder) = parity_folder("basic_pitch") else { return };
    let samples: Vec<i16> = array(&folder, "song_audio_i16.npy");
    let samples: Vec<f32> = samples.iter().map(|x| f32::from(*x) / 32768.0).collect();

    let found =
        Activations::of(&network(&folder.join("weights.safetensors")), &samples, true, &|| true)
            .unwrap();

    assert_near("note", found.notes.iter().flatten(), &array::<f32>(&folder, "song_note.npy"));
    assert_near("onset", found.onsets.iter().flatten(), &array::<f32>(&folder, "song_onset.npy"));
    let contours: Vec<f32> = array(&folder, "song_contour.npy");
    assert_eq!(contours.len(), found.contours.len() * N_CONTOUR);
    assert_near("contour", found.contours.iter().flatten(), &contours);
    assert_eq!(found.notes[0].len(), N_PITCHES);
    let usual = Thresholds::default();
    let first_pass = Thresholds { has_second_pass: false, ..usual.clone() };
    let told = Thresholds { infers_onsets: false, ..usual.clone() };
    for (name, thresholds) in [
        ("song_notes.csv", usual),
        ("song_notes_no_melodia.csv", first_pass),
        ("song_notes_no_inferred_onsets.csv", told),
    ] {
        let (found, golden) = (notes(&found, &thresholds), listed(&folder, name));
        let places = |notes: &[FrameNote]| -> Vec<(usize, usize, u8)> {
            notes.iter().map(|note| (note.start, note.end, note.pitch)).collect()
        };
        assert_eq!(places(&found), places(&golden), "{name}");
        for (found, golden) in found.iter().zip(&golden) {
            assert!((found.amplitude - golden.amplitude).abs() < MOST, "{name}");
        }
    }
}

/// A window of four decaying tones of four harmonics each.
fn tones() -> Vec<f32> {
    let tones = [(110.0, 0.1), (277.2, 0.5), (440.0, 0.9), (1318.5, 1.3)];
    let sample = |n: usize| {
        let second = n as f64 / f64::from(RATE);
        let tone = |(hz, onset): (f64, f64)| {
            let loudness = if onset <= second { (-3.0 * (second - onset)).exp() } else { 0.0 };
            let harmonic = |k: f64| 0.2 / k * (TAU * hz * k * second).sin();
            loudness * [1.0, 2.0, 3.0, 4.0].map(harmonic).iter().sum::<f64>()
        };
        tones.map(tone).iter().sum::<f64>() as f32
    };
    (0..WINDOW).map(sample).collect()
}

/// `tests/data/parity/notes.safetensors` holds every eighth output frame of a NumPy program with the shipped
/// weights; the program agrees with Basic Pitch's network.
#[test]
fn the_shipped_weights_compute_what_numpy_computes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = fs::read(folder.join("tests/data/parity/notes.safetensors")).unwrap();
    let golden = Weights::read(&golden, "notes.safetensors").unwrap();
    let levels = Cqt::new().levels(&tones());

    let pass = network(&folder.join("models/notes.safetensors")).run(&levels);

    let some = |row: &usize| row % 8 == 4;
    let of = |rows: Vec<&[f32]>| -> Vec<f32> {
        (0..N_FRAMES).filter(some).flat_map(|row| rows[row].to_vec()).collect()
    };
    for (name, found) in [
        ("levels", of(levels.chunks_exact(N_BINS).collect())),
        ("note", of(pass.notes().collect())),
        ("onset", of(pass.onsets().collect())),
        ("contour", of(pass.contours().collect())),
    ] {
        assert_near(name, found.iter(), &golden.values(name).unwrap());
    }
}
