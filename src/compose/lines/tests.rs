use super::*;
use crate::{
    compose::{
        accompaniment::chords,
        form::{self, FormProgress},
        phrase::Take,
        testing::{setting, stations},
    },
    config::{PartLimits, Role, Station, Theme},
    music::meter::STEPS_PER_BAR,
};

/// A setting of the first built-in station, and phrases of its first piece.
fn phrases(n: usize) -> (Setting, Vec<Phrase>) {
    phrases_of(&stations()[0], n)
}

/// A setting of `station`, and phrases of its first piece.
fn phrases_of(station: &Station, n: usize) -> (Setting, Vec<Phrase>) {
    let setting = setting(station, 1);
    let mut form = FormProgress::start(&setting);
    let phrases = (0..n).map(|_| form::next(&setting, &mut form)).collect();
    (setting, phrases)
}

fn write(setting: &Setting, memory: &mut LineMemory, phrase: &Phrase) -> Lines {
    super::write(setting, memory, phrase, 0, &chords(phrase, setting.theme()))
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
fn lines_of_every_role_stay_in_register_and_in_the_key_or_its_chords() {
    for role in [Role::Riff, Role::Hook, Role::Call, Role::PadLine] {
        let mut station = stations()[0].clone();
        station.theme = Theme { lead_role: role, ..(*station.theme).clone() }.into();
        check_pitches(&station);
    }
}

/// Fails if the lines of `station` leave their registers, or both the key and the chord.
fn check_pitches(station: &Station) {
    let (setting, phrases) = phrases_of(station, 12);
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
fn a_motif_is_recognised_by_its_first_bar_when_it_returns() {
    let (setting, phrases) = phrases(1);
    let mut memory = LineMemory::default();
    let rhythm = |visit: u64, memory: &mut LineMemory| {
        let phrase = Phrase { visit, take: Take::Statement, ..phrases[0].clone() };
        let Lines { lead, .. } = write(&setting, memory, &phrase);
        let steps = lead.into_iter().map(|note| note.start_step);
        steps.take_while(|step| *step < STEPS_PER_BAR).collect::<Vec<usize>>()
    };
    let first = rhythm(0, &mut memory);
    let common = |later: &[usize]| later.iter().filter(|step| first.contains(step)).count();

    for visit in 1..4 {
        let later = rhythm(visit, &mut memory);
        assert!(first.len() <= common(&later) + visit as usize, "{first:?} {later:?}");
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
