//! Reads and writes Standard MIDI files as [`NoteSequence`].

use std::collections::{BTreeMap, HashMap, VecDeque};

use midly::{
    Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind,
    num::{u4, u7, u15, u24, u28},
};

use crate::{
    music::note::{Note, NoteSequence, TimeSignature},
    units::Bpm,
};

/// The percussion channel, counted from 0.
const DRUM_CHANNEL: u8 = 9;

/// Ticks per quarter note in written files.
const TICKS_PER_QUARTER: u16 = 480;

/// Why a MIDI file can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file isn't a standard MIDI file, or is damaged.
    #[error("not a standard MIDI file: {0}")]
    Malformed(#[from] midly::Error),
    /// Ticks are fractions of a second, so the file has no bars.
    #[error("expected ticks of a quarter note, found SMPTE time code")]
    TimeCode,
    /// The header declares no ticks in a quarter note.
    #[error("expected at least one tick in a quarter note, found 0")]
    NoTicks,
}

/// Reads a standard MIDI file of format 0, 1 or 2.
///
/// Notes keep their length as played: the sustain pedal is ignored. A note without an end lasts to
/// the end of its track.
///
/// # Errors
/// The bytes aren't a MIDI file, or have no musical time.
pub fn read(bytes: &[u8]) -> Result<NoteSequence, Error> {
    if has_unknown_frame_rate(bytes) {
        return Err(Error::TimeCode);
    }
    let smf = Smf::parse(bytes)?;
    let ticks_per_quarter = match smf.header.timing {
        Timing::Metrical(ticks) if ticks.as_int() == 0 => return Err(Error::NoTicks),
        Timing::Metrical(ticks) => f64::from(ticks.as_int()),
        Timing::Timecode(..) => return Err(Error::TimeCode),
    };
    let mut reader = Reader { ticks_per_quarter, ..Reader::default() };
    for (index, track) in smf.tracks.iter().enumerate() {
        reader.track(index, track);
    }
    Ok(reader.finish())
}

/// Whether a header declares -128 frames a second. midly 0.5.3 negates it in 8 bits, which panics
/// where overflow is checked. Found by fuzzing.
fn has_unknown_frame_rate(bytes: &[u8]) -> bool {
    bytes.windows(13).any(|header| header.starts_with(b"MThd") && header[12] == 0x80)
}

/// Everything read so far.
#[derive(Default)]
struct Reader {
    ticks_per_quarter: f64,
    notes: Vec<Note>,
    tempos: Vec<(f64, Bpm)>,
    meters: Vec<(f64, TimeSignature)>,
    /// Instruments are numbered as in `pretty_midi`: one for each track, channel and program.
    instruments: HashMap<(usize, u8, u8), u16>,
    /// Programs carry over to later tracks: format 1 files often set all of them in the first.
    programs: [u8; 16],
}

/// Notes that sound, by channel and key, the oldest first.
type Sounding = BTreeMap<(u8, u8), VecDeque<(f64, u8)>>;

impl Reader {
    fn track(&mut self, index: usize, track: &[TrackEvent]) {
        let mut tick = 0u64;
        let mut sounding = Sounding::new();
        for event in track {
            tick += u64::from(event.delta.as_int());
            let now = tick as f64 / self.ticks_per_quarter;
            match event.kind {
                TrackEventKind::Midi { channel, message } => {
                    self.message(index, channel.as_int(), message, now, &mut sounding);
                }
                TrackEventKind::Meta(message) => self.meta(message, now),
                _ => {}
            }
        }
        let end = tick as f64 / self.ticks_per_quarter;
        for (&(channel, key), starts) in &sounding {
            for &(start, velocity) in starts {
                self.note(index, (channel, key), (start, end), velocity);
            }
        }
    }

