//! Repair of Standard MIDI files: the chunks of a file, rewritten without violations of the standard that
//! most sequencers accept.
//!
//! - Running status continues after a meta event or a sysex; the standard (RP-001, "Standard MIDI Files 1.0")
//!   ends it there.
//! - A track chunk declares too few or too many bytes: the track ends with its End of Track event.
//! - System messages other than sysex occur in a track.
//! - Other data precedes the header, as in RIFF and `MacBinary` files.
//!
//! What can't be repaired is dropped. Repairs and losses are reported as [`Fault`]s.

use std::collections::BTreeSet;

use crate::music::{
    midi::events::{End, copy_events},
    song::Fault,
};

/// Bytes that are searched for a header.
const MAX_PREFIX: usize = 4096;

/// Name of a track chunk.
const TRACK: &[u8] = b"MTrk";

/// A chunk's name and length, before its data.
const CHUNK_HEAD: usize = 8;

/// Bytes of the header's data that are defined.
const HEADER_DATA: usize = 6;

/// The rewritten file, and its faults; `None` without a header.
pub fn mend(bytes: &[u8]) -> Option<(Vec<u8>, BTreeSet<Fault>)> {
    let prefix = &bytes[..bytes.len().min(MAX_PREFIX)];
    let first = prefix.windows(4).position(|name| name == b"MThd")?;
    let bytes = &bytes[first..];
    let length = chunk_length(bytes, 0)?;
    let data = bytes.get(CHUNK_HEAD..CHUNK_HEAD + HEADER_DATA)?;
    let mut mended = [b"MThd\0\0\0\x06", data].concat();
    let mut faults = BTreeSet::new();
    let mut at = CHUNK_HEAD.saturating_add(length);
    let mut n_tracks = 0;
    while let Some(track) = next_track(bytes, at) {
        let read = Track::read(bytes, track, &mut faults);
        mended.extend(TRACK);
        mended.extend((read.data.len() as u32).to_be_bytes());
        mended.extend(read.data);
        at = read.end;
        n_tracks += 1;
    }
    if n_tracks < usize::from(u16::from_be_bytes([data[2], data[3]])) {
        faults.insert(Fault::MissingTracks);
    }
    Some((mended, faults))
}

/// Start of the next track chunk at or after `at`; other chunks and stray bytes are skipped.
fn next_track(bytes: &[u8], mut at: usize) -> Option<usize> {
    while is_chunk(bytes, at) && !bytes[at..].starts_with(TRACK) {
        at += CHUNK_HEAD + chunk_length(bytes, at)?;
    }
    let found = bytes.get(at..)?.windows(TRACK.len()).position(|name| name == TRACK)?;
    Some(at + found).filter(|start| start + CHUNK_HEAD <= bytes.len())
}

/// Whether a named chunk starts at `at` and, but for a track, ends within the file.
fn is_chunk(bytes: &[u8], at: usize) -> bool {
    let name = bytes.get(at..at.saturating_add(4));
    let is_named = name.is_some_and(|name| name.iter().all(u8::is_ascii_alphanumeric));
    let end = chunk_length(bytes, at).map(|length| at.saturating_add(CHUNK_HEAD + length));
    is_named && end.is_some_and(|end| end <= bytes.len() || bytes[at..].starts_with(TRACK))
}

fn chunk_length(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes.get(at.checked_add(4)?..at.checked_add(CHUNK_HEAD)?)?;
    Some(u32::from_be_bytes(length.try_into().ok()?) as usize)
}

/// A rewritten track.
struct Track {
    /// Its events; the last is End of Track.
    data: Vec<u8>,
    /// Where the search for the next chunk starts.
    end: usize,
}

impl Track {
    /// Reads the track chunk at `start`. Its declared length counts if another chunk or the end of the file
    /// follows; otherwise the track is read to its End of Track.
    fn read(bytes: &[u8], start: usize, faults: &mut BTreeSet<Fault>) -> Self {
        let first = start + CHUNK_HEAD;
        let declared = first.saturating_add(chunk_length(bytes, start).unwrap_or_default());
        let is_length_right = declared == bytes.len() || is_chunk(bytes, declared);
        let limit = if is_length_right { declared } else { bytes.len() };
        let mut data = Vec::new();
        let (end, at) = copy_events(bytes, first..limit, &mut data, faults);
        let fault = match end {
            End::Marked => None,
            End::Limit => (!is_length_right).then_some(Fault::Truncated),
            End::WithinEvent if limit == bytes.len() => Some(Fault::Truncated),
            End::WithinEvent | End::Malformed => Some(Fault::Event),
        };
        let is_followed = bytes[at..].starts_with(TRACK);
        let next = if is_length_right && !is_followed { declared } else { at };
        let is_mended = end == End::Marked && next != declared;
        faults.extend(fault.or(is_mended.then_some(Fault::TrackLength)));
        Self { data, end: next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header that declares `n_tracks`, then `chunks`.
    fn file(n_tracks: u8, chunks: &[&[u8]]) -> Vec<u8> {
        let header = [&b"MThd\0\0\0\x06\0\x01\0"[..], &[n_tracks], b"\0\x60"].concat();
        [header, chunks.concat()].concat()
    }

    fn track(length: u8, events: &[u8]) -> Vec<u8> {
        [&b"MTrk\0\0\0"[..], &[length], events].concat()
    }

    fn faults(bytes: &[u8]) -> Vec<Fault> {
        mend(bytes).unwrap().1.into_iter().collect()
    }

    /// A note of 16 ticks and the end of the track: 12 bytes.
    const NOTE: &[u8] = b"\0\x90\x3c\x40\x10\x80\x3c\x40\0\xff\x2f\0";

    #[test]
    fn a_sound_file_stays_as_it_is() {
        let sound = file(2, &[&track(12, NOTE), b"XFIH\0\0\0\x01?", &track(12, NOTE)]);

        let (mended, faults) = mend(&sound).unwrap();

        assert_eq!(mended, file(2, &[&track(12, NOTE), &track(12, NOTE)]));
        assert!(faults.is_empty());
    }

    #[test]
    fn a_track_ends_at_its_end_whatever_length_it_declares() {
        let sound = file(2, &[&track(12, NOTE), &track(12, NOTE)]);
        for length in [0, 1, 5, 8, 11, 13, 20, 30, 255] {
            for wrong in [0, 1] {
                let mut tracks = [track(12, NOTE), track(12, NOTE)];
                tracks[wrong] = track(length, NOTE);

                let (mended, faults) = mend(&file(2, &[&tracks[0], &tracks[1]])).unwrap();

                assert_eq!(mended, sound, "{length} bytes in track {wrong}");
                assert!(faults.contains(&Fault::TrackLength), "{length} bytes in track {wrong}");
            }
        }
    }

    #[test]
    fn what_is_lost_is_named() {
        let malformed = b"\0\x40\x40\0\xff\x2f\0";

        assert_eq!(faults(&file(1, &[&track(7, malformed)])), [Fault::Event]);
        assert_eq!(faults(&file(1, &[&track(12, &NOTE[..6])])), [Fault::Truncated]);
        assert_eq!(faults(&file(3, &[&track(12, NOTE)])), [Fault::MissingTracks]);
    }

    #[test]
    fn bytes_before_the_header_are_skipped() {
        let sound = file(1, &[&track(12, NOTE)]);

        let riff = [b"RIFF\x2e\0\0\0RMIDdata\x22\0\0\0", &sound[..]].concat();

        assert_eq!(mend(&riff).unwrap().0, sound);
        assert_eq!(mend(b"no MIDI"), None);
    }
}
