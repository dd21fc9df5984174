//! Composers that change, resume and recover.

use super::*;
use crate::{
    compose::{
        steering::{BeatPlace, LinePlace, Order},
        testing::{loaded, stations},
    },
    config::Theme,
    music::section::Section,
    musicvae::net::latent,
    rng,
};

fn to_station(station: Station) -> Change {
    Change::Station(Box::new((station, loaded())))
}

fn with_theme(station: &Station, change: impl FnOnce(&mut Theme)) -> Station {
    let mut theme = (*station.theme).clone();
    change(&mut theme);
    Station { theme: theme.into(), ..station.clone() }
}

#[test]
fn a_turn_takes_back_bars_in_the_middle_of_a_section() {
    let station = stations()[0].clone();
    let mut composer = Composer::with(&station, loaded(), 1);
    // Sixteen bars of intro and four of the section after it.
    assert_eq!(composer.nth(19).unwrap().number, 19);

    let louder = with_theme(&station, |theme| theme.voices[1].gain.0 += 1.0);
    composer.change(to_station(louder.clone()), 4);
    let next = composer.next().unwrap();

    assert_eq!(next.number, 4);
    assert_eq!(next.mix.voices[1].gain, louder.theme.voices[1].gain);
    // The same music, louder.
    let before = Composer::with(&station, loaded(), 1).nth(4).unwrap();
    assert_eq!((next.section, next.parts), (before.section, before.parts));
}

#[test]
fn a_turn_that_moves_no_note_composes_the_same_bars_again() {
    let station = stations()[0].clone();
    let mut composer = Composer::with(&station, loaded(), 1);
    let first: Vec<Bar> = composer.by_ref().take(28).collect();

    let renamed = with_theme(&station, |theme| theme.name = "other".to_owned());
    composer.change(to_station(Station { description: "other".to_owned(), ..renamed }), 12);

    assert_eq!(composer.take(16).collect::<Vec<Bar>>(), first[12..]);
}

#[test]
fn another_composer_goes_on_note_for_note_from_a_saved_progress() {
    let station = stations()[1].clone();
    let mut composer = Composer::with(&station, loaded(), 3);
    // In the middle of a phrase, when lines of the piece have been repeated.
    let last = composer.nth(37).unwrap().number;
    let saved = serde_json::to_string(&*composer.before().progress).unwrap();
    let progress: Progress = serde_json::from_str(&saved).unwrap();
    assert!(progress.is_valid() && progress == *composer.before().progress);

    let resumed = Composer::resume(Setting::new(&station, loaded(), 3), progress, Some(last));

    let ahead: Vec<Bar> = composer.by_ref().take(14).collect();
    assert_eq!(resumed.take(14).collect::<Vec<Bar>>(), ahead);
}

#[test]
fn a_panic_leaves_no_trace_and_a_second_one_skips_a_phrase() {
    let station = stations()[1].clone();
    let (mut composer, mut other) =
        (Composer::with(&station, loaded(), 3), Composer::with(&station, loaded(), 3));
    composer.nth(3);
    other.nth(3);

    composer.recover(1);
    assert_eq!(composer.next(), other.next());
    composer.nth(2);
    other.nth(2);

    composer.recover(2);
    let (bar, expected) = (composer.next().unwrap(), other.nth(4).unwrap());
    assert_eq!((bar.number, bar.section), (8, expected.section));
}

#[test]
fn going_back_gives_the_same_bars_again() {
    let mut composer = Composer::with(&stations()[0], loaded(), 2);
    let first: Vec<Bar> = composer.by_ref().take(18).collect();

    composer.go_back(8);

    assert_eq!(composer.take(10).collect::<Vec<Bar>>(), first[8..]);
}

#[test]
fn a_progress_of_another_theme_turns_to_the_new_one() {
    let station = stations()[1].clone();
    let mut composer = Composer::with(&station, loaded(), 3);
    // In a full section, with the faders at 0 dB.
    let last = composer.nth(13).unwrap();
    let progress = (*composer.before().progress).clone();
    let resume = |station: &Station| {
        let last = Some(last.number);
        let setting = Setting::new(station, loaded(), 3);
        Composer::resume(setting, progress.clone(), last).next().unwrap()
    };

    let louder = with_theme(&station, |theme| theme.voices[1].gain.0 += 1.0);
    let bar = resume(&louder);
    assert_eq!((bar.number, bar.piece, &bar.title), (16, 0, &last.title));
    assert_eq!(bar.mix.voices[1].gain, louder.theme.voices[1].gain);

    // The piece continues in another key; other chords start a new piece.
    let lydian = with_theme(&station, |theme| theme.key = "C# lydian".parse().unwrap());
    let bar = resume(&lydian);
    assert_eq!((bar.number, bar.piece, bar.key), (16, 0, lydian.theme.key));
    assert_eq!(&bar.title, &last.title);
    let fuller = with_theme(&station, |theme| theme.chords.n_voices += 1);
    assert_eq!(resume(&fuller).piece, 1);
}

