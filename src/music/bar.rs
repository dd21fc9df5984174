//! A bar as it is played: arranged and humanised.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    music::{
        chain::Chain,
        chord::{Chord, Numeral},
        cover::Cover,
        room::Room,
        scale::{Key, Mode},
        section::Section,
        transition::Transition,
    },
    units::{Bpm, Decibels, Lufs},
};

/// A part of the band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // Self-explanatory.
pub enum Part {
    Drums,
    Bass,
    Lead,
    Chords,
}

/// Number of parts.
pub const N_PARTS: usize = 4;

impl Part {
    /// All parts, in index order.
    pub const ALL: [Self; N_PARTS] = [Self::Drums, Self::Bass, Self::Lead, Self::Chords];

    /// The name in radio.toml and on the player page.
    pub fn name(self) -> &'static str {
        ["drums", "bass", "lead", "chords"][self as usize]
    }
}

/// A note of a part within its bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Start in steps from the bar's start, at least 0. Humanising makes it fractional.
    pub start_step: f32,
    /// Length in steps; may reach beyond the bar.
    pub n_steps: f32,
    /// MIDI pitch; for drums the General MIDI percussion key.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// A moment in which a part is sent to echo and room regardless of its sends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throw {
    /// The part.
    pub part: Part,
    /// Start and end in steps from the bar's start, at least 0; may reach beyond the bar.
    pub steps: [f32; 2],
    /// Send, 0 to 1; a part's own send is not lowered.
    pub amount: f64,
}

/// A bar of all parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Number of the bar, from 0 over the life of the station.
    pub number: u64,
    /// Tempo of the bar.
    pub tempo: Bpm,
    /// Key of all parts but the drums.
    pub key: Key,
    /// Chord of the bar.
    pub chord: Chord,
    /// Section of the piece that the bar belongs to.
    pub section: Section,
    /// Number of the piece, from 0 over the life of the station.
    pub piece: u64,
    /// Title shown to listeners while the bar sounds.
    pub title: Arc<str>,
    /// Inputs of the piece's cover picture.
    pub cover: Cover,
    /// The piece's point in the latent space of bass and lead, for likes; empty if it has no such point.
    pub place: Arc<[f32]>,
    /// Place of the beat on the pad, 0 to 1 from left to right and from top to bottom; none if the pad has
    /// not drawn it.
    pub puck: Option<[f64; 2]>,
    /// Hits of each part, by `Part as usize`, sorted by start.
    pub parts: [Vec<Hit>; N_PARTS],
    /// Moments in which a part is sent to echo and room.
    pub throws: Vec<Throw>,
    /// Instruments and levels from the start of the bar on.
    pub mix: Arc<Mix>,
    /// Filter opening at the start and at the end of the bar, 0 closed to 1 open.
    pub opening: [f32; 2],
    /// Sounds that lead from section to section.
    pub transition: Option<Transition>,
}

impl Bar {
    /// A silent bar in C major with open filters, without a title or a transition.
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
            cover: Cover::new(key, tempo, &[]),
            place: Arc::default(),
            puck: None,
            parts: Default::default(),
            throws: Vec::new(),
            mix,
            opening: [1.0; 2],
            transition: None,
        }
    }
}

/// Instruments, levels and effects of all parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mix {
    /// By `Part as usize`.
    pub voices: [Voice; N_PARTS],
    /// Echo time in steps; 3 is dub's dotted eighth.
    pub echo_steps: f64,
    /// Gain from one echo to the next, 0 to 0.9.
    pub echo_feedback: f64,
    /// The room that parts are sent to.
    #[serde(default)]
    pub room: Room,
    /// Target loudness of the station, held over minutes.
    pub loudness: Lufs,
}

/// A part's instrument in the SoundFont and its settings in the mix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// SoundFont bank: 0 for melodic presets, 128 for kits.
    pub bank: u8,
    /// MIDI program within the bank; for drums the number of the kit.
    pub program: u8,
    /// Level in the mix.
    pub gain: Decibels,
    /// Pan, -1 left to 1 right.
    pub pan: f64,
    /// Send to the reverb, 0 to 1.
    pub reverb: f64,
    /// Send to the chorus, 0 to 1.
    pub chorus: f64,
    /// Send to the echo, 0 to 1.
    pub echo: f64,
    /// Gain under each kick (side-chain ducking), 0 dB or less.
    pub duck: Decibels,
    /// How far the filter follows the bar's opening: 0 stays open, 1 follows fully.
    pub sweep: f64,
    /// Effects after the instrument.
    #[serde(default)]
    pub chain: Chain,
}

impl Mix {
    /// A mix of `voices` without echo, in the default room, at the default loudness.
    pub fn of(voices: [Voice; N_PARTS]) -> Self {
        Self {
            voices,
            echo_steps: 3.0,
            echo_feedback: 0.0,
            room: Room::DEFAULT,
            loudness: Lufs::DEFAULT,
        }
    }

    /// A kit, a synth bass, a square lead and a pad with some reverb.
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
    /// Program `program` of bank `bank` at 0 dB, centred and dry.
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
            chain: Chain::default(),
        }
    }
}
