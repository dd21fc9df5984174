use std::sync::Arc;

use super::{beat::first_without_empty_bar, *};
use crate::{
    compose::{
        form::{self, FormProgress},
        phrase::Take,
        steering::{BeatPlace, Steering},
        testing::{setting, stations},
    },
    config::{Beat, Shape, Station, Theme},
};

const HAT: u16 = 1 << Drum::ClosedHat as u16;

/// A phrase of the first built-in station, with a drummer, in which `change` is made.
fn phrase(change: impl FnOnce(&mut Phrase)) -> (Setting, Phrase) {
    let mut station = stations()[0].clone();
    Arc::make_mut(&mut station.theme).drums.player = Player::Drummer;
    let setting = setting(&station, 1);
    let mut phrase = form::next(&setting, &mut FormProgress::start(&setting));
    phrase.cast = Cast::of("D BCL");
    change(&mut phrase);
    (setting, phrase)
}

/// The bars of a phrase at the start of its section at `bar`.
fn at(bar: u64) -> Bars {
    Bars { first: bar, of_section: bar, fill: None }
}

/// `line` fitted to a phrase with `cast`.
fn fitted(mut line: Line, cast: &str, change: impl FnOnce(&mut Phrase)) -> Line {
    fitted_by(club(), &mut line, cast, change);
    line
}

fn fitted_by(book: &Book, line: &mut Line, cast: &str, change: impl FnOnce(&mut Phrase)) {
    let (_, phrase) = phrase(|phrase| {
        (phrase.of_section, phrase.is_last) = (1, false);
        phrase.cast = Cast::of(cast);
        change(phrase);
    });
    fit_to_cast(line, &phrase, book, Player::Drummer);
}

fn club() -> &'static Book {
    Book::of(&Theme::default())
}

/// All classes at each step.
fn full() -> Line {
    vec![0b1_1111_1111; PHRASE_STEPS]
}

#[test]
fn the_same_seed_gives_the_same_drums_and_another_attempt_others() {
    let (setting, phrase) = phrase(|phrase| phrase.section = Section::Main);
    let drums = |attempt| write(&setting, &phrase, at(0), attempt);

    assert_eq!(drums(0), drums(0));
    assert_eq!(drums(0).len(), PHRASE_STEPS);
    assert!((1..16).any(|attempt| drums(attempt) != drums(0)));
}

#[test]
fn a_statement_repeats_its_beat_and_a_variation_changes_the_second_half() {
    let halves = |take: Take| {
        let (setting, phrase) = phrase(|phrase| {
            (phrase.section, phrase.of_section) = (Section::Main, 2);
            (phrase.take, phrase.is_last) = (take, false);
        });
        let mut first = write(&setting, &phrase, at(0), 0);
        let second = first.split_off(PHRASE_STEPS / 2);
        (first, second)
    };
    let (statement, repeated) = halves(Take::Statement);
    let (beat, varied) = halves(Take::Variation);

    assert_eq!(statement, repeated);
    assert_eq!(beat, statement);
    assert_ne!(varied, beat);
}

#[test]
fn the_drums_of_the_cast_stay() {
    let line = fitted(full(), "KHR", |_| {});
    let kept = Drum::Kick.bit() | Drum::ClosedHat.bit() | Drum::Ride.bit();
    assert!(line.iter().all(|&token| token == kept));
}

#[test]
fn a_bar_that_would_be_empty_has_hats_or_a_kick() {
    let snares = || vec![Drum::Snare.bit(); PHRASE_STEPS];
    let marked = |cast: &str, drum: Drum| {
        let line = fitted(snares(), cast, |_| {});
        line.iter()
            .enumerate()
            .all(|(step, &token)| token == if step % MARKED == 0 { drum.bit() } else { 0 })
    };
    assert!(marked("KH", Drum::ClosedHat) && marked("R", Drum::Ride) && marked("KO", Drum::Kick));
}

