//! Composers that turn, resume and recover.

use super::*;
use crate::{
    compose::testing::{loaded, stations},
    config::Theme,
};

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
    composer.change_setting(louder.clone(), loaded(), 4);
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
    composer.change_setting(Station { description: "other".to_owned(), ..renamed }, loaded(), 12);

    assert_eq!(composer.take(16).collect::<Vec<Bar>>(), first[12..]);
}

#[test]
fn another_composer_goes_on_note_for_note_from_a_saved_progress() {
    let station = stations()[1].clone();
    let mut composer = Composer::with(&station, loaded(), 3);
    // In the middle of a phrase, when lines of the piece have been repeated.
    let last = composer.nth(37).unwrap().number;
    let saved = serde_json::to_string(&**composer.before()).unwrap();
    let progress: Progress = serde_json::from_str(&saved).unwrap();
    assert!(progress.is_valid() && progress == **composer.before());

    let resumed = Composer::resume(&station, loaded(), 3, progress, Some(last));

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
    // In a full section, where the faders rest.
    let last = composer.nth(13).unwrap();
    let progress = (**composer.before()).clone();
    let resume = |station: &Station| {
        let last = Some(last.number);
        Composer::resume(station, loaded(), 3, progress.clone(), last).next().unwrap()
    };

    let louder = with_theme(&station, |theme| theme.voices[1].gain.0 += 1.0);
    let bar = resume(&louder);
    assert_eq!((bar.number, bar.piece, &bar.title), (16, 0, &last.title));
    assert_eq!(bar.mix.voices[1].gain, louder.theme.voices[1].gain);

    let lydian = with_theme(&station, |theme| theme.key = "C# lydian".parse().unwrap());
    let bar = resume(&lydian);
    assert_eq!((bar.number, bar.piece, bar.key), (16, 1, lydian.theme.key));
}
