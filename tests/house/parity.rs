//! The networks agree with Magenta's.
//!
//! `tests/data/parity` contains small networks of random weights and what @magenta/music 1.23.1 computed
//! with them: `golden/mu` from `golden/enc_input`, and the logits along a greedy decode of `golden/z`.

use std::{collections::HashMap, fs, path::Path};

use candle_core::{Device, Tensor, safetensors};
use electropunk::musicvae::net::{
    config::Config, domain::Sparse, family::Family, generator::Generator, music_vae::MusicVae,
    sampling, weights::Weights,
};

use crate::{import_ids::reference, parity_data::parity_folder, reference::Greedy};

type Tensors = HashMap<String, Tensor>;

fn rows(tensors: &Tensors, name: &str) -> Vec<Vec<f32>> {
    let tensor = &tensors[name];
    let n = tensor.dim(0).unwrap();
    tensor.reshape((n, ())).unwrap().to_vec2().unwrap()
}

/// The steps of an encoder's input, without its zeros.
fn steps(input: &[f32], n_inputs: usize) -> Vec<Sparse> {
    let step = |row: &[f32]| {
        (0..).zip(row.iter().copied()).filter(|(_, value)| *value != 0.0).collect::<Sparse>()
    };
    input.chunks_exact(n_inputs).map(step).collect()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Compares mu and logits of the network `name` with Magenta's, and those of the reference.
fn assert_agrees(name: &str, family: Family) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parity").join(name);
    let weights = Weights::read(&fs::read(&path).unwrap(), name).unwrap();
    let tensors = safetensors::load(path, &Device::Cpu).unwrap();
    let model = MusicVae::load(family, &weights).unwrap();

    let config = model.config();
    let stored = config.tensors().into_iter().map(|(name, shape)| {
        let values = weights.values(&name).unwrap().into_iter().map(f64::from).collect();
        (name, (shape, values))
    });
    let stored = stored.collect();
    let reference = reference(config, &stored);
    let wide = |row: &[f32]| row.iter().map(|&x| f64::from(x)).collect::<Vec<f64>>();
    let narrow = |row: &[f64]| row.iter().map(|&x| x as f32).collect::<Vec<f32>>();

    let (inputs, mus) = (rows(&tensors, "golden/enc_input"), rows(&tensors, "golden/mu"));
    for (input, mu) in inputs.iter().zip(&mus) {
        let steps = steps(input, model.config().n_encoder_inputs());
        let posterior = model.encoder().encode_inputs(&steps).unwrap();
        assert!(largest_difference(&posterior.mu, mu) < 1e-5, "mu of {name}");
        let dense: Vec<Vec<f64>> = input.chunks(config.n_encoder_inputs()).map(wide).collect();
        let found = reference.mu(&dense, config.family.domain().is_multitrack());
        assert!(largest_difference(&narrow(&found), mu) < 1e-5, "reference's mu of {name}");
    }

    for (n, z) in rows(&tensors, "golden/z").iter().enumerate() {
        let mut greedy = Greedy::default();
        model.decode(z, &mut greedy).unwrap();
        for (core, logits) in greedy.outputs.iter().enumerate() {
            let golden = &rows(&tensors, &format!("golden/logits_leaf{core}"))[n];
            assert!(largest_difference(logits, golden) < 1e-5, "core {core} of {name}");
            let found = narrow(&reference.greedy(&wide(z))[core]);
            assert!(largest_difference(&found, golden) < 1e-5, "reference's core {core} of {name}");
        }
    }
}

#[test]
fn flat_drums_agree_with_magenta() {
    assert_agrees("flat_drums.safetensors", Family::Drums2Bar);
}

#[test]
fn flat_melodies_agree_with_magenta() {
    assert_agrees("flat_mel.safetensors", Family::Melody2Bar);
}

#[test]
fn the_hierarchical_trio_agrees_with_magenta() {
    assert_agrees("hier_trio.safetensors", Family::Trio4Bar);
}

#[test]
fn a_nade_agrees_with_magenta() {
    assert_agrees("nade_drums.safetensors", Family::NadeDrums2Bar);
}

#[test]
fn a_groove_agrees_with_magenta() {
    assert_agrees("groove.safetensors", Family::Humanize2Bar);
}

#[test]
fn tracks_of_different_lengths_agree_with_magenta() {
    assert_agrees("multitrack.safetensors", Family::Multitrack1Bar);
}

/// Google's 2-bar melody decoder; its weights may not be published in the repository.
#[test]
fn googles_melody_decoder_chooses_the_same_tokens() {
    let Some(folder) = parity_folder("mel_2bar") else { return };
    let bytes = fs::read(folder.join("decoder.safetensors")).unwrap();
    let weights = Weights::read(&bytes, "decoder.safetensors").unwrap();
    let config = Config::official(Family::Melody2Bar);
    let generator = Generator::load(&config, &weights).unwrap();
    let read = |name: &str| Tensor::read_npy(folder.join(name)).unwrap();
    let z: Vec<Vec<f32>> = read("z.npy").to_vec2().unwrap();
    let golden: Vec<Vec<Vec<f32>>> = read("logits.npy").to_vec3().unwrap();
    let tokens = read("tokens.npy").to_dtype(candle_core::DType::I64).unwrap();
    let tokens: Vec<Vec<i64>> = tokens.to_vec2().unwrap();

    assert_eq!((z.len(), tokens.len(), golden.len()), (11, 11, 11));
    for (n, z) in z.iter().enumerate() {
        let mut step = 0;
        let pick = &mut |_: usize, logits: &mut [f32]| {
            assert!(largest_difference(logits, &golden[n][step]) < 1e-4);
            step += 1;
            sampling::greedy(logits)
        };
        let lines = generator.decode(z, pick).unwrap();
        assert!(lines[0].iter().map(|&token| i64::from(token)).eq(tokens[n].iter().copied()));
    }
}
