//! The score of a phrase: what each part plays, on the grid.

use crate::{
    compose::{
        accompaniment, drums,
        lines::{self, Lines},
        percussion,
        phrase::Phrase,
        progress::Progress,
        setting::Setting,
    },
    music::{
        arrange::LineNote,
        bar::{N_PARTS, Part},
        chord::Chord,
        trio::Line,
    },
};

/// Versions of a phrase's drums that are tried until the last eight bars are not a recent repeat.
const N_ATTEMPTS: u64 = 4;

/// What each part plays in a phrase.
#[derive(Hash)]
pub struct Score {
    /// Drum tokens.
    pub drums: Line,
    /// Notes by `Part as usize`; those of the drums are percussion beside the tokens' nine classes.
    pub notes: [Vec<LineNote>; N_PARTS],
}

/// Writes `phrase` over `chords`, one per bar; bass and lead play `tune`, if there is one.
pub fn write(
    setting: &Setting,
    progress: &mut Progress,
    phrase: &Phrase,
    chords: &[Chord],
    tune: Option<Lines>,
) -> Score {
    // All parts are written, even if they rest, so that a motif doesn't depend on the cast.
    let Lines { bass, lead } = tune.unwrap_or_else(|| {
        lines::write(setting, &mut progress.lines, phrase, progress.bar, chords)
    });
    let chords = accompaniment::write(&mut progress.voicing, phrase, setting.theme(), chords);
    let mut notes: [Vec<LineNote>; N_PARTS] = Default::default();
    for (part, written) in [(Part::Bass, bass), (Part::Lead, lead), (Part::Chords, chords)] {
        if phrase.cast.has(part) {
            notes[part as usize] = written;
        }
    }
    notes[Part::Drums as usize] = percussion::write(phrase, setting.theme());
    let mut score = Score { drums: Line::new(), notes };
    let of_section = progress.drawn(progress.section_bar);
    let (first, fill) = (progress.bar, progress.fill);
    let bars = drums::Bars { first, of_section, fill };
    for attempt in 0..N_ATTEMPTS {
        score.drums = drums::write(setting, phrase, bars, attempt);
        if !progress.memory.knows(&score) {
            break;
        }
    }
    progress.memory.keep(&score);
    score
}
