//! Reads a Standard MIDI file as a [`NoteSequence`], with the data of its instruments.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use midly::{MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind, num::u7};

use crate::{
    music::{
        midi::{Error, chunks, rhythm::Rhythm},
        note::{Note, NoteSequence, TimeSignature},
        song::{Fault, Instrument, Song},
        tempo_map::TempoMap,
    },
    units::Bpm,
};

/// The controller that selects a bank.
const BANK_SELECT: u7 = u7::from_int_lossy(0);

/// Reads a file of format 0, 1 or 2.
///
/// # Errors
/// The bytes aren't a MIDI file, or have no musical time.
pub fn read_song(bytes: &[u8]) -> Result<Song, Error> {
    let Some((mended, faults)) = chunks::mend(bytes) else {
        return Err(Error::NoHeader);
    };
    if has_unknown_frame_rate(&mended) {
        return Err(Error::TimeCode);
    }
    let smf = Smf::parse(&mended)?;
    let (ticks_per_quarter, only_tempo) = match smf.header.timing {
        Timing::Metrical(ticks) if ticks.as_int() == 0 => return Err(Error::NoTicks),
        Timing::Metrical(ticks) => (f64::from(ticks.as_int()), None),
        Timing::Timecode(_, 0) => return Err(Error::TimeCode),
        Timing::Timecode(frames, ticks) => {
            // Ticks are time. The first tempo, which sequencers write for their bars, converts them to
            // quarters; later tempos would change nothing.
            let tempo = first_tempo(&smf);
            let ticks_per_second = f64::from(frames.as_f32()) * f64::from(ticks);
            (ticks_per_second * 60.0 / tempo, Some(tempo))
        }
    };
    let rhythm = Rhythm::of(&smf);
    let mut reader = Reader { ticks_per_quarter, only_tempo, rhythm, ..Reader::default() };
    reader.all_tempos.extend(only_tempo.map(|tempo| (0.0, tempo)));
    for (index, track) in smf.tracks.iter().enumerate() {
        reader.track(index, track);
    }
    Ok(reader.finish(faults))
}

/// Whether a header declares -128 frames a second. midly 0.5.3 negates it in 8 bits, which panics
/// where overflow is checked. Found by fuzzing.
fn has_unknown_frame_rate(bytes: &[u8]) -> bool {
    bytes.get(12) == Some(&0x80)
}

/// The first tempo of any track in quarters per minute, or else the default.
fn first_tempo(smf: &Smf) -> f64 {
    let tempo = |event: &TrackEvent| match event.kind {
        TrackEventKind::Meta(MetaMessage::Tempo(micros)) => Some(bpm(micros.as_int())),
        _ => None,
    };
    let first = smf.tracks.iter().find_map(|track| track.iter().find_map(tempo));
    first.unwrap_or_else(|| Bpm::DEFAULT.get())
}

/// Quarters per minute from microseconds per quarter.
fn bpm(micros: u32) -> f64 {
    60e6 / f64::from(micros.max(1))
}

/// Everything read so far.
#[derive(Default)]
struct Reader {
    ticks_per_quarter: f64,
    /// The tempo of a file whose ticks are time.
    only_tempo: Option<f64>,
    notes: Vec<Note>,
    /// Time in quarters, quarters per minute.
    all_tempos: Vec<(f64, f64)>,
    meters: Vec<(f64, TimeSignature)>,
    /// Instrument numbers by track, channel, program and whether it is a rhythm part.
    numbers: HashMap<(usize, u8, u8, bool), u16>,
    instruments: Vec<Instrument>,
    /// Names of the tracks so far.
    names: BTreeMap<usize, String>,
    /// Programs carry over to later tracks: format 1 files often set all of them in the first.
    programs: [u8; 16],
    rhythm: Rhythm,
}

/// Sounding notes, by channel and key, the oldest first.
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
                TrackEventKind::Meta(message) => self.meta(index, message, now),
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
            MidiMessage::Controller { controller, value } if controller == BANK_SELECT => {
                self.rhythm.select_bank(channel, value.as_int());
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

    fn meta(&mut self, track: usize, message: MetaMessage, now: f64) {
        match message {
            MetaMessage::TrackName(name) | MetaMessage::InstrumentName(name) => {
                let name = String::from_utf8_lossy(name);
                let names = self.names.entry(track).or_default();
                names.push_str(if names.is_empty() { "" } else { ", " });
                names.push_str(name.trim());
            }
            MetaMessage::Tempo(micros) if self.only_tempo.is_none() => {
                self.all_tempos.push((now, bpm(micros.as_int())));
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
        let is_drum = self.rhythm.is_drum(channel);
        let instrument = self.instrument(track, channel, program, is_drum);
        let (start, end) = span;
        self.notes.push(Note { pitch, velocity, start, end, program, is_drum, instrument });
    }

    fn instrument(&mut self, track: usize, channel: u8, program: u8, is_drum: bool) -> u16 {
        let (instruments, names) = (&mut self.instruments, &self.names);
        *self.numbers.entry((track, channel, program, is_drum)).or_insert_with(|| {
            let name = names.get(&track).cloned().unwrap_or_default();
            instruments.push(Instrument { name, channel, program, is_drum });
            (instruments.len() - 1) as u16
        })
    }

    fn finish(mut self, faults: BTreeSet<Fault>) -> Song {
        self.notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
        self.all_tempos.sort_by(|a, b| a.0.total_cmp(&b.0));
        let in_range = |&(at, bpm): &(f64, f64)| Some((at, Bpm::try_from(bpm).ok()?));
        let tempos = self.all_tempos.iter().filter_map(in_range).collect();
        self.meters.sort_by(|a, b| a.0.total_cmp(&b.0));
        let sequence = NoteSequence { notes: self.notes, tempos, meters: self.meters };
        let tempo_map = TempoMap::new(self.all_tempos);
        Song { sequence, instruments: self.instruments, tempo_map, faults }
    }
}