#[test]
fn the_last_bar_of_a_build_has_no_kick() {
    let line = fitted(full(), "D", |phrase| {
        (phrase.section, phrase.is_last) = (Section::Build, true);
    });
    let (before, last) = line.split_at(PHRASE_STEPS - STEPS_PER_BAR);

    assert!(before.iter().all(|token| token & Drum::Kick.bit() != 0));
    assert!(last.iter().all(|token| token & Drum::Kick.bit() == 0));
}

#[test]
fn a_full_section_starts_with_a_crash_where_the_book_has_them() {
    let first = |section: Section, book: &Book, of_section: u64| {
        let mut line = vec![Drum::Kick.bit(); PHRASE_STEPS];
        fitted_by(book, &mut line, "D", |phrase| {
            (phrase.section, phrase.of_section) = (section, of_section);
        });
        line[0] & Drum::Crash.bit() != 0
    };
    let flow = Book::of(&Theme { shape: Shape::Flow, ..Theme::default() });
    assert!(first(Section::Drop, club(), 0) && first(Section::Main, club(), 0));
    assert!(!first(Section::Drop, club(), 1));
    assert!(!first(Section::Main, flow, 0));
    assert!(!first(Section::Build, club(), 0));
}

#[test]
fn a_piece_and_a_drop_start_with_a_kick() {
    let first = |section: Section, lands: bool| {
        let line = fitted(vec![HAT; PHRASE_STEPS], "KH", |phrase| {
            (phrase.section, phrase.of_section, phrase.lands) = (section, 0, lands);
        });
        line[0] & Drum::Kick.bit() != 0
    };
    assert!(first(Section::Intro, false) && first(Section::Drop, true));
    assert!(!first(Section::Main, false));
}

#[test]
fn a_style_s_fill_ends_some_sections_and_a_machine_keeps_its_kick() {
    let filled = |seed: u64, player: Player| {
        let (_, phrase) = phrase(|phrase| {
            (phrase.of_section, phrase.is_last) = (3, true);
            (phrase.section, phrase.cast) = (Section::Main, Cast::of("D"));
            Arc::make_mut(&mut phrase.piece).seed = seed;
        });
        let mut line = vec![HAT; PHRASE_STEPS];
        line.iter_mut().step_by(4).for_each(|token| *token |= Drum::Kick.bit());
        fit_to_cast(&mut line, &phrase, club(), player);
        line
    };
    let plain = filled(0, Player::Drummer)[..48].to_vec();
    let differs = |line: &Line| line[48..] != plain[..16];
    let n = (0..40).filter(|&seed| differs(&filled(seed, Player::Drummer))).count();

    assert!((10..38).contains(&n), "{n}");
    for seed in 0..40 {
        let line = filled(seed, Player::Machine);
        assert!(line.iter().step_by(4).all(|token| token & Drum::Kick.bit() != 0));
        assert_eq!(line[48..56], plain[..8]);
    }
}

#[test]
fn a_candidate_without_an_empty_bar_is_preferred() {
    let whole = vec![HAT; 2 * STEPS_PER_BAR];
    let mut holed = whole.clone();
    holed[STEPS_PER_BAR..].fill(0);
    let other = vec![0; 2 * STEPS_PER_BAR];
    let chosen =
        |lines: &[&Line]| first_without_empty_bar(lines.iter().map(|line| (*line).clone()));

    assert_eq!(chosen(&[&holed, &other, &whole]), whole);
    assert_eq!(chosen(&[&holed, &other]), holed);
}

#[test]
fn a_section_later_in_the_round_has_another_beat() {
    let (setting, phrase) = phrase(|phrase| phrase.section = Section::Main);
    assert_ne!(write(&setting, &phrase, at(0), 0), write(&setting, &phrase, at(16), 0));
}

/// The drums of a phrase at bar 8 with a steered beat.
fn steered(beat: BeatPlace, fill: Option<u64>) -> Line {
    let (setting, phrase) = phrase(|phrase| {
        (phrase.section, phrase.of_section, phrase.is_last) = (Section::Main, 1, false);
    });
    let setting = setting.steered(Steering { beat, ..Steering::default() });
    write(&setting, &phrase, Bars { first: 8, of_section: 4, fill }, 0)
}

