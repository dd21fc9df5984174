//! `[themes.NAME.chords]`: the chord loops of a theme, and the part that plays them.

use crate::{
    config::{part::Register, section::Section, value::set},
    music::{chord::Numeral, rhythm::Rhythm},
};

/// Chord loops and the part that plays them.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Chords {
    /// Chord loops; each motif of a piece uses one. 1 to 8 loops of 1 to 16 chords.
    pub loops: Vec<Vec<Numeral>>,
    /// Bars per chord, 1 to 16.
    pub bars_per_chord: usize,
    /// Rhythms; each motif of a piece develops one. 1 to 8.
    pub rhythms: Vec<Rhythm>,
    /// Share of bars whose rhythm is a development of the motif's, 0 to 1.
    pub variation: f64,
    /// Share of chord changes that are played an eighth or a sixteenth before the bar, 0 to 1.
    pub anticipation: f64,
    /// Whether the notes of a chord are played one after another instead of together.
    pub is_arpeggio: bool,
    /// Notes per chord, 1 to 5.
    pub n_voices: usize,
    /// The range of their pitches.
    pub register: Register,
    /// Share of a chord's length for which it is held, 0.1 to 1.
    pub hold: f64,
}

impl Default for Chords {
    fn default() -> Self {
        Self {
            loops: vec![vec![Numeral::TONIC]],
            bars_per_chord: 1,
            rhythms: vec![Rhythm::held()],
            variation: 0.6,
            anticipation: 0.0,
            is_arpeggio: false,
            n_voices: 4,
            register: Register { low: 52, high: 76 },
            hold: 0.95,
        }
    }
}

impl Chords {
    /// Reads the keys of `section`; missing keys leave their fields unchanged.
    pub(super) fn read(&mut self, section: &mut Section) {
        self.register.read(section);
        set(&mut self.loops, section.list("loops", 1..=8, read_loop));
        set(&mut self.bars_per_chord, section.whole("bars_per_chord", 1..=16));
        let rhythm = |text: &str| {
            text.parse().map_err(|error: crate::music::rhythm::NotARhythm| error.to_string())
        };
        set(&mut self.rhythms, section.list("rhythms", 1..=8, rhythm));
        set(&mut self.variation, section.number("variation", 0.0..=1.0));
        set(&mut self.anticipation, section.number("anticipation", 0.0..=1.0));
        set(&mut self.is_arpeggio, section.flag("arpeggio"));
        set(&mut self.hold, section.number("hold", 0.1..=1.0));
        set(&mut self.n_voices, section.whole("voices", 1..=5));
    }
}

/// A loop in Roman numerals: `i VI III VII`.
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
