//! Editing of a MIDI file: notes are moved or added while everything else stays: tracks, ticks, controllers,
//! tempos.

mod file_note;
mod pairing;
mod track;

use midly::{
    Header, MetaMessage, MidiMessage, Smf, Timing, TrackEventKind,
    num::{u4, u7},
};

pub use self::file_note::{FileNote, NewNote, Place};
use self::track::{LAST_TICK, Timed, is_end};
use crate::music::{
    meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    midi::{Error, chunks, reader::read_song},
    note::NoteSequence,
    part_map::{self, Role, Rule},
    programs::{is_bass, is_melodic},
};

/// A MIDI file with its notes. `'a` is the lifetime of the bytes that [`mended`] returns.
#[derive(Debug, Clone)]
pub struct MidiFile<'a> {
    header: Header,
    tracks: Vec<Vec<Timed<'a>>>,
    ticks_per_quarter: u16,
    /// The notes, sorted by start, then pitch.
    pub notes: Vec<FileNote>,
    /// The same notes and the file's tempos and time signatures. Instruments have the program and the
    /// kind of their role.
    pub sequence: NoteSequence,
}

/// The bytes of a MIDI file, repaired for [`MidiFile::read`].
///
/// # Errors
/// The bytes have no MIDI header.
pub fn mended(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    chunks::mend(bytes).map(|(mended, _)| mended).ok_or(Error::NoHeader)
}

impl<'a> MidiFile<'a> {
    /// Reads a file that was [`mended`]; instruments have the roles that `rules` give them.
    ///
    /// # Errors
    /// The bytes aren't a MIDI file, or have no ticks in a quarter note.
    pub fn read(mended: &'a [u8], rules: &[Rule]) -> Result<Self, Error> {
        let mut song = read_song(mended)?;
        let smf = Smf::parse(mended)?;
        let Timing::Metrical(ticks) = smf.header.timing else { return Err(Error::NoQuarters) };
        let instruments: Vec<u16> = song.sequence.notes.iter().map(|n| n.instrument).collect();
        part_map::assign(&mut song, rules);
        let is_used = |number: u16| song.sequence.notes.iter().any(|n| n.instrument == number);
        let role = |number: u16| match song.instruments.get(usize::from(number)) {
            Some(instrument) if is_used(number) => match instrument.program {
                _ if instrument.is_drum => Role::Drums,
                program if is_bass(program) => Role::Bass,
                program if is_melodic(program) => Role::Melody,
                _ => Role::None,
            },
            _ => Role::None,
        };
        let played: Vec<Role> = (0..song.instruments.len() as u16).map(role).collect();
        let tracks: Vec<Vec<Timed>> = smf.tracks.into_iter().map(track::timed).collect();
        let note = |(note, &instrument): (FileNote, &u16)| FileNote {
            role: played.get(usize::from(instrument)).copied().unwrap_or(Role::None),
            instrument,
            ..note
        };
        let notes = pairing::notes(&tracks).into_iter().zip(&instruments).map(note).collect();
        let ticks_per_quarter = ticks.as_int();
        Ok(Self { header: smf.header, tracks, ticks_per_quarter, notes, sequence: song.sequence })
    }

    /// Ticks in a step, a sixteenth.
    pub fn ticks_per_step(&self) -> f64 {
        f64::from(self.ticks_per_quarter) / STEPS_PER_QUARTER as f64
    }

    /// The step nearest to `tick`; halves round up.
    pub fn step(&self, tick: u64) -> usize {
        (tick as f64 / self.ticks_per_step() + 0.5).floor() as usize
    }

    /// The ticks, first and last, whose nearest step is `step`.
    pub fn ticks_of(&self, step: usize) -> (u64, u64) {
        let first = |step: usize| {
            let edge = ((step as f64 - 0.5) * self.ticks_per_step()).ceil().max(0.0) as u64;
            // Rounding may move the edge either way.
            (edge.saturating_sub(1)..edge).find(|&tick| step <= self.step(tick)).unwrap_or(edge)
        };
        (first(step), first(step + 1).saturating_sub(1).max(first(step)))
    }