#[test]
fn a_beat_that_a_hand_places_is_the_place_s() {
    let bar = |line: &Line, n: usize| line[16 * n..16 * (n + 1)].to_vec();
    let [left, right] = [0.0, 1.0].map(|x| steered(BeatPlace::At { x, y: 0.0 }, None));
    assert_ne!(left, right);

    let points = vec![[0.0, 0.0], [1.0, 0.0]];
    let moved = steered(BeatPlace::Path { points, bars: 3, repeats: false, from_bar: 8 }, None);

    assert_eq!(bar(&moved, 0), bar(&left, 0));
    assert_eq!(bar(&moved, 3), bar(&right, 3));
    let between = BeatPlace::At { x: 1.0 / 3.0, y: 0.0 };
    assert_eq!(bar(&moved, 1), bar(&steered(between, None), 1));
}

#[test]
fn an_ordered_fill_is_in_its_bar_alone() {
    let place = BeatPlace::At { x: 0.0, y: 0.0 };
    let (plain, filled) = (steered(place.clone(), None), steered(place.clone(), Some(9)));

    assert_eq!(plain[..16], filled[..16]);
    assert_ne!(plain[16..32], filled[16..32]);
    assert_eq!(plain[32..], filled[32..]);
    assert_eq!(steered(place, Some(12)), plain);
}

/// The drums of a phrase of the first built-in station with a theme in which `change` is made.
fn drums_of(change: impl Fn(&mut Theme), of_phrase: impl Fn(&mut Phrase)) -> Line {
    let station = stations()[0].clone();
    let mut theme = (*station.theme).clone();
    change(&mut theme);
    let setting = setting(&Station { theme: theme.into(), ..station }, 1);
    let mut phrase = form::next(&setting, &mut FormProgress::start(&setting));
    (phrase.section, phrase.of_section, phrase.is_last) = (Section::Main, 1, false);
    phrase.cast = Cast::of("D BCL");
    of_phrase(&mut phrase);
    write(&setting, &phrase, at(0), 0)
}

#[test]
fn a_machine_repeats_its_bars_and_never_skips_a_beat_of_the_floor() {
    for (seed, take) in
        (0..20).flat_map(|seed| [Take::Statement, Take::Variation].map(|take| (seed, take)))
    {
        let line = drums_of(
            |theme| theme.drums.player = Player::Machine,
            |phrase| {
                phrase.take = take;
                Arc::make_mut(&mut phrase.piece).seed = seed;
            },
        );
        let bars: Vec<&[u16]> = line.chunks(STEPS_PER_BAR).collect();
        assert_eq!(bars[0], bars[2], "piece {seed}");
        assert!(line[..60].iter().all(|token| token & Drum::Crash.bit() == 0), "piece {seed}");
        assert!(line.iter().step_by(4).all(|token| token & Drum::Kick.bit() != 0), "piece {seed}");
    }
}

#[test]
fn a_machine_s_fill_leaves_the_start_of_the_bar() {
    let machine = |theme: &mut Theme| theme.drums.player = Player::Machine;
    let statement = |phrase: &mut Phrase| phrase.take = Take::Statement;
    let plain = drums_of(machine, statement);
    let filled = drums_of(machine, |phrase| {
        statement(phrase);
        phrase.is_last = true;
    });
    let start = PHRASE_STEPS - STEPS_PER_BAR / 2;

    assert_eq!(plain[..start], filled[..start]);
    assert_ne!(plain, filled);
}

#[test]
fn a_beat_of_the_trio_is_not_the_pad_s() {
    let drums =
        |beat: Beat| drums_of(|theme| theme.beat = beat, |phrase| phrase.take = Take::Repeat);
    let (pad, trio) = (drums(Beat::Pad), drums(Beat::Trio));

    assert_eq!((pad.len(), trio.len()), (PHRASE_STEPS, PHRASE_STEPS));
    assert_ne!(pad, trio);
    assert!(trio.chunks(STEPS_PER_BAR).all(|bar| bar.iter().any(|&token| token != 0)));
}
