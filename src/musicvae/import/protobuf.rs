//! Messages of protocol buffers, field by field.

use crate::musicvae::import::wire::Wire;

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// An integer.
    Varint(u64),
    /// 32 bits, little-endian.
    Fixed32(u32),
    /// Bytes, text, a message or a packed list; also 64 bits.
    Bytes(&'a [u8]),
}

/// Calls `visit` with the number and value of each field; none if a field is malformed or `visit` returns
/// none.
pub fn for_each_field<'a>(
    bytes: &'a [u8],
    mut visit: impl FnMut(u64, Value<'a>) -> Option<()>,
) -> Option<()> {
    let mut wire = Wire(bytes);
    while !wire.0.is_empty() {
        let key = wire.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(wire.varint()?),
            1 => Value::Bytes(wire.take(8)?),
            2 => {
                let n = wire.varint()?;
                Value::Bytes(wire.take(n)?)
            }
            5 => Value::Fixed32(wire.fixed32()?),
            _ => return None,
        };
        visit(key >> 3, value)?;
    }
    Some(())
}

/// The integers of a repeated field: one, or a packed list; none if the list is malformed.
pub fn varints(value: Value) -> Option<Vec<u64>> {
    match value {
        Value::Varint(one) => Some(vec![one]),
        Value::Fixed32(_) => None,
        Value::Bytes(list) => {
            let (mut wire, mut found) = (Wire(list), Vec::new());
            while !wire.0.is_empty() {
                found.push(wire.varint()?);
            }
            Some(found)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_one_by_one_and_packed() {
        let mut found = Vec::new();
        for_each_field(&[0x08, 0x05, 0x0a, 0x03, 0xac, 0x02, 0x01], |number, value| {
            assert_eq!(number, 1);
            found.extend(varints(value)?);
            Some(())
        })
        .unwrap();
        assert_eq!(found, [5, 300, 1]);
        assert_eq!(varints(Value::Bytes(&[0x80])), None);
        assert_eq!(for_each_field(&[0x0a, 0x05], |_, _| Some(())), None);
    }
}
