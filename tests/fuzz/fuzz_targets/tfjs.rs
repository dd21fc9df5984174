//! TensorFlow.js: a manifest, a NUL, and the bytes of two shards.

#![no_main]

use electropunk::musicvae::import::{
    self,
    recognise::{Wanted, recognise},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (manifest, numbers) = bytes.split_at(end);
    let (first, second) = numbers.split_at(numbers.len() / 2);
    let files = [("weights_manifest.json", manifest), ("s1", first), ("s2", second)];
    let files = files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    if let Ok(found) = import::read_in_memory(files.into()) {
        let _ = recognise(&found, Wanted::default());
    }
});
