//! Punk: fast straight eighths, alternating kick and snare, roots of power chords, a hammering
//! lead.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Major, Minor, Mixolydian, Phrygian},
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
            Voice::{Bass, Ostinato, Sung, Top},
            bass, sing,
        },
    },
};

/// The book of the style.
pub const BOOK: Book = Book {
    tempo_bpm: (160, 208),
    forms: form::USUAL,
    loops: &[
        (4, chords(Major, "1454")),
        (4, chords(Major, "1145")),
        (4, chords(Major, "1564")),
        (3, chords(Major, "1415")),
        (2, chords(Major, "1645")),
        (3, chords(Major, "14541454")),
        (2, chords(Major, "11441155")),
        (2, chords(Major, "15641564")),
        (3, chords(Mixolydian, "1747")),
        (2, chords(Mixolydian, "17471747")),
        (2, chords(Mixolydian, "1144")),
        (3, chords(Minor, "1637")),
        (3, chords(Minor, "1767")),
        (2, chords(Minor, "1116")),
        (2, chords(Minor, "16371637")),
        (1, chords(Phrygian, "1211")),
        (1, chords(Phrygian, "11121113")),
    ],
    drums: DRUMS,
    tunes: &[
        // Shouted hooks of a few notes.
        (4, part(Split(&SHOUTS), (40, 100), RIFF, 40, Ostinato(&[3, 4, 5]))),
        (6, part(Split(&LEADS), (40, 100), SONG, 35, Sung(&HOOK))),
        (3, part(Split(&LEADS), (40, 100), RIFF, 35, Sung(&HOOK))),
        // The top note of the guitar.
        (2, part(Steps(DRIVES), (40, 100), VAMP, 10, Top)),
    ],
    basses: &[
        (7, part(Steps(EIGHTHS), (30, 100), VAMP, 0, Bass(&DRIVE)).chromatic(15)),
        (4, part(Split(&RUNS), (40, 100), VAMP, 5, Bass(&RUN)).chromatic(15)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (6, &[(Kick, "x.....1.x.....2."), (Snare, "....x.......x..1")]),
        (5, &[(Kick, "x.....x.x.2...1."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "x.....1.x.x...1."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "x.....x.x.x...3."), (Snare, "....x.......x...")]),
        // D-beat.
        (5, &[(Kick, "x.....x...x...1."), (Snare, "....x.......x...")]),
        // Tupa-tupa: alternating kick and snare eighths.
        (5, &[(Kick, "x...x...x...x..2"), (Snare, "..x...x...x...x.")]),
        (3, &[(Kick, "x...x.x.x...x.x."), (Snare, "..x...x...x...x.")]),
        (2, &[(Kick, "x...x.2.x...x.2."), (Snare, "....x.......x...")]),
        // Half-time.
        (2, &[(Kick, "x.....x......4x."), (Snare, "........x.......")]),
        (
            3,
            &[
                (Kick, "x.....x.x.......x.....x...x.x..."),
                (Snare, "....x.......x.......x.......x.3."),
            ],
        ),
    ],
    tops: &[
        (7, &[(Hat, "x.x.x.x.x.x.x.x."), (Open, "......1.......3.")]),
        (5, &[(Open, "x.x.x.x.x.x.x.x."), (Crash, "2.......1.......")]),
        (4, &[(Ride, "x.x.x.x.x.x.x.x."), (Crash, "2.......1.......")]),
        (3, &[(Open, "x...x...x...x...")]),
        (3, &[(Crash, "x...x...x...x...")]),
        (2, &[(Ride, "x...x...x...x...")]),
        (2, &[(Hat, "x.x.x.x.x.x.x..."), (Open, "..............x.")]),
        (2, &[(Hat, "..x...x...x...x.")]),
        // A floor tom instead of a cymbal.
        (2, &[(LowTom, "x.x.x.x.x.x.x.x.")]),
        (1, &[(LowTom, "x.xxx.x.x.xxx.xx")]),
    ],
    colours: &[
        (3, &[]),
        (5, &[(Kick, "..2...2...2...3.")]),
        (3, &[(Kick, "...1..2....1..22")]),
        (3, &[(Open, "......2...1...3.")]),
        (4, &[(Snare, "...1..1..2....22")]),
        (3, &[(Crash, "x...............................")]),
        (2, &[(Kick, "..............5."), (Open, "......3.......4.")]),
        (2, &[(HighTom, "......2.......3."), (LowTom, "..........2....3")]),
        (2, &[(Crash, "x...............4..............."), (Snare, ".......2........")]),
    ],
    fills: &[
        (4, fill::HAMMER),
        (4, fill::SNARE_ROLL),
        (3, fill::SNARE_PICKUP),
        (4, fill::TOM_RUN),
        (3, fill::ROUND_THE_KIT),
        (3, fill::TOM_PICKUP),
        (2, fill::BUILD),
    ],
    fill_chances: (0.35, 0.9),
    crash_chance: 0.7,
    break_chance: 0.08,
    break_mutes: &[Kick, Snare],
};

const SHOUTS: Feel =
    Feel { notes: (3, 7), sixteenths: 15, uneven: 30, tie: 20, syncopate: 30, pick_up: 30 };

const LEADS: Feel =
    Feel { notes: (3, 7), sixteenths: 30, uneven: 25, tie: 20, syncopate: 30, pick_up: 30 };

const RUNS: Feel =
    Feel { notes: (5, 9), sixteenths: 30, uneven: 25, tie: 5, syncopate: 20, pick_up: 40 };

const HOOK: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4],
    spans: &[(2, 4), (4, 6), (3, 8), (2, 11)],
    repeats: 60,
    thirds: 90,
    leaps: 140,
};

const DRIVE: bass::Bass = bass::Bass {
    highest: 46,
    tones: &[(6, 0), (3, 4), (2, 7), (1, 2)],
    root: 95,
    stay: 72,
    step: 30,
    lead: 75,
};

const RUN: bass::Bass = bass::Bass {
    highest: 46,
    tones: &[(4, 0), (3, 4), (2, 2), (2, 7), (1, 5)],
    root: 92,
    stay: 40,
    step: 45,
    lead: 75,
};

const EIGHTHS: &[&str] = &[
    "x191919191919193",
    "x.x.x.x.x.x2x2x3",
    "x2928292x2928292",
    "x..9..9.x..9..94",
    "x393x393x393x395",
];

const DRIVES: &[&str] = &["x292829282928292", "x..82.7.x..82.73", "x.7.827.8.7.827."];
