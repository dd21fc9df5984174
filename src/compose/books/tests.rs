//! Rules that hold for all pieces of all books.

use super::{book::FULL, *};
use crate::{
    compose::sections::{self, Planned},
    music::{bar::Part, section::Section},
    rng,
};

const PITCHED: [Part; 3] = [Part::Bass, Part::Lead, Part::Chords];

/// The casts of a piece, each with its section and whether it is the section's first phrase.
fn casts(book: &Book, seed: u64) -> Vec<(Section, bool, Cast)> {
    let n_phrases = 18 + seed % 50;
    let sections = sections::of_piece(book, n_phrases, &mut rng::stream(seed, "plan"));
    let of = |plan: &Planned| {
        let Planned { section, n_phrases, scene, .. } = *plan;
        (0..n_phrases).map(move |of| (section, of == 0, of, n_phrases, scene)).collect::<Vec<_>>()
    };
    let phrases = sections.iter().flat_map(of);
    phrases
        .map(|(section, is_first, of, n, scene)| (section, is_first, book.cast(scene, of, n)))
        .collect()
}

/// All books with the casts of a hundred pieces each.
fn pieces() -> impl Iterator<Item = (&'static Book, Vec<(Section, bool, Cast)>)> {
    all().flat_map(|book| (0..100).map(move |seed| (book, casts(book, seed))))
}

fn n_pitched(cast: Cast) -> usize {
    PITCHED.iter().filter(|&&part| cast.has(part)).count()
}

#[test]
fn drums_are_alone_only_in_a_solo_and_never_twice_in_a_row() {
    for (book, piece) in pieces() {
        for pair in piece.windows(2) {
            let alone = |cast: Cast| n_pitched(cast) == 0 || cast.does(Move::DrumSolo);
            assert!(0 < n_pitched(pair[0].2), "{:?}: {pair:?}", book.style);
            assert!(!(alone(pair[0].2) && alone(pair[1].2)), "{:?}: {pair:?}", book.style);
        }
    }
}

#[test]
fn a_break_keeps_a_low_part_or_chords_and_a_piece_starts_with_one() {
    for (book, piece) in pieces() {
        let is_carried = |cast: Cast| cast.has(Part::Bass) || cast.has(Part::Chords);
        let breaks = piece.iter().filter(|(section, ..)| *section == Section::Break);
        assert!(breaks.into_iter().all(|(.., cast)| is_carried(*cast)), "{:?}", book.style);
        let first = piece[0].2;
        assert!(is_carried(first) && (first.has_kick() || book.has_crossfades));
    }
}

#[test]
fn parts_enter_and_leave_one_at_a_time_but_on_a_drop() {
    for (book, piece) in pieces() {
        // The next piece follows the last phrase.
        for (n, (.., before)) in piece.iter().enumerate() {
            let (section, is_first, after) = piece[(n + 1) % piece.len()];
            let enter =
                PITCHED.iter().filter(|&&part| !before.has(part) && after.has(part)).count();
            let leave =
                PITCHED.iter().filter(|&&part| before.has(part) && !after.has(part)).count();
            let is_drop = is_first && section == Section::Drop;
            let what = format!("{:?}: phrase {n} to {section}", book.style);
            assert!(is_drop || enter <= 1, "{what}: {enter} parts enter");
            assert!(leave <= 1, "{what}: {leave} parts leave");
        }
    }
}

#[test]
fn a_club_s_drop_follows_four_bars_of_roll_and_is_full() {
    for (book, piece) in pieces().filter(|(book, _)| book.leads == Leads::Full) {
        for pair in piece.windows(2) {
            let ((before, _, led), (section, is_first, drop)) = (pair[0], pair[1]);
            if section != Section::Drop || !is_first {
                continue;
            }
            assert!(before == Section::Build && led.does(Move::Roll), "{:?}", book.style);
            assert!(drop.has_kick() && drop.has(Part::Bass) && 2 <= n_pitched(drop));
        }
        let n_drops = piece.iter().filter(|(section, ..)| *section == Section::Drop).count();
        assert!(2 <= n_drops, "{:?}", book.style);
    }
}

#[test]
fn the_acid_bass_never_rests() {
    let acid = Book::of_style(Style::Acid);
    assert!((0..100).all(|seed| casts(acid, seed).iter().all(|(.., cast)| cast.has(Part::Bass))));
}

#[test]
fn scenes_are_as_long_as_sections_may_be_and_moves_fit_their_section() {
    for scene in all().flat_map(Book::scenes) {
        assert!((1..=8).contains(&scene.casts.len()) && scene.motif < sections::N_MOTIFS);
        for (n, cast) in scene.casts.iter().enumerate() {
            let is_last = n + 1 == scene.casts.len();
            assert!(!cast.does(Move::Roll) || scene.section == Section::Build);
            assert!(
                !cast.does(Move::Roll) || cast.drums & crate::music::drums::Drum::Snare.bit() == 0
            );
            assert!(!cast.does(Move::Gang) || is_last);
            let answers = cast.does(Move::Answer);
            assert!(!answers || cast.has(Part::Lead) && cast.has(Part::Chords));
        }
    }
}

#[test]
fn a_theme_has_the_book_of_its_arrangement_or_of_its_shape() {
    let of = |arrangement, shape| {
        std::ptr::from_ref(Book::of(&Theme { shape, arrangement, ..Theme::default() }))
    };
    assert_eq!(of(Some(Style::Dub), Shape::Club), std::ptr::from_ref(&deep::DUB));
    assert_eq!(of(None, Shape::Song), std::ptr::from_ref(&shapes::SONG));
    assert_ne!(of(None, Shape::Club), of(None, Shape::Flow));
}

#[test]
fn a_shorter_section_keeps_its_last_cast_and_a_longer_one_repeats_it() {
    let book = &club::TECHNO;
    let main = 1;
    let cast = |of, n| book.cast(main, of, n);
    let casts = book.scenes().nth(main).unwrap().casts;

    assert_eq!([cast(0, 2), cast(1, 2)], [casts[0], casts[3]]);
    assert_eq!([cast(4, 6), cast(5, 6)], [casts[3]; 2]);
    assert_eq!(book.cast(99, 0, 4), FULL[0]);
}
