//! A corpus of chorales: an archive of NumPy arrays.

#![no_main]

use std::{io::Cursor, path::Path};

use electropunk::lab::train::chorale::corpus;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        // Caught panics of the array reader are no findings; uncaught ones still are.
        std::panic::set_hook(Box::new(|_| {}));
    },
    |bytes: &[u8]| {
        let _ = corpus::read_from(Cursor::new(bytes), Path::new("corpus.npz"));
    }
);
