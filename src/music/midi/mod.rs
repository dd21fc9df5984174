//! Standard MIDI files: reading ([`read`], [`read_song`]) and writing ([`write()`]).
//!
//! A file is first repaired (`chunks`, `events`), then its events are read (`reader`, with `rhythm` for the
//! drums), then parts that programs and channels don't identify are found by track names
//! ([`crate::music::part_map`]). [`edit`] changes notes of a file and keeps the rest of it.

mod chunks;
pub mod edit;
mod events;
mod reader;
mod rhythm;
mod write;

pub use self::{reader::read_song, write::write};
use crate::music::{note::NoteSequence, part_map};

/// Why a MIDI file can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes have no MIDI header.
    #[error("not a standard MIDI file: expected a header, MThd")]
    NoHeader,
    /// The file isn't a standard MIDI file, or is damaged.
    #[error("not a standard MIDI file: {0}")]
    Malformed(#[from] midly::Error),
    /// The time code has an unknown frame rate, or no ticks in a frame.
    #[error(
        "expected 24, 25, 29 or 30 frames a second of at least one tick, found another time code"
    )]
    TimeCode,
    /// The header declares no ticks in a quarter note.
    #[error("expected at least one tick in a quarter note, found 0")]
    NoTicks,
    /// The file is to be edited, but its ticks are time: see [`edit`].
    #[error("expected ticks of quarter notes, found ticks of a time code")]
    NoQuarters,
}

/// Reads a standard MIDI file of format 0, 1 or 2. If no instrument is a bass by its program, or none a
/// rhythm part by its channel, track names decide.
///
/// Notes keep their length as played: the sustain pedal is ignored. A note without an end lasts to
/// the end of its track.
///
/// # Errors
/// The bytes aren't a MIDI file, or have no musical time.
pub fn read(bytes: &[u8]) -> Result<NoteSequence, Error> {
    let mut song = read_song(bytes)?;
    part_map::assign_by_name(&mut song);
    Ok(song.sequence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::{
            note::{Note, TimeSignature},
            song::{Fault, Instrument, Song},
        },
        units::Bpm,
    };

    fn note(pitch: u8, start: f64, instrument: u16, is_drum: bool) -> Note {
        let program = if is_drum { 0 } else { 33 };
        Note { pitch, velocity: 90, start, end: start + 0.5, program, is_drum, instrument }
    }

    #[test]
    fn a_written_file_reads_back() {
        let meter = TimeSignature { numerator: 4, denominator: 4 };
        let sequence = NoteSequence {
            notes: vec![note(36, 0.0, 0, true), note(40, 0.5, 1, false), note(36, 1.25, 0, true)],
            tempos: vec![(0.0, Bpm::DEFAULT)],
            meters: vec![(0.0, meter)],
        };

        let read = read(&write(&sequence, |_| "part")).unwrap();

        assert_eq!(read, sequence);
    }

    #[test]
    fn damaged_bytes_are_an_error_not_a_panic() {
        let good = write(
            &NoteSequence { notes: vec![note(36, 0.0, 0, true)], tempos: vec![], meters: vec![] },
            |_| "part",
        );
        for length in 0..good.len() {
            let _ = read(&good[..length]);
        }
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0xff;
            let _ = read(&bad);
        }
        assert!(read(b"no MIDI").is_err());
        assert!(matches!(read(b"MThd\0\0\0\x06\0\0\0\x01\x80\x28"), Err(Error::TimeCode)));
    }

    /// A file of one track with `events` and then an eighth of pitch 36 on channel 10, counted from 0.
    fn song(events: &[u8]) -> Song {
        let note = b"\0\x9a\x24\x40\x30\x8a\x24\x40\0\xff\x2f\0";
        let length = (events.len() + note.len()) as u8;
        let head = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0";
        read_song(&[&head[..], &[length], events, note].concat()).unwrap()
    }

    #[test]
    fn banks_and_sysex_make_drums_of_any_channel() {
        let banks = [120, 126, 127].map(|bank| vec![0, 0xba, 0, bank]);
        let gs = b"\0\xf0\x0a\x41\x10\x42\x12\x40\x1a\x15\x02\x0f\xf7";
        assert!(!song(b"").sequence.notes[0].is_drum);
        for events in banks.iter().map(Vec::as_slice).chain([&gs[..]]) {
            assert!(song(events).sequence.notes[0].is_drum, "{events:x?}");
        }
    }

    #[test]
    fn instruments_have_the_names_of_their_tracks() {
        let named = song(b"\0\xff\x03\x04Bass\0\xff\x04\x06Finger\0\xca\x21");

        let name = "Bass, Finger".to_owned();
        let expected = Instrument { name, channel: 10, program: 33, is_drum: false };
        assert_eq!(named.instruments, [expected]);
        assert_eq!(named.sequence.notes[0].instrument, 0);
    }

    #[test]
    fn ticks_of_time_code_become_quarters_by_the_first_tempo() {
        // 25 frames of 40 ticks: a millisecond each; 60 quarters a minute, then a note of 500 ms at 2 s.
        let tempo = b"\0\xff\x51\x03\x0f\x42\x40";
        let note = b"\x8f\x50\x9a\x24\x40\x83\x74\x8a\x24\x40\0\xff\x2f\0";
        let length = (tempo.len() + note.len()) as u8;
        let head = b"MThd\0\0\0\x06\0\0\0\x01\xe7\x28MTrk\0\0\0";
        let song = read_song(&[&head[..], &[length], tempo, note].concat()).unwrap();

        let note = song.sequence.notes[0];
        assert_eq!((note.start, note.end), (2.0, 2.5));
        assert_eq!(song.sequence.tempos, [(0.0, Bpm::try_from(60.0).unwrap())]);
    }

    #[test]
    fn notes_after_a_meta_event_in_running_status_are_read() {
        let song = song(b"\0\x9a\x30\x40\x10\x30\0\0\xff\x06\x01A\0\x32\x40\x10\x32\0");

        let pitches: Vec<u8> = song.sequence.notes.iter().map(|note| note.pitch).collect();
        assert_eq!(pitches, [48, 50, 36]);
        assert_eq!(song.faults, [Fault::RunningStatus].into());
    }
}
