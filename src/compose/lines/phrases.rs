//! The phrases of a motif, in the key.

use crate::{
    compose::{
        lines::{
            arrangement::Setup,
            develop::{bar, join},
            memory::{LineKey, Lines, Spot},
            plan, riff,
        },
        phrase::{PHRASE_BARS, Phrase, Take},
        setting::Setting,
    },
    config::{Role, Strictness},
    music::{arrange::LineNote, bar::Part, chord::Chord},
};

/// Bars of a motif's lead, and of its bass if that follows the chords.
const MOTIF_BARS: usize = 2;

/// The arrangement context of `key`.
pub(super) fn setup<'a>(
    setting: &'a Setting,
    phrase: &Phrase,
    key: LineKey,
    chords: &'a [Chord],
) -> Setup<'a> {
    let theme = setting.theme();
    Setup {
        theme,
        key: phrase.piece.key,
        chords,
        closes: theme.lead_role != Role::Riff && plan::closes(key.take),
        has_lead: phrase.cast.has(Part::Lead),
    }
}

/// The bars of drawn `lines` that make a motif.
pub(super) fn part_of(setting: &Setting, lines: &Lines, bass: Spot, lead: Spot) -> Lines {
    let n_bass = match setting.theme().harmony {
        Strictness::Chords => MOTIF_BARS,
        Strictness::Scale => PHRASE_BARS as usize,
    };
    Lines {
        bass: cut(&lines.bass, bass.first_bar, n_bass),
        lead: cut(&lines.lead, lead.first_bar, MOTIF_BARS),
    }
}

/// Bars of a line, from step 0. Notes held over a bar line end there.
fn cut(notes: &[LineNote], first: usize, n: usize) -> Vec<LineNote> {
    join(&(first..first + n).map(|number| bar(notes, number)).collect::<Vec<_>>())
}

/// The phrase of `key` from the motif and from the model's lines for it.
pub(super) fn develop(
    setting: &Setting,
    phrase: &Phrase,
    key: LineKey,
    motif: &Lines,
    other: &Lines,
) -> Lines {
    let piece = &phrase.piece;
    let lead = match setting.theme().lead_role {
        Role::Riff => riff::phrase(&motif.lead, key, piece.key, piece.seed),
        role => {
            let material =
                plan::Material { motif: &motif.lead, other: &other.lead, key: piece.key };
            plan::phrase(role, key, &material)
        }
    };
    Lines { bass: bass(setting, key, &motif.bass, &other.bass), lead }
}

/// Four bars from the motif's two and the draw's two; in scale harmony, four bars as drawn.
fn bass(setting: &Setting, key: LineKey, motif: &[LineNote], other: &[LineNote]) -> Vec<LineNote> {
    if setting.theme().harmony == Strictness::Scale {
        return other.to_vec();
    }
    let [a, b, c, d] = [bar(motif, 0), bar(motif, 1), bar(other, 0), bar(other, 1)];
    join(&match key.take {
        Take::Statement | Take::Repeat => [a.clone(), b, a, d],
        Take::Variation => [a.clone(), b, c, d],
        Take::Departure => [c, d, a, b],
    })
}
