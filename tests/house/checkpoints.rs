//! Checkpoints in the formats that Magenta publishes are read bit for bit.
//!
//! The reference networks were written by TensorFlow and TensorFlow.js; the file `weights_dequantised.npz`
//! beside each contains its numbers.

use std::{
    collections::HashMap,
    fs::{self, File},
    path::Path,
};

use candle_core::Tensor;
use electropunk::musicvae::import::{self, Checkpoint, Format};

use crate::parity_data::parity_folder;

/// Shape and bits of the values.
fn bits(tensor: &Tensor) -> (Vec<usize>, Vec<u32>) {
    let values: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
    (tensor.dims().to_vec(), values.into_iter().map(f32::to_bits).collect())
}

/// Fails unless `found` has the tensors of `network`.
fn assert_equal(found: &Checkpoint, network: &Path) {
    let golden = Tensor::read_npz(network.join("weights_dequantised.npz")).unwrap();
    let golden: HashMap<String, Tensor> = golden.into_iter().collect();
    assert_eq!(found.tensors.len(), golden.len(), "{}", network.display());
    for (name, tensor) in &golden {
        let found = &found.tensors[name];
        assert!(bits(found) == bits(tensor), "{name} of {}", network.display());
    }
}

#[test]
fn every_network_of_tensorflow_js_is_read_bit_for_bit() {
    let Some(toy) = parity_folder("toy") else { return };
    for (name, kind, n_steps, n_segments) in [
        ("flat_mel", "MelodyConverter", 32, None),
        ("flat_drums", "DrumsConverter", 32, None),
        ("nade_drums", "DrumRollConverter", 32, None),
        ("groove", "GrooveConverter", 32, None),
        ("hier_trio", "TrioConverter", 64, Some(4)),
        ("hier_trio_q1", "TrioConverter", 64, Some(4)),
        ("multitrack", "MultitrackConverter", 128, Some(8)),
    ] {
        let network = toy.join(name);
        let found = import::read(&network).unwrap();

        assert_equal(&found, &network);
        assert_eq!((found.format, found.n_skipped), (Format::TfJs, 0));
        let converter = found.converter.unwrap();
        assert_eq!(converter.kind.as_deref(), Some(kind));
        assert_eq!((converter.n_steps, converter.n_segments), (Some(n_steps), n_segments));
        assert_eq!(converter.humanizes, name == "groove");
        assert_equal(&import::read(&network.join("weights_manifest.json")).unwrap(), &network);
    }
}

#[test]
fn a_checkpoint_of_tensorflow_is_found_by_each_of_its_names() {
    let Some(toy) = parity_folder("toy") else { return };
    let network = toy.join("hier_trio");
    let folder = network.join("tf_ckpt");
    let prefix = "model.ckpt-1234";
    for source in [
        folder.clone(),
        folder.join(prefix),
        folder.join(format!("{prefix}.index")),
        folder.join(format!("{prefix}.data-00000-of-00001")),
    ] {
        let found = import::read(&source).unwrap();
        assert_equal(&found, &network);
        assert_eq!((found.format, found.n_skipped), (Format::TensorFlowV2, 2));
    }
}

#[test]
fn an_archive_of_a_checkpoint_is_read_like_its_folder() {
    let Some(toy) = parity_folder("toy") else { return };
    let network = toy.join("hier_trio");
    let mut archive = tar::Builder::new(Vec::new());
    for file in fs::read_dir(network.join("tf_ckpt")).unwrap() {
        let file = file.unwrap();
        let path = Path::new("hier-trio").join(file.file_name());
        archive.append_file(path, &mut File::open(file.path()).unwrap()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hier-trio.tar");
    fs::write(&path, archive.into_inner().unwrap()).unwrap();

    assert_equal(&import::read(&path).unwrap(), &network);
}
