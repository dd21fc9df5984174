//! The two protocol buffer messages of an index (`tensor_bundle.proto`), reduced to the fields used
//! here.

use crate::musicvae::import::protobuf::{Value, for_each_field};

/// `BundleHeaderProto`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Number of shards.
    pub n_shards: u64,
    /// Whether numbers are big-endian.
    pub is_big_endian: bool,
}

/// `BundleEntryProto`: type, shape and location of a tensor.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// TensorFlow's `DataType`; 1 is f32.
    pub dtype: u64,
    /// Its sizes; none for a scalar.
    pub shape: Vec<usize>,
    /// Index of the shard.
    pub shard: u64,
    /// Offset in the shard, in bytes.
    pub offset: u64,
    /// Size in bytes.
    pub size: u64,
    /// Masked CRC-32C of the bytes.
    pub checksum: u32,
    /// Whether the tensor is stored as slices in other entries.
    pub is_sliced: bool,
}

impl Header {
    /// Parses a message; none if it is malformed.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut header = Self::default();
        for_each_field(bytes, |number, value| {
            match (number, value) {
                (1, Value::Varint(n_shards)) => header.n_shards = n_shards,
                (2, Value::Varint(endianness)) => header.is_big_endian = endianness != 0,
                _ => {}
            }
            Some(())
        })?;
        Some(header)
    }
}

impl Entry {
    /// Parses a message; none if it is malformed.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut entry = Self::default();
        for_each_field(bytes, |number, value| {
            match (number, value) {
                (1, Value::Varint(dtype)) => entry.dtype = dtype,
                (2, Value::Bytes(shape)) => entry.shape = parse_shape(shape)?,
                (3, Value::Varint(shard)) => entry.shard = shard,
                (4, Value::Varint(offset)) => entry.offset = offset,
                (5, Value::Varint(size)) => entry.size = size,
                (6, Value::Fixed32(checksum)) => entry.checksum = checksum,
                (7, _) => entry.is_sliced = true,
                _ => {}
            }
            Some(())
        })?;
        Some(entry)
    }
}

/// `TensorShapeProto`: a message with one integer per axis.
fn parse_shape(bytes: &[u8]) -> Option<Vec<usize>> {
    let mut shape = Vec::new();
    for_each_field(bytes, |number, value| {
        if let (2, Value::Bytes(axis)) = (number, value) {
            // A missing field is 0, as in any message.
            let mut size = 0;
            for_each_field(axis, |number, value| {
                if let (1, Value::Varint(found)) = (number, value) {
                    // A negative size reads as huge, and too large for memory.
                    size = usize::try_from(found).ok()?;
                }
                Some(())
            })?;
            shape.push(size);
        }
        Some(())
    })?;
    Some(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_written_by_tensorflow_is_parsed() {
        // `core_decoder_0/.../cell_0/lstm_cell/kernel` of a small trio, written by TensorFlow.
        let bytes = [
            0x08, 0x01, 0x12, 0x08, 0x12, 0x02, 0x08, 0x7a, 0x12, 0x02, 0x08, 0x48, 0x20, 0xa4,
            0x02, 0x28, 0xc0, 0x92, 0x02, 0x35, 0x10, 0x74, 0x2c, 0xd3,
        ];

        let expected = Entry {
            dtype: 1,
            shape: vec![122, 72],
            offset: 292,
            size: 122 * 72 * 4,
            checksum: 0xd32c_7410,
            ..Entry::default()
        };
        assert_eq!(Entry::parse(&bytes), Some(expected));
        for length in 1..bytes.len() {
            let _ = Entry::parse(&bytes[..length]);
        }
    }

    #[test]
    fn a_header_is_parsed_and_malformed_bytes_are_none() {
        let header = Header::parse(&[0x08, 0x01, 0x1a, 0x02, 0x08, 0x01]);
        assert_eq!(header, Some(Header { n_shards: 1, is_big_endian: false }));
        assert!(Header::parse(&[0x10, 0x01]).unwrap().is_big_endian);
        assert_eq!(Header::parse(&[0x0b]), None);
        assert_eq!(Header::parse(&[0x12, 0xff]), None);
    }
}