    fn message(
        &mut self,
        track: usize,
        channel: u8,
        message: MidiMessage,
        now: f64,
        sounding: &mut Sounding,
    ) {
        match message {
            MidiMessage::ProgramChange { program } => {
                self.programs[usize::from(channel)] = program.as_int();
            }
            MidiMessage::NoteOn { key, vel } if vel > 0 => {
                let starts = sounding.entry((channel, key.as_int())).or_default();
                starts.push_back((now, vel.as_int()));
            }
            MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                let voice = (channel, key.as_int());
                if let Some((start, velocity)) =
                    sounding.get_mut(&voice).and_then(VecDeque::pop_front)
                {
                    self.note(track, voice, (start, now), velocity);
                }
            }
            _ => {}
        }
    }

    fn meta(&mut self, message: MetaMessage, now: f64) {
        match message {
            MetaMessage::Tempo(micros) => {
                let bpm = 60e6 / f64::from(micros.as_int().max(1));
                self.tempos.extend(Bpm::try_from(bpm).map(|tempo| (now, tempo)));
            }
            MetaMessage::TimeSignature(numerator, power, ..) => {
                let denominator = 1u8.checked_shl(u32::from(power)).unwrap_or(0);
                self.meters.push((now, TimeSignature { numerator, denominator }));
            }
            _ => {}
        }
    }

    fn note(&mut self, track: usize, voice: (u8, u8), span: (f64, f64), velocity: u8) {
        let (channel, pitch) = voice;
        let program = self.programs[usize::from(channel)];
        let n_instruments = self.instruments.len() as u16;
        let instrument =
            *self.instruments.entry((track, channel, program)).or_insert(n_instruments);
        let is_drum = channel == DRUM_CHANNEL;
        let (start, end) = span;
        self.notes.push(Note { pitch, velocity, start, end, program, is_drum, instrument });
    }

    fn finish(mut self) -> NoteSequence {
        self.notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
        self.tempos.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.meters.sort_by(|a, b| a.0.total_cmp(&b.0));
        NoteSequence { notes: self.notes, tempos: self.tempos, meters: self.meters }
    }
}

/// Writes a format 1 file: a track of tempos and time signatures, then one for each instrument,
/// named by `name(instrument)`.
pub fn write(sequence: &NoteSequence, name: impl Fn(&Note) -> &str) -> Vec<u8> {
    let mut instruments: BTreeMap<u16, Vec<&Note>> = BTreeMap::new();
    for note in &sequence.notes {
        instruments.entry(note.instrument).or_default().push(note);
    }
    let mut free_channels = (0..16).filter(|&channel| channel != DRUM_CHANNEL).cycle();
    let mut tracks = vec![to_track(conductor_events(sequence))];
    for notes in instruments.values() {
        let channel = match notes[0].is_drum {
            true => DRUM_CHANNEL,
            false => free_channels.next().expect("a cycle does not end"),
        };
        tracks.push(to_track(instrument_events(notes, channel, name(notes[0]))));
    }
    let timing = Timing::Metrical(u15::new(TICKS_PER_QUARTER));
    let smf = Smf { header: Header::new(Format::Parallel, timing), tracks };
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes).expect("a Vec takes every byte");
    bytes
}

/// An event, its time in quarters, and its rank among events of the same time.
type Timed<'a> = (f64, u8, TrackEventKind<'a>);

fn conductor_events(sequence: &NoteSequence) -> Vec<Timed<'static>> {
    let tempos = sequence.tempos.iter().map(|&(at, tempo)| {
        let micros = (60e6 / tempo.get()).round() as u32;
        (at, 0, TrackEventKind::Meta(MetaMessage::Tempo(u24::new(micros))))
    });
    let meters = sequence.meters.iter().map(|&(at, meter)| {
        let power = meter.denominator.trailing_zeros() as u8;
        let message = MetaMessage::TimeSignature(meter.numerator, power, 24, 8);
        (at, 0, TrackEventKind::Meta(message))
    });
    tempos.chain(meters).collect()
}

fn instrument_events<'a>(notes: &[&Note], channel: u8, name: &'a str) -> Vec<Timed<'a>> {
    let channel = u4::new(channel);
    let midi = |message| TrackEventKind::Midi { channel, message };
    let mut events = vec![(0.0, 0, TrackEventKind::Meta(MetaMessage::TrackName(name.as_bytes())))];
    let mut last_program = None;
    for note in notes {
        if last_program != Some(note.program) {
            let at = last_program.map_or(0.0, |_| note.start);
            let program = u7::new(note.program);
            events.push((at, 1, midi(MidiMessage::ProgramChange { program })));
            last_program = Some(note.program);
        }
        let (key, vel) = (u7::new(note.pitch), u7::new(note.velocity));
        events.push((note.start, 2, midi(MidiMessage::NoteOn { key, vel })));
        events.push((note.end, 1, midi(MidiMessage::NoteOff { key, vel: u7::new(64) })));
    }
    events
}

fn to_track(mut events: Vec<Timed<'_>>) -> Track<'_> {
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut track = Track::new();
    let mut last_tick = 0;
    for (at, _, kind) in events {
        let tick = (at * f64::from(TICKS_PER_QUARTER)).round() as u32;
        track.push(TrackEvent { delta: u28::new(tick - last_tick), kind });
        last_tick = tick;
    }
    let kind = TrackEventKind::Meta(MetaMessage::EndOfTrack);
    track.push(TrackEvent { delta: u28::new(0), kind });
    track
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
