//! A composer that turns, and one that goes on where another was.

use super::*;
use crate::config::{BUILT_IN, parse};

#[test]
fn a_turn_in_the_middle_of_a_section_goes_back_to_the_bar_that_it_is_told() {
    let config = parse(BUILT_IN, "radio.toml", std::path::Path::new("")).unwrap();
    let (station, mut library) = (config.stations[0].clone(), Library::default());
    let mut composer = Composer::new(&station, &mut library, 1).unwrap();
    // Eight bars of intro and twelve of the section after it.
    assert_eq!(composer.nth(19).unwrap().number, 19);

    let mut theme = (*station.theme).clone();
    theme.voices[1].gain.0 += 1.0;
    let louder = Station { theme: theme.into(), ..station.clone() };
    let repertoire = Repertoire::open(&louder, &mut library).unwrap();
    composer.turn_to(louder.clone(), repertoire, 4);
    let next = composer.next().unwrap();

    assert_eq!(next.number, 4);
    assert_eq!(next.mix.voices[1].gain, louder.theme.voices[1].gain);
    // The same music, louder.
    let before = Composer::new(&station, &mut library, 1).unwrap().nth(4).unwrap();
    assert_eq!((next.section, next.parts), (before.section, before.parts));
}

fn station() -> Station {
    let config = parse(BUILT_IN, "radio.toml", std::path::Path::new("")).unwrap();
    config.stations[1].clone()
}

#[test]
fn another_composer_goes_on_note_for_note_from_what_was_written_down() {
    let (station, mut library) = (station(), Library::default());
    let repertoire = Repertoire::open(&station, &mut library).unwrap();
    let mut composer = Composer::with(&station, repertoire.clone(), 3);
    // In the middle of a phrase, when lines of the piece have come again.
    let last = composer.nth(37).unwrap().number;
    let written = serde_json::to_string(&**composer.before()).unwrap();
    eprintln!("{} bytes", written.len());
    let snapshot: Snapshot = serde_json::from_str(&written).unwrap();
    assert!(snapshot.is_sound() && snapshot == **composer.before());

    let resumed = Composer::resume(&station, repertoire.clone(), 3, snapshot, Some(last));

    let ahead: Vec<Bar> = composer.by_ref().take(14).collect();
    assert_eq!(resumed.take(14).collect::<Vec<Bar>>(), ahead);
    let given = composer.given;
    composer.recover(1);
    assert_eq!(composer.next().map(|bar| bar.number), given.map(|given| given + 1));
}

#[test]
fn another_theme_than_what_was_written_down_is_turned_to() {
    let (station, mut library) = (station(), Library::default());
    let repertoire = Repertoire::open(&station, &mut library).unwrap();
    let mut composer = Composer::with(&station, repertoire.clone(), 3);
    let last = composer.nth(21).unwrap();
    let snapshot = (**composer.before()).clone();
    let resume = |theme: crate::config::Theme| {
        let station = Station { theme: theme.into(), ..station.clone() };
        let last = Some(last.number);
        Composer::resume(&station, repertoire.clone(), 3, snapshot.clone(), last).next()
    };

    let mut theme = (*station.theme).clone();
    theme.voices[1].gain.0 += 1.0;
    let louder = resume(theme.clone()).unwrap();
    assert_eq!((louder.number, louder.piece, &louder.title), (24, 0, &last.title));
    assert_eq!(louder.mix.voices[1].gain, theme.voices[1].gain);

    theme.key = "C# lydian".parse().unwrap();
    let other = resume(theme.clone()).unwrap();
    assert_eq!((other.number, other.piece, other.key), (24, 1, theme.key));
}
