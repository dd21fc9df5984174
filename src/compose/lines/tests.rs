use super::*;
use crate::{
    compose::{
        accompaniment::chords,
        form::{self, FormProgress},
        phrase::Take,
        testing::{setting, stations},
    },
    config::PartLimits,
    music::meter::STEPS_PER_BAR,
};

/// A setting of the first built-in station, and phrases of its first piece.
fn phrases(n: usize) -> (Setting, Vec<Phrase>) {
    let setting = setting(&stations()[0], 1);
    let mut form = FormProgress::start(&setting);
    let phrases = (0..n).map(|_| form::next(&setting, &mut form)).collect();
    (setting, phrases)
}

fn write(setting: &Setting, memory: &mut LineMemory, phrase: &Phrase) -> Lines {
    super::write(setting, memory, phrase, &chords(phrase, setting.theme()))
}

#[test]
fn the_same_seed_gives_the_same_lines() {
    let (setting, phrases) = phrases(6);
    let all = || {
        let mut memory = LineMemory::default();
        phrases.iter().map(|phrase| write(&setting, &mut memory, phrase)).collect::<Vec<_>>()
    };
    assert_eq!(all(), all());
}

#[test]
fn a_repeat_is_its_statement() {
    let (setting, phrases) = phrases(1);
    let mut memory = LineMemory::default();
    let statement = write(&setting, &mut memory, &phrases[0]);

    // Over the same chords.
    let repeat = Phrase { take: Take::Repeat, ..phrases[0].clone() };

    assert_eq!(write(&setting, &mut memory, &repeat), statement);
    assert_eq!(memory.lines.len(), 1);
}

#[test]
fn variations_departures_and_later_visits_are_lines_of_their_own() {
    let (setting, phrases) = phrases(1);
    let mut memory = LineMemory::default();
    let statement = write(&setting, &mut memory, &phrases[0]);
    let variation = Phrase { take: Take::Variation, of_section: 2, ..phrases[0].clone() };
    let departure = Phrase { take: Take::Departure, ..phrases[0].clone() };
    let visit = Phrase { visit: 1, ..phrases[0].clone() };

    for other in [variation, departure, visit] {
        assert_ne!(write(&setting, &mut memory, &other), statement, "{:?}", other.take);
    }
    assert_eq!(memory.lines.len(), 4);
}

#[test]
fn lines_stay_in_register_and_in_the_key_or_its_chords() {
    let (setting, phrases) = phrases(24);
    let theme = setting.theme();
    let mut memory = LineMemory::default();
    for phrase in &phrases {
        let chords = chords(phrase, theme);
        let Lines { bass, lead } = write(&setting, &mut memory, phrase);
        for (notes, PartLimits { register, .. }) in [(bass, theme.bass), (lead, theme.lead)] {
            assert!(notes.iter().all(|n| (register.low..=register.high).contains(&n.pitch)));
            for note in &notes {
                let steps = note.start_step..note.start_step + note.n_steps;
                let mut bars = steps.map(|step| step / STEPS_PER_BAR);
                let is_in_chord =
                    bars.any(|bar| chords.get(bar).is_some_and(|c| c.contains(note.pitch)));
                assert!(phrase.piece.key.contains(note.pitch) || is_in_chord, "{note:?}");
            }
        }
    }
}

#[test]
fn a_motif_is_transposed_once() {
    let (setting, phrases) = phrases(6);
    let mut memory = LineMemory::default();
    write(&setting, &mut memory, &phrases[0]);
    let first = memory.transpositions;
    assert!(first[phrases[0].motif].is_some());

    for phrase in &phrases[1..] {
        write(&setting, &mut memory, phrase);
    }

    assert_eq!(memory.transpositions[phrases[0].motif], first[phrases[0].motif]);
}

#[test]
fn another_piece_forgets_the_lines_but_not_the_leads() {
    let (setting, phrases) = phrases(1);
    let mut memory = LineMemory::default();
    write(&setting, &mut memory, &phrases[0]);
    let mut piece = (*phrases[0].piece).clone();
    (piece.number, piece.seed) = (1, 99);

    write(&setting, &mut memory, &Phrase { piece: piece.into(), ..phrases[0].clone() });

    assert_eq!((memory.piece, memory.lines.len(), memory.heard.len()), (1, 1, 2));
}
