//! A MIDI file with melody and bass.

use midly::{
    Format, Header, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind,
    num::{u4, u7, u15, u28},
};

/// "Ode to Joy" in D major, a note each quarter: MIDI pitches, four bars.
pub const MELODY: [u8; 16] = [66, 66, 67, 69, 69, 67, 66, 64, 62, 62, 64, 66, 66, 64, 64, 62];

/// Its bass, a note each half.
pub const BASS: [u8; 8] = [38, 45, 45, 38, 38, 43, 45, 38];

const TICKS_PER_QUARTER: u16 = 96;

/// A track of `pitches` of `quarters` each.
fn track(channel: u8, program: u8, pitches: &[u8], quarters: u32) -> Track<'static> {
    let event = |delta: u32, message| TrackEvent {
        delta: u28::new(delta),
        kind: TrackEventKind::Midi { channel: u4::new(channel), message },
    };
    let ticks = quarters * u32::from(TICKS_PER_QUARTER);
    let start = event(0, MidiMessage::ProgramChange { program: u7::new(program) });
    let note = |&pitch: &u8| {
        let (key, vel) = (u7::new(pitch), u7::new(100));
        [
            event(0, MidiMessage::NoteOn { key, vel }),
            event(ticks, MidiMessage::NoteOff { key, vel }),
        ]
    };
    std::iter::once(start).chain(pitches.iter().flat_map(note)).collect()
}

/// The file of [`MELODY`] and [`BASS`].
pub fn ode_to_joy() -> Vec<u8> {
    let timing = Timing::Metrical(u15::new(TICKS_PER_QUARTER));
    let tracks = vec![track(0, 80, &MELODY, 1), track(1, 38, &BASS, 2)];
    let mut bytes = Vec::new();
    Smf { header: Header::new(Format::Parallel, timing), tracks }.write_std(&mut bytes).unwrap();
    bytes
}
