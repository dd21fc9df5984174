//! TensorFlow: the bytes as an index, and as a block of an index with valid checksums, which a fuzzer
//! can't guess.

#![no_main]

use electropunk::musicvae::import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for index in [bytes.to_vec(), table(bytes)] {
        let files = [("x.index", index), ("x.data-00000-of-00001", vec![0; 4096])];
        let files = files.map(|(name, bytes)| (name.to_owned(), bytes));
        let _ = import::read_in_memory(files.into());
    }
});

/// A table of `block`, an empty meta index, and an index that lists `block`.
fn table(block: &[u8]) -> Vec<u8> {
    const EMPTY: [u8; 8] = [0, 0, 0, 0, 1, 0, 0, 0];
    let mut table = Vec::new();
    let block = append(&mut table, block);
    let names = append(&mut table, &EMPTY);
    let entry = [&[0, 1, block.len() as u8, b'z'], block.as_slice(), &EMPTY].concat();
    let list = append(&mut table, &entry);
    let mut footer = [names, list].concat();
    footer.resize(40, 0);
    table.extend(footer);
    table.extend(0xdb47_7524_8b80_fb57_u64.to_le_bytes());
    table
}

/// Appends `block` with its checksum; returns its offset and length as two varints.
fn append(table: &mut Vec<u8>, block: &[u8]) -> Vec<u8> {
    let handle = [varint(table.len()), varint(block.len())].concat();
    let start = table.len();
    table.extend(block);
    table.push(0);
    let checksum = crc32c::crc32c(&table[start..]).rotate_right(15).wrapping_add(0xa282_ead8);
    table.extend(checksum.to_le_bytes());
    handle
}

fn varint(mut n: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while 0x7f < n {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
    bytes
}
