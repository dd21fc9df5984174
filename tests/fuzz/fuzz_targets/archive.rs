//! Archives: `.tar`, `.tar.gz` and `.zip`.

#![no_main]

use electropunk::musicvae::import::{
    self,
    recognise::{Wanted, recognise},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(found) = import::read_archive_in_memory(bytes) {
        let _ = recognise(&found, Wanted::default());
    }
});
