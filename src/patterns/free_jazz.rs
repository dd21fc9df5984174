//! Free jazz: a swinging ride, a comping snare, a bass that walks or breaks off, melodies with wide
//! leaps, and hardly a repeated bar.
//!
//! A beat is four steps; the swung eighth falls on the fourth, as close as sixteenths allow.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, HarmonicMinor, Major, Minor, Mixolydian, Phrygian},
    },
    patterns::{
        book::Book,
        fill, form,
        groove::DrumBook,
        harmony::chords,
        part::part,
        phrase::FREE,
        rhythm::{
            Feel,
            Rhythm::{Split, Steps},
        },
        voice::{
            Voice::{Sung, Walking},
            sing,
        },
    },
};

/// The book of the style.
pub const BOOK: Book = Book {
    tempo_bpm: (120, 200),
    forms: form::FREE,
    loops: &[
        (6, chords(Dorian, "1")),
        (4, chords(Dorian, "12")),
        (3, chords(Dorian, "1217")),
        (3, chords(Mixolydian, "17")),
        (3, chords(Phrygian, "12")),
        (2, chords(Phrygian, "1")),
        (3, chords(Major, "36251625")),
        (3, chords(Major, "25142536")),
        (2, chords(Major, "2511")),
        (2, chords(Minor, "14736251")),
        (2, chords(Minor, "2517")),
        (2, chords(HarmonicMinor, "2511")),
        (1, chords(HarmonicMinor, "16254125")),
    ],
    drums: DRUMS,
    tunes: &[
        (6, part(Split(&HEADS), (40, 100), FREE, 45, Sung(&LEAPING)).chromatic(30)),
        (4, part(Split(&BURSTS), (50, 100), FREE, 55, Sung(&LEAPING)).chromatic(30)),
        (3, part(Split(&BURSTS), (50, 100), FREE, 55, Sung(&BOP)).chromatic(35)),
        (3, part(Split(&CRIES), (60, 100), FREE, 40, Sung(&LEAPING)).chromatic(20)),
    ],
    basses: &[
        (8, part(Steps(WALKS), (70, 100), FREE, 0, Walking).chromatic(55)),
        (3, part(Split(&BROKEN), (40, 100), FREE, 30, Walking).chromatic(45)),
        (1, part(Split(&DOUBLE), (60, 100), FREE, 10, Walking).chromatic(45)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        // A feathered kick, a comping snare.
        (5, &[(Kick, "5...5...5...5..1"), (Snare, "...2..3...2..3.1")]),
        (5, &[(Kick, "x.......3..2...."), (Snare, "..3..4..2..3..4.")]),
        (4, &[(Kick, "...3....x.....2."), (Snare, "x..2..3...x..2..")]),
        (3, &[(Kick, "......x....3...."), (Snare, "..x..3....x..3.x")]),
        (3, &[(Kick, "x..x......x..3.."), (Snare, ".....3.x..3..x.3")]),
        (2, &[(Kick, "2..2..2..2..2..2"), (Snare, "x...3..x..2.x...")]),
        (
            4,
            &[
                (Kick, "x.........2..x......3..x......2."),
                (Snare, "....3..x..2.....3..2..x...3..4.."),
            ],
        ),
        (
            4,
            &[
                (Kick, "...x......3.....x.....2....x...."),
                (Snare, "x.....3..4..x..2...3.x....x..3.x"),
            ],
        ),
        (
            3,
            &[
                (Kick, "x......3...x............3..x..x."),
                (Snare, "..2.x..x.....3.x4..x..3.....4..."),
            ],
        ),
    ],
    tops: &[
        (7, &[(Ride, "x...x..xx...x..x"), (Hat, "....x.......x...")]),
        (5, &[(Ride, "x...x..5x...x..5"), (Hat, "....x.......x...")]),
        (4, &[(Ride, "x...x..xx..xx..x"), (Hat, "....x.......x...")]),
        (3, &[(Ride, "x..xx...x..xx..."), (Hat, "....x.......x...")]),
        (3, &[(Ride, "x.3.x.3xx.3.x.3x"), (Hat, "....8.......8...")]),
        (3, &[(Hat, "x...x..xx...x..x"), (Open, "....3.......3...")]),
        (2, &[(Ride, "6..5..6.6..5..6."), (Open, "......2.......2.")]),
        (2, &[(Ride, "8585858585858585")]),
        (
            3,
            &[
                (Ride, "x...x..xx..x...xx..xx..x..x.x..x"),
                (Hat, "....x.......x.......x.......x..."),
            ],
        ),
    ],
    colours: &[
        (4, &[]),
        (4, &[(HighTom, "...2..3......2.."), (MidTom, ".......2.....3..")]),
        (3, &[(LowTom, "..2.....2..3...2")]),
        (3, &[(Crash, "2..........1....")]),
        (3, &[(Kick, "..2....2...2...2")]),
        (3, &[(Snare, "1.1.1121.1.12.12")]),
        (
            2,
            &[
                (HighTom, "..................3x...3x......."),
                (LowTom, ".....................3.....x4..."),
            ],
        ),
        (2, &[(Open, "..2......2....2.")]),
    ],
    fills: &[
        (4, fill::ROUND_THE_KIT),
        (3, fill::TOM_RUN),
        (4, fill::SNARE_PICKUP),
        (3, fill::SWELL),
        (3, fill::DRIFT),
        (2, fill::REGGAE_ROLL),
        (2, fill::TOM_PICKUP),
    ],
    fill_chances: (0.4, 0.7),
    crash_chance: 0.4,
    break_chance: 0.2,
    break_mutes: &[Kick],
};

const HEADS: Feel =
    Feel { notes: (4, 7), sixteenths: 70, uneven: 45, tie: 35, syncopate: 35, pick_up: 25 };

const BURSTS: Feel =
    Feel { notes: (6, 11), sixteenths: 100, uneven: 40, tie: 35, syncopate: 25, pick_up: 30 };

const CRIES: Feel =
    Feel { notes: (2, 4), sixteenths: 50, uneven: 45, tie: 40, syncopate: 30, pick_up: 20 };

const BROKEN: Feel =
    Feel { notes: (3, 6), sixteenths: 70, uneven: 50, tie: 30, syncopate: 40, pick_up: 25 };

const DOUBLE: Feel =
    Feel { notes: (7, 9), sixteenths: 30, uneven: 15, tie: 10, syncopate: 10, pick_up: 30 };

const LEAPING: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4, 6],
    spans: &[(2, 8), (3, 10), (2, 12)],
    repeats: 50,
    thirds: 170,
    leaps: 420,
};

const BOP: sing::Sung = sing::Sung {
    anchors: &[2, 4, 6],
    spans: &[(2, 7), (3, 9)],
    repeats: 40,
    thirds: 140,
    leaps: 110,
};

const WALKS: &[&str] = &[
    "x...x...x...x...",
    "x..1x..2x..1x..3",
    "x...x..4x...x..5",
    "x..3x...x.4.x...",
    "8...x...x..2x..3",
];