    /// The tick at `steps` steps.
    pub fn tick(&self, steps: f64) -> u64 {
        (steps.max(0.0) * self.ticks_per_step()).round().min(LAST_TICK as f64) as u64
    }

    /// The tick at which track `track` ends.
    pub fn track_end(&self, track: usize) -> u64 {
        self.tracks.get(track).and_then(|events| events.last()).map_or(0, |(tick, _)| *tick)
    }

    /// Bars of 4/4: up to the last note's start or end, and up to four more if the tracks are longer, as in
    /// clips that end with a rest.
    pub fn n_bars(&self) -> usize {
        const LONGEST_REST: usize = 4;
        let last = self.notes.iter().map(|note| self.step(note.start) / STEPS_PER_BAR + 1).max();
        let end = self.notes.iter().map(|note| self.step(note.end) / STEPS_PER_BAR).max();
        let sounding = last.max(end).unwrap_or(0);
        let written = (0..self.tracks.len()).map(|track| self.track_end(track)).max().unwrap_or(0);
        let written = self.step(written) / STEPS_PER_BAR;
        if written <= sounding + LONGEST_REST { sounding.max(written) } else { sounding }
    }

    /// Moves note `number` to start at `start`, keeps its length and sets its velocity.
    pub fn play(&mut self, number: usize, start: u64, velocity: u8) {
        let Some(note) = self.notes.get_mut(number) else { return };
        let length = note.end - note.start;
        (note.start, note.end, note.velocity) = (start, start + length, velocity.clamp(1, 127));
    }

    /// Ends notes one tick before the next of their pitch, where moved notes overlap. Unmoved notes stay.
    fn part_overlaps(&mut self) {
        let mut order: Vec<usize> = (0..self.notes.len()).collect();
        let key = |note: &FileNote| (note.place, note.pitch, note.start);
        order.sort_by_key(|&number| key(&self.notes[number]));
        for pair in order.windows(2) {
            let (note, next) = (self.notes[pair[0]], self.notes[pair[1]]);
            let is_same = (note.place, note.pitch) == (next.place, next.pitch);
            if is_same && note.start < next.start && next.start < note.end {
                self.notes[pair[0]].end = (next.start - 1).max(note.start);
            }
        }
    }

    /// The file with the notes as moved by [`MidiFile::play`].
    pub fn replayed(mut self) -> Self {
        self.part_overlaps();
        let mut moved = vec![false; self.tracks.len()];
        for note in &self.notes {
            let track = &mut self.tracks[note.place.track];
            let (on, off) = note.events;
            moved[note.place.track] |= track[on].0 != note.start;
            track[on].0 = note.start;
            if let TrackEventKind::Midi { message: MidiMessage::NoteOn { vel, .. }, .. } =
                &mut track[on].1
            {
                *vel = u7::new(note.velocity);
            }
            if let Some(off) = off {
                moved[note.place.track] |= track[off].0 != note.end;
                track[off].0 = note.end;
            }
        }
        for (track, _) in self.tracks.iter_mut().zip(moved).filter(|(_, moved)| *moved) {
            track::sort(track);
        }
        self
    }

    /// Adds notes after the last event of their tracks, and ends all tracks at `end`, or where they end now
    /// if that is later.
    pub fn extended(mut self, notes: &[NewNote], end: u64) -> Self {
        for note in notes {
            let channel = u4::new(note.place.channel);
            let midi = |message| TrackEventKind::Midi { channel, message };
            let key = u7::new(note.pitch);
            let on = MidiMessage::NoteOn { key, vel: u7::new(note.velocity.clamp(1, 127)) };
            let off = MidiMessage::NoteOff { key, vel: u7::new(64) };
            let track = &mut self.tracks[note.place.track];
            track.extend([(note.start, midi(on)), (note.end, midi(off))]);
        }
        for track in &mut self.tracks {
            track.retain(|(_, kind)| !is_end(kind));
            let last = track.iter().map(|(tick, _)| *tick).max().unwrap_or(0);
            // Offs before ons among the new events; the file's own come first and keep their order.
            track.push((end.max(last), TrackEventKind::Meta(MetaMessage::EndOfTrack)));
            track::sort(track);
        }
        self
    }

