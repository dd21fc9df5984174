//! The tune of a MIDI file in place of developed lines, if bass and lead are steered to its anchor.
//!
//! A model reconstructs a tune with some of its notes missing, and a developed phrase plays two bars of four.
//! A user who drops a tune on the map expects to hear that tune.

use crate::{
    compose::{
        anchor_tune::AnchorTune,
        lines::{fit::excerpt, memory::Lines, place},
        phrase::Phrase,
        setting::Setting,
    },
    music::{
        arrange::{self, LineNote},
        scale::Key,
        trio::Line,
    },
};

/// Bass and lead of the tune to which `phrase`, which starts at `bar`, is steered; `None` elsewhere.
pub fn steered(setting: &Setting, phrase: &Phrase, bar: u64) -> Option<Lines> {
    at(setting, phrase, &place::steered(setting, bar)?)
}

/// Bass and lead of the tune at `z`, if there is one, in the key of `phrase` and the parts' registers. In a
/// longer tune each motif takes a different four bars.
pub(super) fn at(setting: &Setting, phrase: &Phrase, z: &[f32]) -> Option<Lines> {
    let AnchorTune { lead, bass, .. } = AnchorTune::near(&setting.loaded.tunes, z)?;
    let of_phrase = excerpt(vec![bass.clone(), lead.clone()], phrase.motif);
    let [bass, lead] = &of_phrase[..] else { return None };
    let theme = setting.theme();
    let registers = [theme.bass, theme.lead].map(|limits| limits.register.span());
    let [bass, lead] = in_key([bass, lead], phrase.piece.key, registers);
    Some(Lines { bass, lead })
}

/// Bass and lead in `key`, transposed together, so that all intervals stay, also those of notes outside the
/// key. Each line moves into its register by octaves.
fn in_key([bass, lead]: [&Line; 2], key: Key, registers: [(u8, u8); 2]) -> [Vec<LineNote>; 2] {
    let semitones = arrange::transposition(key, bass, lead);
    let mut lines = [arrange::notes(bass), arrange::notes(lead)];
    for (notes, register) in lines.iter_mut().zip(registers) {
        arrange::to_register(notes, semitones, register);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::melody::token;

    #[test]
    fn a_tune_keeps_its_intervals_in_another_key() {
        let lead = [62, 66, 65, 69].map(|pitch| vec![token(pitch).unwrap(), 0, 0, 0]).concat();
        let bass = [vec![token(38).unwrap()], vec![0; 15]].concat();
        let registers = [(28, 52), (60, 84)];
        let [bass, lead] = in_key([&bass, &lead], "A minor".parse().unwrap(), registers);
        let pitches: Vec<u8> = lead.iter().map(|note| note.pitch).collect();

        assert_eq!((bass[0].pitch, pitches), (45, vec![69, 73, 72, 76]));
    }
}
