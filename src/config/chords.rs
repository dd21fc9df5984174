//! `[themes.NAME.chords]`: what everything sounds over, and how the chords themselves are played.

use crate::{
    config::{
        part::{Register, read_voice},
        section::Section,
        value::set,
    },
    music::{bar::Voice, chord::Numeral, rhythm::Rhythm},
};

/// Chord loops and the part that plays them.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Chords {
    /// Loops, of which each of a piece's themes takes one: 1 to 8 loops of 1 to 16 chords.
    pub loops: Vec<Vec<Numeral>>,
    /// Bars that a chord lasts, 1 to 16.
    pub bars_per_chord: usize,
    /// Rhythms, of which each of a piece's themes takes one: 1 to 8.
    pub rhythms: Vec<Rhythm>,
    /// Whether the voices are played one after the other instead of together.
    pub is_arpeggio: bool,
    /// Voices of a chord, 1 to 5.
    pub n_voices: usize,
    /// Where they lie.
    pub register: Register,
    /// Share of its length that a chord is held: 0.1 to 1.
    pub hold: f64,
}

impl Default for Chords {
    fn default() -> Self {
        Self {
            loops: vec![vec![Numeral::TONIC]],
            bars_per_chord: 1,
            rhythms: vec![Rhythm::held()],
            is_arpeggio: false,
            n_voices: 4,
            register: Register { low: 52, high: 76 },
            hold: 0.95,
        }
    }
}

impl Chords {
    /// Reads what `section` says; what it leaves out stays.
    pub(super) fn read(
        &mut self,
        section: &mut Section,
        voice: &mut Voice,
        programs: &mut Vec<u8>,
    ) {
        read_voice(section, voice, programs);
        self.register.read(section);
        set(&mut self.loops, section.list("loops", 1..=8, read_loop));
        set(&mut self.bars_per_chord, section.whole("bars_per_chord", 1..=16));
        let rhythm = |text: &str| {
            text.parse().map_err(|error: crate::music::rhythm::NotARhythm| error.to_string())
        };
        set(&mut self.rhythms, section.list("rhythms", 1..=8, rhythm));
        set(&mut self.is_arpeggio, section.flag("arpeggio"));
        set(&mut self.hold, section.number("hold", 0.1..=1.0));
        set(&mut self.n_voices, section.whole("voices", 1..=5));
    }
}

/// A loop as musicians write it: `i VI III VII`.
fn read_loop(text: &str) -> Result<Vec<Numeral>, String> {
    const MOST: usize = 16;
    let chords: Result<Vec<Numeral>, _> = text.split_whitespace().map(str::parse).collect();
    let chords = chords.map_err(|error: crate::music::chord::NotAChord| error.to_string())?;
    match chords.len() {
        1..=MOST => Ok(chords),
        n => Err(format!(
            "expected a loop of 1 to {MOST} chords such as \"i VI III VII\", found {n}"
        )),
    }
}