    /// The bytes of the file.
    pub fn write(&self) -> Vec<u8> {
        let tracks = self.tracks.iter().map(|events| track::untimed(events)).collect();
        let smf = Smf { header: self.header, tracks };
        let mut bytes = Vec::new();
        smf.write_std(&mut bytes).expect("a Vec takes every byte");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::{midi, note::Note},
        units::Bpm,
    };

    /// A melody of two notes and three kicks.
    fn bytes() -> Vec<u8> {
        let note = |pitch, start, is_drum| Note {
            pitch,
            velocity: 80,
            start,
            end: start + 0.5,
            program: 0,
            is_drum,
            instrument: u16::from(is_drum),
        };
        let notes = vec![
            note(36, 0.0, true),
            note(60, 0.0, false),
            note(36, 1.0, true),
            note(36, 1.5, true),
            note(62, 3.0, false),
        ];
        let tempos = vec![(0.0, Bpm::try_from(93.0).unwrap())];
        let sequence = NoteSequence { notes, tempos, meters: vec![] };
        midi::write(&sequence, |note| if note.is_drum { "kit" } else { "lead" })
    }

    fn drums(file: &MidiFile) -> Vec<usize> {
        let drums = file.notes.iter().enumerate().filter(|(_, n)| n.role == Role::Drums);
        drums.map(|(number, _)| number).collect()
    }

    #[test]
    fn an_unchanged_file_is_written_as_it_was() {
        let bytes = mended(&bytes()).unwrap();
        let file = MidiFile::read(&bytes, &[]).unwrap();

        assert_eq!((file.n_bars(), drums(&file).len()), (1, 3));
        assert_eq!(file.write(), bytes);
        assert_eq!(file.clone().replayed().write(), bytes);
        let plain = midi::read(&bytes).unwrap();
        assert_eq!(file.sequence.notes, plain.notes);
    }

    #[test]
    fn moved_notes_keep_their_length_and_end_before_the_next() {
        let bytes = bytes();
        let mut file = MidiFile::read(&bytes, &[]).unwrap();
        let kicks = drums(&file);
        file.play(kicks[1], 500, 33);
        file.play(kicks[2], 700, 99);

        let written = file.replayed().write();
        let again = MidiFile::read(&written, &[]).unwrap();

        let kick = |number: usize| {
            let note = again.notes[drums(&again)[number]];
            (note.start, note.end, note.velocity)
        };
        assert_eq!([kick(0), kick(1), kick(2)], [(0, 240, 80), (500, 699, 33), (700, 940, 99)]);
        let melody = |file: &MidiFile| {
            let notes = file.notes.iter().filter(|note| note.role == Role::Melody);
            notes.map(|note| (note.start, note.end, note.velocity)).collect::<Vec<_>>()
        };
        assert_eq!(melody(&again), [(0, 240, 80), (1440, 1680, 80)]);
    }

    #[test]
    fn added_notes_follow_the_files_own_events() {
        let bytes = bytes();
        let file = MidiFile::read(&bytes, &[]).unwrap();
        let place = file.notes[0].place;
        let new = NewNote { place, pitch: 38, velocity: 70, start: 1920, end: 2000 };

        let written = file.clone().extended(&[new], 3840).write();
        let again = MidiFile::read(&written, &[]).unwrap();

        assert_eq!((again.n_bars(), again.notes.len()), (2, 6));
        for (before, after) in file.tracks.iter().zip(&again.tracks) {
            let n = before.len() - 1;
            assert_eq!(before[..n], after[..n]);
            assert_eq!(after.last().unwrap().0, 3840);
        }
    }

    #[test]
    fn a_tick_belongs_to_its_nearest_step() {
        for ticks_per_quarter in [24, 96, 97, 480] {
            let mut bytes = bytes();
            bytes[12..14].copy_from_slice(&u16::to_be_bytes(ticks_per_quarter));
            let file = MidiFile::read(&bytes, &[]).unwrap();
            for step in 0..40 {
                let (first, last) = file.ticks_of(step);
                assert_eq!((file.step(first), file.step(last)), (step, step));
                assert_eq!(file.step(last + 1), step + 1);
                assert!(first == 0 || file.step(first - 1) + 1 == step);
            }
        }
    }
}
