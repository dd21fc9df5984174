//! Archives: `.tar`, `.tar.gz` and `.zip`.

#![no_main]

use electropunk::musicvae::import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = import::read_archive_in_memory(bytes);
});
