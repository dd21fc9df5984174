//! `electropunk attributes`: directions in a model's latent space, from windows that have all parts.

use std::{fs, path::Path};

use crate::{
    common::midi::ode_to_joy,
    program::{fail, succeed},
};

/// Copies the shipped trio model to `folder` as `mine`.
fn trio(folder: &Path) {
    for ending in ["safetensors", "toml"] {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/trio-4bar");
        let name = format!("mine.{ending}");
        fs::copy(shipped.with_extension(ending), folder.join(name)).unwrap();
    }
}

/// The attribute vectors of `mine` by name, as bytes.
fn vectors(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(folder.join("mine.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.iter().filter(|(name, _)| name.starts_with("attribute/"));
    let mut found: Vec<_> =
        tensors.map(|(name, tensor)| (name.to_owned(), tensor.data().to_vec())).collect();
    found.sort();
    found
}

#[test]
fn windows_that_lack_a_part_are_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    trio(folder);
    succeed(folder, "dataset patterns --style punk --count 12 --out songs");
    let build = "dataset build --partial --config electropunk-trio_4bar \
                 --max-tensors-per-notesequence 0";
    succeed(folder, &format!("{build} songs --out whole.dataset"));
    fs::write(folder.join("songs/joy.mid"), ode_to_joy()).unwrap();
    succeed(folder, &format!("{build} songs --out both.dataset"));
    let shipped = vectors(folder);

    succeed(folder, "attributes --model mine --data whole.dataset");
    let of_whole = vectors(folder);
    succeed(folder, "attributes --model mine --data both.dataset");

    assert_ne!(of_whole, shipped);
    assert_eq!(vectors(folder), of_whole);
}

#[test]
fn a_set_without_whole_windows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    trio(folder);
    fs::write(folder.join("joy.mid"), ode_to_joy()).unwrap();
    let build = "dataset build --partial --config electropunk-trio_4bar --out joy.dataset joy.mid";
    succeed(folder, build);
    let before = vectors(folder);

    let refused = fail(folder, "attributes --model mine --data joy.dataset");

    let expected = "joy.dataset: expected at least 8 windows with all parts, found 0";
    assert!(refused.contains(expected), "{refused}");
    assert_eq!(vectors(folder), before);
}
