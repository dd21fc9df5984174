//! Lo-fi: unhurried boom bap, seventh chords, a bass of chord tones, sparse melody.

use crate::{
    music::{
        drums::Drum::{ClosedHat as Hat, HighTom, Kick, LowTom, OpenHat as Open, Ride, Snare},
        scale::Mode::{Dorian, Major, Minor, Mixolydian},
    },
    patterns::{
        book::Book,
        fill, form,
        groove::DrumBook,
        harmony::chords,
        part::part,
        phrase::{RIFF, SONG, VAMP},
        rhythm::{
            Feel,
            Rhythm::{Split, Steps},
        },
        voice::{
            Voice::{Arpeggio, Bass, Sung, Top, Walking},
            bass, sing,
        },
    },
};

/// The book of the style.
pub const BOOK: Book = Book {
    tempo_bpm: (68, 88),
    forms: form::USUAL,
    loops: &[
        (5, chords(Major, "2511")),
        (4, chords(Major, "2516")),
        (3, chords(Major, "4321")),
        (3, chords(Major, "4362")),
        (3, chords(Major, "3625")),
        (3, chords(Major, "41")),
        (2, chords(Major, "14")),
        (2, chords(Major, "1625")),
        (3, chords(Minor, "1467")),
        (2, chords(Minor, "6451")),
        (2, chords(Minor, "41")),
        (3, chords(Dorian, "14")),
        (2, chords(Dorian, "12")),
        (1, chords(Mixolydian, "17")),
    ],
    drums: DRUMS,
    tunes: &[
        // Guide tones: thirds and sevenths of the chords.
        (5, part(Split(&LINES), (50, 100), SONG, 45, Sung(&GUIDE)).chromatic(12)),
        (4, part(Split(&LINES), (50, 100), SONG, 45, Sung(&LAZY)).chromatic(12)),
        (2, part(Split(&LINES), (50, 100), RIFF, 40, Sung(&GUIDE)).chromatic(12)),
        (2, part(Steps(KEYS), (40, 100), VAMP, 15, Top)),
        (1, part(Split(&LINES), (50, 100), VAMP, 20, Arpeggio)),
    ],
    basses: &[
        (6, part(Split(&SLOW), (60, 100), VAMP, 5, Bass(&ROOTS)).chromatic(18)),
        (3, part(Split(&GROOVE), (40, 95), VAMP, 10, Bass(&ROOTS)).chromatic(18)),
        (2, part(Steps(WALKS), (60, 100), VAMP, 0, Walking).chromatic(35)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (6, &[(Kick, "x.....4...x..2.1"), (Snare, "....x..1....x..1")]),
        (5, &[(Kick, "x......x..x..2.."), (Snare, "....x....1..x..2")]),
        (4, &[(Kick, "x..3......x..2.."), (Snare, "....x.......x..2")]),
        (4, &[(Kick, "x..2......x....3"), (Snare, "....x..1.1..x...")]),
        (3, &[(Kick, "x......x.....3.."), (Snare, "....x..2....x..1")]),
        (2, &[(Kick, "x.........x..x.."), (Snare, "....x....2..x...")]),
        (
            4,
            &[
                (Kick, "x......x..x.....x.........x..x.."),
                (Snare, "....x.......x.......x.......x.3."),
            ],
        ),
        (
            3,
            &[
                (Kick, "x..x......x...3.x.......x.x....."),
                (Snare, "....x..2....x.......x.......x..2"),
            ],
        ),
        // Half-time.
        (3, &[(Kick, "x.....x...4..3.."), (Snare, "........x....2.1")]),
    ],
    tops: &[
        (6, &[(Hat, "x.x.x.x1x.x.x.x2"), (Open, "......1.......1.")]),
        (5, &[(Hat, "x.x.x.x2x.x.x.x3"), (Open, "..............3.")]),
        (4, &[(Hat, "x.x3x.x.x.x3x.x.")]),
        (4, &[(Hat, "x.2.x.2.x.2.x.3.")]),
        (3, &[(Hat, "1.x.2.x.1.x.2.x3")]),
        (3, &[(Hat, "x.x.x..xx.x.x..x"), (Open, "......2.........")]),
        (3, &[(Hat, "7.x.7.x.7.x.7.x.")]),
        (3, &[(Ride, "x...x...x...x..."), (Hat, "....x.......x...")]),
        (2, &[(Ride, "x.x.x.x.x.x.x.x."), (Hat, "....6..1....6..1")]),
        (2, &[(Hat, "3.x.3.x.3.x.3.x."), (Open, "......3.......2.")]),
    ],
    colours: &[
        (4, &[]),
        (4, &[(Snare, "...1..1..2.....1")]),
        (3, &[(Kick, "...1..2.....1..2")]),
        (3, &[(Hat, ".1.1.1.2.1.1.1.2")]),
        (2, &[(Open, "......2.......3.")]),
        (2, &[(LowTom, "..........3...2.")]),
        (2, &[(Ride, "3.......2.......")]),
        (2, &[(HighTom, "...2......2....."), (LowTom, "......2......2..")]),
    ],
    fills: &[
        (5, fill::KICK_OUT),
        (4, fill::HAT_OPENS),
        (3, fill::DRIFT),
        (3, fill::SNARE_PICKUP),
        (2, fill::KICK_DOUBLES),
    ],
    fill_chances: (0.2, 0.7),
    crash_chance: 0.08,
    break_chance: 0.15,
    break_mutes: &[Kick],
};

const LINES: Feel =
    Feel { notes: (2, 5), sixteenths: 45, uneven: 35, tie: 30, syncopate: 35, pick_up: 25 };

const SLOW: Feel =
    Feel { notes: (2, 4), sixteenths: 45, uneven: 35, tie: 6, syncopate: 30, pick_up: 35 };

const GROOVE: Feel =
    Feel { notes: (3, 6), sixteenths: 60, uneven: 45, tie: 8, syncopate: 35, pick_up: 35 };

const GUIDE: sing::Sung = sing::Sung {
    anchors: &[2, 6],
    spans: &[(3, 5), (4, 7), (1, 9), (1, 11)],
    repeats: 90,
    thirds: 100,
    leaps: 90,
};

const LAZY: sing::Sung = sing::Sung { anchors: &[0, 2, 4, 6], ..GUIDE };

const ROOTS: bass::Bass = bass::Bass {
    highest: 47,
    tones: &[(4, 0), (4, 4), (3, 2), (3, 6), (2, 7), (1, -3)],
    root: 88,
    stay: 38,
    step: 22,
    lead: 60,
};

const WALKS: &[&str] = &["x...x...x...x.3.", "x..2x...x..3x.4.", "x.......x...x..4"];

const KEYS: &[&str] = &["x..3..6...x..4..", "..7...3.x...2.6.", "x.2..7..2.7..3.."];
