//! A bar as it goes on air: arranged, humanised, ready to be played.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    music::{
        chord::{Chord, Numeral},
        scale::{Key, Mode},
        section::Section,
    },
    units::{Bpm, Decibels, Lufs},
};

/// Who plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names say it.
pub enum Part {
    Drums,
    Bass,
    Lead,
    Chords,
}

/// How many parts there are.
pub const N_PARTS: usize = 4;

impl Part {
    /// All parts, in the order of their indices.
    pub const ALL: [Self; N_PARTS] = [Self::Drums, Self::Bass, Self::Lead, Self::Chords];

    /// How radio.toml and the player call it.
    pub fn name(self) -> &'static str {
        ["drums", "bass", "lead", "chords"][self as usize]
    }
}

/// One note of a part, placed within its bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Where it begins, in steps from the bar's start. Human spread makes it uneven; never below 0.
    pub start_step: f32,
    /// How long it is held, in steps; may reach beyond the bar.
    pub n_steps: f32,
    /// MIDI pitch; for drums the General MIDI percussion key.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// A bar of all parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Counts from 0 for the life of the station.
    pub number: u64,
    /// How fast it goes.
    pub tempo: Bpm,
    /// What all but the drums keep to.
    pub key: Key,
    /// What they sound over.
    pub chord: Chord,
    /// What it is for.
    pub section: Section,
    /// Which of the station's pieces it belongs to, from 0.
    pub piece: u64,
    /// What listeners are shown while it sounds.
    pub title: Arc<str>,
    /// Hits of each part, by `Part as usize`, sorted by start.
    pub parts: [Vec<Hit>; N_PARTS],
    /// Instruments and levels, from its beginning on.
    pub mix: Arc<Mix>,
    /// How far filters are open at its beginning and at its end: 0 closed, 1 open.
    pub opening: [f32; 2],
}

impl Bar {
    /// A silent bar in C, with open filters and no title, for those who fill it.
    pub fn plain(tempo: Bpm, mix: Arc<Mix>) -> Self {
        let key = Key { root: 0, mode: Mode::Major };
        Self {
            number: 0,
            tempo,
            key,
            chord: Numeral::TONIC.in_key(key),
            section: Section::Main,
            piece: 0,
            title: "".into(),
            parts: Default::default(),
            mix,
            opening: [1.0; 2],
        }
    }
}

/// How all parts sound together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mix {
    /// By `Part as usize`.
    pub voices: [Voice; N_PARTS],
    /// Steps between a sound and its echo; 3 is the dub's dotted eighth.
    pub echo_steps: f64,
    /// What is left of an echo in the next one, 0 to 0.9.
    pub echo_feedback: f64,
    /// How loud the whole is, over minutes.
    pub loudness: Lufs,
}

/// How a part sounds: its instrument in the SoundFont and its place in the mix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// SoundFont bank, 0 for melodic presets, 128 for kits.
    pub bank: u8,
    /// Program within the bank: for drums, the number of the kit.
    pub program: u8,
    /// Level in the mix.
    pub gain: Decibels,
    /// -1 left, 0 middle, 1 right.
    pub pan: f64,
    /// Share that goes to the reverb, 0 to 1.
    pub reverb: f64,
    /// Share that goes to the chorus, 0 to 1.
    pub chorus: f64,
    /// Share that goes to the echo, 0 to 1.
    pub echo: f64,
    /// How far it steps back under each kick.
    pub duck: Decibels,
    /// How much of the bars' opening its filter follows: 0 stays open, 1 closes down to a murmur.
    pub sweep: f64,
}

impl Mix {
    /// Voices without echo, at the default loudness.
    pub fn of(voices: [Voice; N_PARTS]) -> Self {
        Self { voices, echo_steps: 3.0, echo_feedback: 0.0, loudness: Lufs::DEFAULT }
    }

    /// A kit, a synth bass, a square lead and a pad, in a small room.
    pub fn plain() -> Self {
        let voice = |bank, program| Voice {
            gain: Decibels(-3.0),
            reverb: 0.15,
            ..Voice::plain(bank, program)
        };
        Self::of([voice(128, 0), voice(0, 38), voice(0, 80), voice(0, 89)])
    }
}

impl Voice {
    /// Program `program` of bank `bank`, at its own level, in the middle, dry.
    pub fn plain(bank: u8, program: u8) -> Self {
        Self {
            bank,
            program,
            gain: Decibels(0.0),
            pan: 0.0,
            reverb: 0.0,
            chorus: 0.0,
            echo: 0.0,
            duck: Decibels(0.0),
            sweep: 0.0,
        }
    }
}
