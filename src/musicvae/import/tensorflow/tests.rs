//! Tests with checkpoints built in memory, valid and broken.

use std::collections::BTreeMap;

use crate::musicvae::import::{
    Checkpoint, Format, read_in_memory, tensorflow::table::mask, tests::values,
};

/// An index under construction.
#[derive(Default)]
struct Index {
    bytes: Vec<u8>,
    /// Last name and handle of each block.
    blocks: Vec<(Vec<u8>, Vec<u8>)>,
}

type Entry<'a> = (&'a str, Vec<u8>);

impl Index {
    fn block(mut self, entries: &[Entry<'_>]) -> Self {
        let entries: Vec<_> =
            entries.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.clone())).collect();
        let handle = self.append(&entries, 0);
        let last = entries.last().map(|(name, _)| name.clone()).unwrap_or_default();
        self.blocks.push((last, handle));
        self
    }

    fn append(&mut self, entries: &[(Vec<u8>, Vec<u8>)], compression: u8) -> Vec<u8> {
        let mut block = Vec::new();
        let mut last: &[u8] = &[];
        for (key, value) in entries {
            let n_shared = key.iter().zip(last).take_while(|(a, b)| a == b).count();
            for n in [n_shared, key.len() - n_shared, value.len()] {
                block.extend(varint(n as u64));
            }
            block.extend(&key[n_shared..]);
            block.extend(value);
            last = key;
        }
        block.extend([0, 0, 0, 0, 1, 0, 0, 0]);
        self.append_raw(block, compression)
    }

    fn append_raw(&mut self, mut block: Vec<u8>, compression: u8) -> Vec<u8> {
        let handle = [varint(self.bytes.len() as u64), varint(block.len() as u64)].concat();
        block.push(compression);
        let checksum = mask(crc32c::crc32c(&block));
        self.bytes.extend(&block);
        self.bytes.extend(checksum.to_le_bytes());
        handle
    }

    fn finish(mut self) -> Vec<u8> {
        let blocks = std::mem::take(&mut self.blocks);
        let meta_index = self.append(&[], 0);
        let index = self.append(&blocks, 0);
        self.footer(&[meta_index, index].concat())
    }

    fn footer(mut self, handles: &[u8]) -> Vec<u8> {
        let mut footer = handles.to_vec();
        footer.resize(40, 0);
        footer.extend(0xdb47_7524_8b80_fb57_u64.to_le_bytes());
        self.bytes.extend(footer);
        self.bytes
    }
}

fn varint(mut n: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while 0x7f < n {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
    bytes
}

fn field(number: u8, n: u64) -> Vec<u8> {
    [vec![number << 3], varint(n)].concat()
}

fn header(n_shards: u64) -> Entry<'static> {
    ("", field(1, n_shards))
}

/// An f32 entry, with the checksum of `bytes`.
fn tensor<'a>(
    name: &'a str,
    shape: &[u64],
    [shard, offset, size]: [u64; 3],
    bytes: &[u8],
) -> Entry<'a> {
    let axis = |&n: &u64| {
        let axis = field(1, n);
        [vec![0x12, axis.len() as u8], axis].concat()
    };
    let sizes = shape.iter().map(axis).collect::<Vec<_>>().concat();
    let value = [
        field(1, 1),
        vec![0x12, sizes.len() as u8],
        sizes,
        field(3, shard),
        field(4, offset),
        field(5, size),
        vec![0x35],
        mask(crc32c::crc32c(bytes)).to_le_bytes().to_vec(),
    ];
    (name, value.concat())
}

