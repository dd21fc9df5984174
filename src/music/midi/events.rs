//! The events of a track, rewritten with a status byte each.

use std::{collections::BTreeSet, ops::Range};

use crate::music::song::Fault;

/// An empty text event that replaces a dropped message, so that its delta time counts.
const NOTHING: [u8; 3] = [0xff, 0x01, 0x00];

const END_OF_TRACK: [u8; 4] = [0x00, 0xff, 0x2f, 0x00];

/// Type of the meta event that ends a track.
const END_OF_TRACK_TYPE: u8 = 0x2f;

/// Most bytes of a variable-length quantity.
const MAX_VARLEN: usize = 4;

/// How the events of a track end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With End of Track.
    Marked,
    /// With the last byte, without End of Track.
    Limit,
    /// The last event is incomplete.
    WithinEvent,
    /// An event can't be read.
    Malformed,
}

/// Appends the events in `range` of `bytes` to `data`, with End of Track as the last. Returns how and where
/// they end.
pub fn copy_events(
    bytes: &[u8],
    range: Range<usize>,
    data: &mut Vec<u8>,
    faults: &mut BTreeSet<Fault>,
) -> (End, usize) {
    let mut events =
        Events { bytes: &bytes[..range.end], at: range.start, status: None, is_cancelled: false };
    let end = loop {
        if events.at == range.end {
            break End::Limit;
        }
        let start = (events.at, data.len());
        match events.copy_next(data, faults) {
            Ok(false) => {}
            Ok(true) => break End::Marked,
            Err(end) => {
                events.at = start.0;
                data.truncate(start.1);
                break end;
            }
        }
    };
    if end != End::Marked {
        data.extend(END_OF_TRACK);
    }
    (end, events.at)
}

struct Events<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Status of the last channel message.
    status: Option<u8>,
    /// Whether a later event ended running status, by the standard.
    is_cancelled: bool,
}

impl Events<'_> {
    /// Copies the next event; returns whether it is the last.
    fn copy_next(&mut self, data: &mut Vec<u8>, faults: &mut BTreeSet<Fault>) -> Result<bool, End> {
        let start = self.at;
        self.varlen()?;
        data.extend(&self.bytes[start..self.at]);
        let first = self.byte()?;
        match first {
            0x00..0x80 => {
                self.at -= 1;
                let status = self.status.ok_or(End::Malformed)?;
                if self.is_cancelled {
                    faults.insert(Fault::RunningStatus);
                }
                self.copy_message(status, data)?;
            }
            0x80..0xf0 => {
                self.status = Some(first);
                self.copy_message(first, data)?;
            }
            0xff => return self.copy_meta(data),
            0xf0 | 0xf7 => {
                let start = self.at - 1;
                self.skip_sized()?;
                data.extend(&self.bytes[start..self.at]);
                self.is_cancelled = true;
            }
            system => {
                faults.insert(Fault::SystemMessage);
                self.skip(match system {
                    0xf2 => 2,
                    0xf1 | 0xf3 => 1,
                    _ => 0,
                })?;
                data.extend(NOTHING);
            }
        }
        Ok(false)
    }

    fn copy_message(&mut self, status: u8, data: &mut Vec<u8>) -> Result<(), End> {
        let n_bytes = if matches!(status & 0xf0, 0xc0 | 0xd0) { 1 } else { 2 };
        let start = self.at;
        self.skip(n_bytes)?;
        data.push(status);
        data.extend(&self.bytes[start..self.at]);
        self.is_cancelled = false;
        Ok(())
    }

    /// Copies the meta event whose first byte is read.
    fn copy_meta(&mut self, data: &mut Vec<u8>) -> Result<bool, End> {
        let start = self.at - 1;
        let kind = self.byte()?;
        self.skip_sized()?;
        self.is_cancelled = true;
        if kind == END_OF_TRACK_TYPE {
            data.extend(&END_OF_TRACK[1..]);
        } else {
            data.extend(&self.bytes[start..self.at]);
        }
        Ok(kind == END_OF_TRACK_TYPE)
    }

    /// Skips a length and that many bytes.
    fn skip_sized(&mut self) -> Result<(), End> {
        let length = self.varlen()?;
        self.skip(length)
    }

    fn varlen(&mut self) -> Result<usize, End> {
        let mut value = 0;
        for _ in 0..MAX_VARLEN {
            let byte = self.byte()?;
            value = value << 7 | usize::from(byte & 0x7f);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(End::Malformed)
    }

    fn byte(&mut self) -> Result<u8, End> {
        let byte = *self.bytes.get(self.at).ok_or(End::WithinEvent)?;
        self.at += 1;
        Ok(byte)
    }

    fn skip(&mut self, n_bytes: usize) -> Result<(), End> {
        if self.bytes.len() - self.at < n_bytes {
            return Err(End::WithinEvent);
        }
        self.at += n_bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(bytes: &[u8]) -> (Vec<u8>, End, Vec<Fault>) {
        let (mut data, mut faults) = (Vec::new(), BTreeSet::new());
        let (end, _) = copy_events(bytes, 0..bytes.len(), &mut data, &mut faults);
        (data, end, faults.into_iter().collect())
    }

    #[test]
    fn running_status_goes_on_after_meta_events_and_sysex() {
        let note = b"\0\x90\x3c\x40";
        let more = b"\x10\x3c\0\0\xff\x2f\0";
        let full = b"\x10\x90\x3c\0\0\xff\x2f\0";
        for (between, faults) in [
            (&b""[..], vec![]),
            (b"\x05\xff\x06\x01A", vec![Fault::RunningStatus]),
            (b"\x05\xf0\x02\x7e\xf7", vec![Fault::RunningStatus]),
            (b"\x05\xf7\x01\xf8", vec![Fault::RunningStatus]),
        ] {
            let (data, end, found) = copy(&[note, between, more].concat());

            assert_eq!(data, [note, between, full].concat());
            assert_eq!((end, found), (End::Marked, faults));
        }
    }

    #[test]
    fn a_system_message_leaves_its_delta_time() {
        let (data, _, faults) = copy(b"\x20\xf8\0\xf2\x01\x02\0\xff\x2f\0");

        assert_eq!(data, b"\x20\xff\x01\0\0\xff\x01\0\0\xff\x2f\0");
        assert_eq!(faults, [Fault::SystemMessage]);
    }

    #[test]
    fn an_event_that_cant_be_read_ends_the_track_before_it() {
        let ends = [
            (&b"\0\x90\x3c\x40\0\x90\x3c"[..], End::WithinEvent),
            (b"\0\x90\x3c\x40\xff\xff\xff\xff\x7f", End::Malformed),
            (b"\0\x90\x3c\x40", End::Limit),
        ];
        for (bytes, end) in ends {
            assert_eq!(copy(bytes), (b"\0\x90\x3c\x40\0\xff\x2f\0".to_vec(), end, vec![]));
        }
    }
}
