//! The text of an insert list.

#![no_main]

use std::path::Path;

use electropunk::inserts::list::Contents;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Contents::parse(bytes, Path::new("/nowhere/list.m3u8"));
});
