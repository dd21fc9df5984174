//! deeplearn.js: a manifest, a NUL, and the bytes of a tensor.

#![no_main]

use electropunk::musicvae::import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (manifest, numbers) = bytes.split_at(end);
    // The manifest also serves as the converter's description, usually an invalid one.
    let files = [("manifest.json", manifest), ("converter.json", manifest), ("a", numbers)];
    let files = files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    let _ = import::read_in_memory(files.into());
});
