//! LevelDB's immutable table (`table_format.md`), the format of TensorFlow's index: blocks of
//! sorted names and values, an index block with the handles of those blocks, and a footer with the
//! handle of the index block.

use std::fmt::Display;

use crate::musicvae::import::{error::Error, wire::Wire};

/// Size of the footer: two handles of two integers, padding, and a magic number.
const N_FOOTER: usize = 48;
const MAGIC: [u8; 8] = 0xdb47_7524_8b80_fb57_u64.to_le_bytes();

/// Size of a block's trailer: compression and checksum.
const N_TRAILER: u64 = 5;

/// Limit on names, in bytes: names share prefixes with the previous name, so long ones would
/// multiply.
const MAX_KEY: usize = 1024;

/// Offset and size of a block, in bytes.
#[derive(Debug, Clone, Copy)]
struct Handle {
    offset: u64,
    size: u64,
}

/// Callback for a name and its value.
type Visit<'a, Name> = dyn FnMut(&Name, &[u8]) -> Result<(), Error> + 'a;

struct Table<'a> {
    file: &'a str,
    bytes: &'a [u8],
}

/// Calls `visit` with each name and value, in order.
///
/// Names and block offsets must increase, so there are no duplicates and no handle points back.
///
/// # Errors
/// The table is broken; the errors of `visit`.
pub fn visit(file: &str, bytes: &[u8], visit: &mut Visit<'_, str>) -> Result<(), Error> {
    let table = Table { file, bytes };
    let index = table.index_handle()?;
    let mut end = 0;
    let mut last_name: Option<Vec<u8>> = None;
    table.visit_block(index, &mut |_, value| {
        let block = handle(&mut Wire(value));
        let block = block.ok_or_else(|| table.broken(index, "a block handle", "none"))?;
        if block.offset < end || index.offset <= block.offset {
            let expected = format!("blocks from byte {end} to {}, in order", index.offset);
            return Err(table.broken(index, &expected, format!("byte {}", block.offset)));
        }
        end = block.offset.saturating_add(block.size);
        table.visit_block(block, &mut |name, value| {
            if last_name.as_ref().is_some_and(|last| name <= last.as_slice()) {
                let found = format!("{:?} again or out of order", String::from_utf8_lossy(name));
                return Err(table.broken(block, "names in order", found));
            }
            last_name = Some(name.to_vec());
            let name = std::str::from_utf8(name);
            visit(name.map_err(|error| table.broken(block, "names in UTF-8", error))?, value)
        })
    })
}

/// A checksum as it is stored: LevelDB masks CRCs, since data may itself contain CRCs.
pub fn mask(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

fn handle(wire: &mut Wire<'_>) -> Option<Handle> {
    Some(Handle { offset: wire.varint()?, size: wire.varint()? })
}

impl<'a> Table<'a> {
    fn index_handle(&self) -> Result<Handle, Error> {
        let broken = |expected, found: &str| Error::broken(self.file, "footer", expected, found);
        let footer = self.bytes.len().checked_sub(N_FOOTER).map(|start| &self.bytes[start..]);
        let footer = footer.ok_or_else(|| broken("48 bytes", "a shorter file"))?;
        if !footer.ends_with(&MAGIC) {
            return Err(broken("the end of a LevelDB table", "other bytes"));
        }
        let mut wire = Wire(footer);
        let meta_index = handle(&mut wire);
        let index = meta_index.and_then(|_| handle(&mut wire));
        index.ok_or_else(|| broken("two block handles", "other bytes"))
    }

    /// A block's contents, after verifying its checksum.
    fn block(&self, at: Handle) -> Result<&'a [u8], Error> {
        let n_data = (self.bytes.len() - N_FOOTER) as u64;
        let end = at.offset.checked_add(at.size).and_then(|end| end.checked_add(N_TRAILER));
        if end.is_none_or(|end| n_data < end) {
            let expected = format!("{} bytes before byte {n_data}", at.size);
            return Err(self.broken(at, &expected, "a shorter file"));
        }
        let mut wire = Wire(&self.bytes[at.offset as usize..]);
        let (Some(covered), Some(found)) = (wire.take(at.size + 1), wire.fixed32()) else {
            return Err(self.broken(at, "a block", "the end of the file"));
        };
        let expected = mask(crc32c::crc32c(covered));
        if found != expected {
            let expected = format!("checksum {expected:08x}");
            return Err(self.broken(at, &expected, format!("{found:08x}")));
        }
        match covered.split_last() {
            Some((0, block)) => Ok(block),
            Some((kind, _)) => {
                let found = format!("compression {kind}, which TensorFlow never uses");
                Err(self.broken(at, "a block without compression", found))
            }
            None => Err(self.broken(at, "a block", "nothing")),
        }
    }

    fn visit_block(&self, at: Handle, visit: &mut Visit<'_, [u8]>) -> Result<(), Error> {
        let block = self.block(at)?;
        let entries = entries_of(block);
        let entries = entries.ok_or_else(|| self.broken(at, "restart points", "too few bytes"))?;
        let (mut wire, n_entries) = (Wire(entries), entries.len());
        let mut key = Vec::new();
        while !wire.0.is_empty() {
            let value = next_entry(&mut wire, &mut key);
            let offset = at.offset + (n_entries - wire.0.len()) as u64;
            visit(
                &key,
                value.ok_or_else(|| {
                    self.broken(at, "an entry", format!("other bytes before byte {offset}"))
                })?,
            )?;
        }
        Ok(())
    }

    fn broken(&self, at: Handle, expected: &str, found: impl Display) -> Error {
        Error::broken(self.file, format!("block at byte {}", at.offset), expected, found)
    }
}

/// The entries of a block, without the restart points at its end, which only searches need.
fn entries_of(block: &[u8]) -> Option<&[u8]> {
    let (rest, count) = block.split_last_chunk()?;
    let n_restarts = usize::try_from(u32::from_le_bytes(*count)).ok()?;
    rest.get(..rest.len().checked_sub(n_restarts.checked_mul(4)?)?)
}

/// Replaces `key`, the previous name, by the next one, and returns its value.
fn next_entry<'a>(wire: &mut Wire<'a>, key: &mut Vec<u8>) -> Option<&'a [u8]> {
    let n_shared = usize::try_from(wire.varint()?).ok()?;
    let n_own = wire.varint()?;
    let n_value = wire.varint()?;
    let own = wire.take(n_own)?;
    if key.len() < n_shared || MAX_KEY < n_shared + own.len() {
        return None;
    }
    key.truncate(n_shared);
    key.extend_from_slice(own);
    wire.take(n_value)
}