fn read(index: Vec<u8>, shards: &[&[u8]]) -> Result<Checkpoint, String> {
    let mut files = BTreeMap::from([("x.index".to_owned(), index)]);
    for (k, shard) in shards.iter().enumerate() {
        files.insert(format!("x.data-{k:05}-of-{:05}", shards.len()), shard.to_vec());
    }
    read_in_memory(files).map_err(|error| error.to_string())
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Two tensors and two training tensors, in two blocks and two shards.
fn good() -> (Vec<u8>, [Vec<u8>; 2]) {
    let (first, second) = (floats(&[9.0, 1.0, 2.0]), floats(&[3.0]));
    let index = Index::default()
        .block(&[
            header(2),
            tensor("a/bias", &[1], [1, 0, 4], &second),
            tensor("a/bias/Adam", &[1], [7, 99, 4], &[]),
        ])
        .block(&[
            tensor("a/kernel", &[1, 2], [0, 4, 8], &first[4..]),
            tensor("global_step", &[], [7, 99, 8], &[]),
        ]);
    (index.finish(), [first, second])
}

#[test]
fn tensors_are_read_from_their_shards() {
    let (index, [first, second]) = good();

    let found = read(index, &[&first, &second]).unwrap();

    assert_eq!(values(&found, "a/bias"), [3.0]);
    assert_eq!(values(&found, "a/kernel"), [1.0, 2.0]);
    assert_eq!(found.tensors["a/kernel"].dims(), [1, 2]);
    assert_eq!((found.format, found.n_skipped), (Format::TensorFlowV2, 2));
}

#[test]
fn truncated_and_flipped_bytes_are_errors_or_harmless() {
    let (index, [first, second]) = good();
    for length in 0..index.len() {
        assert!(read(index[..length].to_vec(), &[&first, &second]).is_err());
    }
    for place in 0..index.len() {
        let mut bad = index.clone();
        bad[place] ^= 0xff;
        // The names in the index block and the footer's padding are not read.
        let is_whole = |found: Checkpoint| values(&found, "a/kernel") == [1.0, 2.0];
        assert!(read(bad, &[&first, &second]).map_or(true, is_whole), "{place}");
    }
    let error = read(index.clone(), &[&first[..8], &second]).unwrap_err();
    assert!(error.ends_with("\"a/kernel\": expected 8 bytes from byte 4, found 8 bytes in all"));
    let error = read(index.clone(), &[&floats(&[9.0, 1.0, 2.5]), &second]).unwrap_err();
    assert!(error.contains("x.data-00000-of-00002: tensor \"a/kernel\": expected checksum "));
    let error = read(index, &[&first]).unwrap_err();
    assert_eq!(error, "memory/x.data-00001-of-00002: entity not found");
}

#[test]
fn each_invalid_entry_has_an_error() {
    let bytes = floats(&[1.0, 2.0]);
    let whole = |shape: &[u64], place| vec![header(1), tensor("a", shape, place, &bytes)];
    let with = |name, more: Vec<u8>| {
        let (_, value) = tensor("a", &[2], [0, 0, 8], &bytes);
        vec![header(1), (name, [value, more].concat())]
    };
    let long = "n".repeat(1025);
    let again = [whole(&[2], [0, 0, 8]), whole(&[2], [0, 0, 8])[1..].to_vec()].concat();
    let overlap = vec![
        header(1),
        tensor("a", &[2], [0, 0, 8], &bytes),
        tensor("b", &[1], [0, 0, 4], &bytes[..4]),
    ];
    let table = [
        (
            whole(&[3], [0, 0, 12]),
            "tensor \"a\": expected 12 bytes from byte 0, found 8 bytes in all",
        ),
        (whole(&[3], [0, 0, 8]), "tensor \"a\": expected 12 bytes for [3], found 8"),
        (whole(&[1 << 30], [0, 0, 1 << 32]), "expected 4294967296 bytes from byte 0, found 8"),
        (whole(&[2], [0, u64::MAX, 8]), "expected 8 bytes from byte 18446744073709551615"),
        (whole(&[2], [1, 0, 8]), "tensor \"a\": expected one of 1 shards, found shard 1"),
        (whole(&[1 << 40, 1 << 40], [0, 0, 8]), "expected a shape that fits into memory"),
        (whole(&[u64::MAX], [0, 0, 8]), "expected a shape that fits into memory"),
        (whole(&[0, 2], [0, 0, 8]), "expected sizes of at least 1, found [0, 2]"),
        (with("a", field(1, 2)), "expected a float tensor, found TensorFlow's type 2"),
        (with("a", vec![0x3a, 0]), "expected an unsliced tensor, found slices"),
        (with("a", vec![0x3b]), "tensor \"a\": expected a BundleEntryProto, found other bytes"),
        (with(&long, vec![]), "expected an entry, found other bytes before byte"),
        (again, "block at byte 0: expected names in order, found \"a\" again or out of order"),
        (overlap, "tensor \"b\": expected separate bytes, found bytes of other tensors"),
        (
            whole(&[2], [0, 0, 8])[1..].to_vec(),
            "the header: expected the empty name first, found \"a\"",
        ),
        (vec![("", vec![0xff])], "the header: expected a BundleHeaderProto, found other bytes"),
        (vec![("", field(2, 1))], "the header: expected little-endian numbers, found big-endian"),
        (vec![header(1)], "the checkpoint: expected tensors, found none"),
    ];
    for (entries, sentence) in table {
        let found = read(Index::default().block(&entries).finish(), &[&bytes]).unwrap_err();
        assert!(found.starts_with("memory/x.") && found.contains(sentence), "{sentence}\n{found}");
    }
}

#[test]
fn handles_that_point_back_or_outside_are_errors() {
    let handle = |offset, size| [varint(offset), varint(size)].concat();
    let listing = |handles: &[Vec<u8>]| {
        let mut index = Index::default().block(&[header(1)]);
        index.blocks.extend(handles.iter().map(|handle| (b"z".to_vec(), handle.clone())));
        index.finish()
    };
    let mut snappy = Index::default();
    let handles = [snappy.append(&[], 0), snappy.append(&[], 1)].concat();
    let mut restarts = Index::default();
    let many = [restarts.append(&[], 0), restarts.append_raw(vec![0xff; 4], 0)].concat();
    let table = [
        (listing(&[handle(0, 22)]), "expected blocks from byte"),
        (listing(&[handle(1 << 40, 8)]), "in order, found byte 1099511627776"),
        (listing(&[handle(30, u64::MAX)]), "expected 18446744073709551615 bytes before byte"),
        (listing(&[vec![0x80]]), "expected a block handle, found none"),
        (snappy.footer(&handles), "found compression 1, which TensorFlow never uses"),
        (restarts.footer(&many), "expected restart points, found too few bytes"),
        (Index::default().footer(&[0; 4]), "expected 0 bytes before byte 0, found a shorter file"),
        (Index::default().footer(&[0xff; 40]), "footer: expected two block handles"),
        (vec![0; 47], "footer: expected 48 bytes, found a shorter file"),
        (vec![0; 48], "footer: expected the end of a LevelDB table, found other bytes"),
    ];
    for (index, sentence) in table {
        let found = read(index, &[]).unwrap_err();
        assert!(found.contains(sentence), "{sentence}\n{found}");
    }
}
