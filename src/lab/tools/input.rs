//! Reads a MIDI file in 4/4 and the roles of its instruments.

use std::collections::BTreeSet;

use crate::{
    music::{
        meter::STEPS_PER_BAR,
        midi::{
            self,
            edit::{FileNote, MidiFile},
        },
        part_map::{Role, Rule},
        segments::is_four_four_throughout,
    },
    musicvae::{convert::extract::MAX_STEPS, net},
};

/// The lowest instrument of several is the bass if half its notes are below this: E3.
const BASS_BELOW: u8 = 52;

/// The longest file.
const MAX_BARS: usize = MAX_STEPS / STEPS_PER_BAR;

/// Why a file can't be answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no MIDI file.
    #[error(transparent)]
    Midi(#[from] midi::Error),
    /// It has no notes.
    #[error("expected notes, found none")]
    Empty,
    /// It is not in 4/4 throughout.
    #[error("expected bars of 4/4 from the start to the end, found another time signature")]
    Meter,
    /// It has too many bars.
    #[error("expected up to {MAX_BARS} bars, found {0}")]
    TooLong(usize),
    /// It has no drums.
    #[error(
        "expected drums, on channel 10 or in a track of that name, found {0} other instrument(s); \
         --map drums=channel:N or --map drums=track:NAME tells which one plays them"
    )]
    NoDrums(usize),
    /// No part of it can be continued.
    #[error("expected {0}, found none that plays in the last {1} bars")]
    NoPart(&'static str, usize),
    /// A model of another kind.
    #[error("expected a model of {expected}, found {found}")]
    Model {
        /// The kind that is expected.
        expected: &'static str,
        /// Name of its configuration.
        found: &'static str,
    },
    /// The model can't encode or decode.
    #[error(transparent)]
    Net(#[from] net::Error),
}

/// Reads a file that was [`mended`](midi::edit::mended); `rules` assign instruments' roles.
///
/// If programs, channels and track names identify no bass, the lowest of several instruments is the bass if
/// it is low enough.
///
/// # Errors
/// It is no MIDI file, has no notes, or is not in 4/4 throughout.
pub fn read<'a>(mended: &'a [u8], rules: &[Rule]) -> Result<MidiFile<'a>, Error> {
    let mut file = MidiFile::read(mended, rules)?;
    if file.notes.is_empty() {
        return Err(Error::Empty);
    }
    if MAX_BARS < file.n_bars() {
        return Err(Error::TooLong(file.n_bars()));
    }
    if !is_four_four_throughout(&file.sequence) {
        return Err(Error::Meter);
    }
    find_bass(&mut file);
    Ok(file)
}

/// Treats the only instrument of a file as drums: sequencers write clips on any channel.
pub fn take_for_drums(file: &mut MidiFile) {
    let instruments: BTreeSet<u16> = file.notes.iter().map(|note| note.instrument).collect();
    if 1 < instruments.len() {
        return;
    }
    for note in &mut file.notes {
        note.role = Role::Drums;
    }
    for note in &mut file.sequence.notes {
        note.is_drum = true;
    }
}

/// Checks that there are drums.
///
/// # Errors
/// There are none.
pub fn require_drums(file: &MidiFile) -> Result<(), Error> {
    let instruments: BTreeSet<u16> = file.notes.iter().map(|note| note.instrument).collect();
    match file.notes.iter().any(|note| note.role == Role::Drums) {
        true => Ok(()),
        false => Err(Error::NoDrums(instruments.len())),
    }
}

fn find_bass(file: &mut MidiFile) {
    if file.notes.iter().any(|note| note.role == Role::Bass) {
        return;
    }
    let melodies = file.notes.iter().filter(|note| note.role == Role::Melody);
    let melodies: BTreeSet<u16> = melodies.map(|note| note.instrument).collect();
    let median = |instrument: &u16| {
        let own = file.notes.iter().filter(|note| note.instrument == *instrument);
        let mut pitches: Vec<u8> = own.map(|note| note.pitch).collect();
        let middle = pitches.len() / 2;
        *pitches.select_nth_unstable(middle).1
    };
    let lowest = melodies.iter().min_by_key(|instrument| median(instrument));
    let lowest = lowest.filter(|lowest| 1 < melodies.len() && median(lowest) < BASS_BELOW);
    if let Some(&bass) = lowest {
        let own = file.notes.iter_mut().filter(|note: &&mut FileNote| note.instrument == bass);
        own.for_each(|note| note.role = Role::Bass);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::tools::testing,
        music::note::{Note, NoteSequence},
    };

    fn roles(file: &MidiFile) -> Vec<Role> {
        file.notes.iter().map(|note| note.role).collect()
    }

    #[test]
    fn the_lowest_of_several_instruments_is_the_bass() {
        let instruments = |low: u8| {
            let note = |(instrument, pitch): (u16, u8)| Note {
                pitch,
                velocity: 80,
                start: f64::from(instrument),
                end: f64::from(instrument) + 1.0,
                program: 0,
                is_drum: false,
                instrument,
            };
            let notes = [(0, 72), (1, low)].map(note).to_vec();
            let sequence = NoteSequence { notes, tempos: vec![], meters: vec![] };
            midi::write(&sequence, |_| "")
        };

        let found = |low: u8| roles(&read(&instruments(low), &[]).unwrap());
        assert_eq!(found(40), [Role::Melody, Role::Bass]);
        assert_eq!(found(60), [Role::Melody, Role::Melody]);
        assert_eq!(
            roles(&read(&testing::file(&[(false, 40, 80, 0, 1)]), &[]).unwrap()),
            [Role::Melody]
        );
    }

    #[test]
    fn a_lone_instrument_is_taken_for_drums_on_request() {
        let bytes = testing::file(&[(false, 36, 80, 0, 1), (false, 38, 80, 4, 1)]);
        let mut file = read(&bytes, &[]).unwrap();
        assert!(matches!(require_drums(&file), Err(Error::NoDrums(1))));

        take_for_drums(&mut file);

        assert!(require_drums(&file).is_ok() && file.sequence.notes.iter().all(|n| n.is_drum));
        let both = testing::file(&[(false, 60, 80, 0, 1), (true, 36, 80, 0, 1)]);
        let mut file = read(&both, &[]).unwrap();
        take_for_drums(&mut file);
        assert!(roles(&file).contains(&Role::Melody));
    }

    #[test]
    fn a_file_of_a_late_note_is_too_long() {
        let bytes = testing::file(&[(true, 36, 80, 16 * 1500, 1)]);
        assert!(matches!(read(&bytes, &[]), Err(Error::TooLong(1501))));
    }
}
