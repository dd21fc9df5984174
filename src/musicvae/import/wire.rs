//! Integers and spans in the wire format of LevelDB and protocol buffers.

/// The unread bytes.
#[derive(Debug, Clone, Copy)]
pub struct Wire<'a>(pub &'a [u8]);

impl<'a> Wire<'a> {
    /// Reads a varint: seven bits per byte, lowest first; none if it is longer than ten bytes or 64
    /// bits.
    pub fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            let bits = u64::from(byte & 0x7f);
            if (bits << shift) >> shift != bits {
                return None;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// Reads a 32-bit little-endian integer.
    pub fn fixed32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// Reads `n` bytes.
    pub fn take(&mut self, n: u64) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(usize::try_from(n).ok()?)?;
        self.0 = left;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_spans_are_read_in_turn() {
        let mut wire = Wire(&[0x05, 0xac, 0x02, 1, 0, 0, 0x80, 7]);

        assert_eq!(wire.varint(), Some(5));
        assert_eq!(wire.varint(), Some(300));
        assert_eq!(wire.fixed32(), Some(0x8000_0001));
        assert_eq!((wire.take(2), wire.take(1)), (None, Some(&[7][..])));
    }

    #[test]
    fn unterminated_and_oversized_integers_are_none() {
        assert_eq!(Wire(&[0x80; 20]).varint(), None);
        assert_eq!(Wire(&[0x80]).varint(), None);
        let mut largest = [0xff; 10];
        largest[9] = 1;
        assert_eq!(Wire(&largest).varint(), Some(u64::MAX));
        largest[9] = 2;
        assert_eq!(Wire(&largest).varint(), None);
    }
}
