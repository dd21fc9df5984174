//! Our network computes what Magenta's computes.
//!
//! `data/parity` holds small networks of random weights with what @magenta/music 1.23.1 made of
//! them: `golden/mu` for `golden/enc_input`, and the logits along a greedy decode of `golden/z`.

#![allow(clippy::unwrap_used, clippy::float_cmp)] // A test may panic, and exact numbers are meant.

use std::{collections::HashMap, fs, path::Path};

use candle_core::{Device, Tensor, safetensors};
use electropunk::{
    model::{
        config::{Config, Family},
        music_vae::{self, MusicVae},
        sampling,
        weights::Weights,
    },
    music::trio::Line,
};

type Tensors = HashMap<String, Tensor>;

fn rows(tensors: &Tensors, name: &str) -> Vec<Vec<f32>> {
    let tensor = &tensors[name];
    let n = tensor.dim(0).unwrap();
    tensor.reshape((n, ())).unwrap().to_vec2().unwrap()
}

/// The lines whose one-hot or multi-hot form an encoder's input is.
fn lines(family: Family, input: &[f32]) -> Vec<Line> {
    let steps = input.chunks_exact(family.n_encoder_inputs());
    if family == Family::Drums2Bar {
        let token = |hot: &[f32]| (0..9).filter(|&class| hot[class] == 1.0).map(|c| 1 << c).sum();
        return vec![steps.map(token).collect()];
    }
    let mut start = 0;
    let part = |&n: &usize| {
        let span = start..start + n;
        start += n;
        let token = |hot: &[f32]| hot[span.clone()].iter().position(|&x| x == 1.0).unwrap() as u16;
        steps.clone().map(token).collect()
    };
    family.n_tokens().iter().map(part).collect()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn agrees(name: &str, family: Family) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parity").join(name);
    let tensors = safetensors::load(path, &Device::Cpu).unwrap();
    let model = MusicVae::load(family, &Weights::new(tensors.clone())).unwrap();

    let (inputs, mus) = (rows(&tensors, "golden/enc_input"), rows(&tensors, "golden/mu"));
    for (input, mu) in inputs.iter().zip(&mus) {
        let posterior = model.encode(&lines(family, input)).unwrap();
        assert!(largest_difference(&posterior.mu, mu) < 1e-5);
    }

    for (n, z) in rows(&tensors, "golden/z").iter().enumerate() {
        let mut logits = vec![Vec::new(); family.n_tokens().len()];
        let pick = &mut |part: usize, found: &mut [f32]| {
            logits[part].extend_from_slice(found);
            sampling::greedy(found)
        };
        model.decode(z, pick).unwrap();
        for (part, logits) in logits.iter().enumerate() {
            let golden = &rows(&tensors, &format!("golden/logits_leaf{part}"))[n];
            assert!(largest_difference(logits, golden) < 1e-5, "part {part} of {name}");
        }
    }
}

#[test]
fn flat_drums_agree_with_magenta() {
    agrees("flat_drums.safetensors", Family::Drums2Bar);
}

#[test]
fn flat_melodies_agree_with_magenta() {
    agrees("flat_mel.safetensors", Family::Melody2Bar);
}

#[test]
fn the_hierarchical_trio_agrees_with_magenta() {
    agrees("hier_trio.safetensors", Family::Trio4Bar);
}

/// Google's own 2-bar melody decoder, where it lies beside the project.
#[test]
fn googles_melody_decoder_says_the_same_tokens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/parity/mel_2bar");
    let Ok(bytes) = fs::read(folder.join("decoder.safetensors")) else {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    };
    let weights = Weights::read(&bytes, "decoder.safetensors").unwrap();
    let config = Config::official(Family::Melody2Bar);
    let (_, decoders) = music_vae::load_decoders(&weights, &config).unwrap();
    let read = |name: &str| Tensor::read_npy(folder.join(name)).unwrap();
    let z: Vec<Vec<f32>> = read("z.npy").to_vec2().unwrap();
    let golden: Vec<Vec<Vec<f32>>> = read("logits.npy").to_vec3().unwrap();
    let tokens = read("tokens.npy").to_dtype(candle_core::DType::I64).unwrap();
    let tokens: Vec<Vec<i64>> = tokens.to_vec2().unwrap();

    for (n, z) in z.iter().enumerate() {
        let mut step = 0;
        let pick = &mut |_: usize, logits: &mut [f32]| {
            assert!(largest_difference(logits, &golden[n][step]) < 1e-4);
            step += 1;
            sampling::greedy(logits)
        };
        let lines = music_vae::decode(Family::Melody2Bar, None, &decoders, z, pick);
        assert!(lines[0].iter().map(|&token| i64::from(token)).eq(tokens[n].iter().copied()));
    }
}
