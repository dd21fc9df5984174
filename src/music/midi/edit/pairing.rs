//! Which events of a track make a note, as the [reader](crate::music::midi::read_song) pairs them.

use std::collections::{BTreeMap, VecDeque};

use midly::{MidiMessage, TrackEventKind};

use crate::music::{
    midi::edit::{
        file_note::{FileNote, Place},
        track::Timed,
    },
    part_map::Role,
};

/// Index of the event, its tick and velocity.
type On = (usize, u64, u8);

/// The notes of all tracks in the order of the reader: by start, then pitch, then by the end of the note in
/// its track. Their roles and instruments are not set yet.
pub fn notes(tracks: &[Vec<Timed>]) -> Vec<FileNote> {
    let mut notes: Vec<FileNote> =
        tracks.iter().enumerate().flat_map(|(number, track)| of_track(number, track)).collect();
    notes.sort_by_key(|note| (note.start, note.pitch));
    notes
}

fn of_track(track: usize, events: &[Timed]) -> Vec<FileNote> {
    let mut sounding: BTreeMap<(u8, u8), VecDeque<On>> = BTreeMap::new();
    let mut notes = Vec::new();
    let paired = |(channel, pitch): (u8, u8), (on, start, velocity): On, off, end| FileNote {
        role: Role::None,
        instrument: 0,
        place: Place { track, channel },
        pitch,
        velocity,
        start,
        end,
        events: (on, off),
    };
    for (index, (tick, kind)) in events.iter().enumerate() {
        let TrackEventKind::Midi { channel, message } = kind else { continue };
        let voice = |key: midly::num::u7| (channel.as_int(), key.as_int());
        match message {
            MidiMessage::NoteOn { key, vel } if 0 < vel.as_int() => {
                let starts = sounding.entry(voice(*key)).or_default();
                starts.push_back((index, *tick, vel.as_int()));
            }
            MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                let voice = voice(*key);
                if let Some(on) = sounding.get_mut(&voice).and_then(VecDeque::pop_front) {
                    notes.push(paired(voice, on, Some(index), *tick));
                }
            }
            _ => {}
        }
    }
    let end = events.last().map_or(0, |(tick, _)| *tick);
    for (voice, starts) in sounding {
        notes.extend(starts.into_iter().map(|on| paired(voice, on, None, end)));
    }
    notes
}
