//! quick-beats: a meta file, a NUL, and the bytes of all tensors.

#![no_main]

use electropunk::musicvae::import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (meta, numbers) = bytes.split_at(end);
    let files = [("meta.json", meta), ("weights.bin", numbers)];
    let files = files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    let _ = import::read_in_memory(files.into());
});
