//! Writes a [`NoteSequence`] as a Standard MIDI file.

use std::collections::BTreeMap;

use midly::{
    Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind,
    num::{u4, u7, u15, u24, u28},
};

use crate::music::{
    midi::rhythm::DRUM_CHANNEL,
    note::{Note, NoteSequence},
};

/// Ticks per quarter note in written files.
const TICKS_PER_QUARTER: u16 = 480;

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