#[test]
fn a_change_in_a_phrase_leaves_the_bars_before_it() {
    let station = stations()[0].clone();
    let plain: Vec<Bar> = Composer::with(&station, loaded(), 5).take(28).collect();
    let mut composer = Composer::with(&station, loaded(), 5);
    assert_eq!(composer.by_ref().take(26).collect::<Vec<_>>(), plain[..26]);

    composer.change(Change::Beat(BeatPlace::At { x: 1.0, y: 1.0 }), 22);
    let after: Vec<Bar> = composer.by_ref().take(6).collect();

    let numbers: Vec<u64> = after.iter().map(|bar| bar.number).collect();
    assert_eq!(numbers, (22..28).collect::<Vec<_>>());
    assert!((0..6).any(|n| after[n].parts[0] != plain[22 + n].parts[0]));
    // The other parts continue as before.
    assert!((0..6).all(|n| after[n].parts[2] == plain[22 + n].parts[2]));
}

#[test]
fn bars_are_a_function_of_the_changes_and_their_bars_alone() {
    let station = stations()[0].clone();
    let faster = with_theme(&station, |theme| theme.tempo = 140.0.try_into().unwrap());
    let changes = [
        (9, Change::Beat(BeatPlace::At { x: 0.2, y: 0.9 })),
        (10, Change::Order(Order::Fill)),
        (12, to_station(faster)),
        (18, Change::Hold(true)),
        (24, Change::Order(Order::Drop)),
        (30, Change::Beat(BeatPlace::Walk)),
    ];
    let mut told = Composer::with(&station, loaded(), 4);
    for (bar, change) in &changes {
        told.change(change.clone(), *bar);
    }
    let expected: Vec<Bar> = told.take(48).collect();

    // Applied late and out of order, as far as bars can be recomposed.
    let mut live = Composer::with(&station, loaded(), 4);
    let mut played: Vec<Bar> = live.by_ref().take(20).collect();
    for index in [3, 1, 0, 2] {
        live.change(changes[index].1.clone(), changes[index].0);
    }
    played.truncate(live.next_number() as usize);
    played.extend(live.by_ref().take(33 - played.len()));
    for index in [5, 4] {
        live.change(changes[index].1.clone(), changes[index].0);
    }
    played.truncate(live.next_number() as usize);
    played.extend(live.by_ref().take(48 - played.len()));

    assert_eq!(played, expected);
}

#[test]
fn a_drop_is_ordered_for_the_next_phrase_and_an_outro_too() {
    for station in stations() {
        let mut composer = Composer::with(&station, loaded(), 6);
        composer.nth(1);
        composer.change(Change::Order(Order::Drop), composer.bar_of(When::Phrase, 2));
        let bar = composer.nth(2).unwrap();
        assert_eq!(bar.number, 4);
        assert!(matches!(bar.section, Section::Drop | Section::Main), "{}", station.name);

        composer.change(Change::Order(Order::NextPiece), 8);
        let bar = composer.nth(3).unwrap();
        assert_eq!((bar.number, bar.section), (8, Section::Outro), "{}", station.name);
        composer.change(Change::Order(Order::NextPiece), 12);
        let bar = composer.nth(3).unwrap();
        assert_eq!((bar.piece, bar.section), (1, Section::Intro), "{}", station.name);
    }
}

#[test]
fn a_held_section_repeats_until_it_is_released() {
    let mut composer = Composer::with(&stations()[0], loaded(), 7);
    let first = composer.next().unwrap();
    composer.change(Change::Hold(true), 4);

    let held: Vec<Bar> = composer.by_ref().take(120).collect();
    assert!(held.iter().all(|bar| (bar.section, bar.piece) == (first.section, 0)));

    composer.change(Change::Hold(false), 121);
    assert!(composer.take(32).any(|bar| bar.section != first.section));
}

#[test]
fn a_change_waits_for_the_next_section() {
    let mut composer = Composer::with(&stations()[0], loaded(), 8);
    let bars: Vec<Bar> = composer.by_ref().take(20).collect();
    let start = composer.bar_of(When::Section, 6);

    assert_eq!(start % PHRASE_BARS, 0);
    assert!(8 <= start && composer.bar_of(When::Section, start) == start);
    let known: Vec<Bar> = bars.into_iter().chain(composer.take(44)).collect();
    assert_ne!(known[start as usize].section, known[start as usize - 1].section);
}

#[test]
fn lines_go_where_a_hand_puts_them_and_back() {
    let station = stations()[0].clone();
    let plain: Vec<Bar> = Composer::with(&station, loaded(), 9).take(44).collect();
    let mut composer = Composer::with(&station, loaded(), 9);
    let z = latent::prior(composer.setting().n_trio_latent(), &mut rng::stream(5, "hand"));
    composer.change(Change::Line(LinePlace::At { z }), 24);
    composer.change(Change::Line(LinePlace::Walk), 40);
    let steered: Vec<Bar> = composer.take(44).collect();

    assert_eq!(steered[..24], plain[..24]);
    let lines = |bars: &[Bar]| {
        bars.iter().map(|bar| [bar.parts[1].clone(), bar.parts[2].clone()]).collect::<Vec<_>>()
    };
    assert_ne!(lines(&steered[24..40]), lines(&plain[24..40]));
}

#[test]
fn changes_are_forgotten_once_their_bars_can_t_be_taken_back() {
    let mut composer = Composer::with(&stations()[0], loaded(), 10);
    for n in 0..400 {
        let bar = composer.next_number();
        composer.change(Change::Beat(BeatPlace::At { x: f64::from(n % 7) / 7.0, y: 0.5 }), bar);
        composer.change(Change::Hold(n % 2 == 0), bar);
        if n % 4 == 0 {
            composer.next();
        }
    }
    assert!(composer.changes.len() <= 2 * 4 * (N_RECENT + 1), "{}", composer.changes.len());
    assert!(composer.recent.len() <= N_RECENT);
}
