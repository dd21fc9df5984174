//! Dub: reggae's one drop, rockers and steppers, the skank between the beats, a bass with long
//! rests.
//!
//! The skank is counted on the second eighth of each beat, so the drop is on two and four, or on three if a
//! tune is counted at half that tempo.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, HarmonicMinor, Major, Minor, Mixolydian},
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
            Voice::{Arpeggio, Bass, Sung, Top},
            bass, sing,
        },
    },
};

/// The book of the style.
pub const BOOK: Book = Book {
    tempo_bpm: (66, 80),
    forms: form::USUAL,
    loops: &[
        (4, chords(Minor, "1")),
        (4, chords(Minor, "14")),
        (4, chords(Minor, "17")),
        (3, chords(Minor, "1414")),
        (3, chords(Minor, "1717")),
        (2, chords(Minor, "1145")),
        (2, chords(Minor, "1676")),
        (5, chords(Dorian, "12")),
        (3, chords(Dorian, "1212")),
        (4, chords(Dorian, "14")),
        (1, chords(HarmonicMinor, "1451")),
        (1, chords(HarmonicMinor, "1415")),
        (2, chords(Major, "14")),
        (2, chords(Major, "1245")),
        (1, chords(Major, "1545")),
        (1, chords(Mixolydian, "17")),
    ],
    drums: DRUMS,
    tunes: &[
        // The melodica answers.
        (6, part(Split(&MELODICA), (50, 100), SONG, 60, Sung(&CALLS)).chromatic(6)),
        (3, part(Split(&MELODICA), (50, 100), RIFF, 60, Sung(&CALLS))),
        (3, part(Split(&HORNS), (40, 90), RIFF, 50, Sung(&CALLS))),
        (1, part(Steps(SKANKS), (10, 60), VAMP, 0, Top)),
        (1, part(Split(&HORNS), (20, 70), VAMP, 20, Arpeggio)),
    ],
    basses: &[
        // Riddims of two or three cells, silent on one.
        (6, part(Steps(RIDDIMS), (30, 90), RIFF, 15, Bass(&RIDDIM)).chromatic(4)),
        (4, part(Split(&CELLS), (30, 90), RIFF, 15, Bass(&RIDDIM)).chromatic(4)),
        (2, part(Steps(STEPPERS), (20, 80), RIFF, 10, Bass(&RIDDIM))),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        // One drop: kick and rim together, nothing on beat one.
        (7, &[(Kick, "....x.......x..."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "....x.......x..."), (Snare, "....x..2....x.2.")]),
        (4, &[(Kick, "........x......."), (Snare, "........x....2..")]),
        (3, &[(Kick, "....x.......x..3"), (Snare, "...3x..3....x..3")]),
        // Rockers: a kick on beat one as well.
        (3, &[(Kick, "x.......x......."), (Snare, "....x.......x...")]),
        (3, &[(Kick, "x.....2.x.....3."), (Snare, "....x..2....x...")]),
        (2, &[(Kick, "x.....x...x....."), (Snare, "........x......2")]),
        // Steppers: a kick on every beat, or twice a beat.
        (3, &[(Kick, "x...x...x...x..."), (Snare, "....x.......x...")]),
        (2, &[(Kick, "x.x.x.x.x.x.x.x."), (Snare, "....x.......x...")]),
        (2, &[(Kick, "x...x...x...x..."), (Snare, "...x..x....x..x.")]),
        // Two bars: a rim roll answers.
        (
            2,
            &[
                (Kick, "....x.......x.......x.......x..."),
                (Snare, "....x.......x.......x..x..x.x..."),
            ],
        ),
    ],
    tops: &[
        (6, &[(Hat, "x.x.x.x.x.x.x.x.")]),
        (5, &[(Hat, "x.x3x.x4x.x3x.x4"), (Open, "......2.......3.")]),
        (4, &[(Hat, "1.x.1.x.1.x.2.x.")]),
        (4, &[(Hat, "x..xx..xx..xx.2x")]),
        (3, &[(Hat, "x.xxx.xxx.xxx.xx"), (Open, "..............4.")]),
        (3, &[(Hat, "x...x...x...x..."), (Open, "..x...x...x...x.")]),
        (2, &[(Hat, "x3x5x3x5x3x5x3x5")]),
        (2, &[(Ride, "x.x.x.x.x.x.x.x.")]),
        (2, &[(Hat, "..x4..x4..x4..x4"), (Ride, "5.......5.......")]),
    ],
    colours: &[
        (6, &[]),
        (3, &[(Hat, ".1.2.1.2.1.2.1.3")]),
        (2, &[(Open, "......2...2...3.")]),
        (4, &[(HighTom, "...3..3........."), (MidTom, "..........3..3..")]),
        (3, &[(LowTom, "......3.......4.")]),
        (3, &[(Snare, "..2....3..2....3")]),
        (2, &[(HighTom, "......5..5......"), (LowTom, "..............5.")]),
        (2, &[(HighTom, "...............5x..x..5.........")]),
    ],
    fills: &[
        (4, fill::DROP),
        (4, fill::REGGAE_ROLL),
        (3, fill::SNARE_PICKUP),
        (3, fill::TOM_PICKUP),
        (2, fill::TOM_RUN),
        (3, fill::KICK_OUT),
        (2, fill::HAT_OPENS),
    ],
    fill_chances: (0.25, 0.8),
    crash_chance: 0.3,
    break_chance: 0.15,
    break_mutes: &[Kick, Snare],
};

const MELODICA: Feel =
    Feel { notes: (3, 6), sixteenths: 35, uneven: 35, tie: 30, syncopate: 25, pick_up: 25 };

const HORNS: Feel =
    Feel { notes: (3, 7), sixteenths: 40, uneven: 30, tie: 20, syncopate: 25, pick_up: 20 };

const CELLS: Feel =
    Feel { notes: (3, 6), sixteenths: 50, uneven: 40, tie: 60, syncopate: 30, pick_up: 30 };

const CALLS: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4],
    spans: &[(3, 5), (4, 7), (1, 9), (1, 11)],
    repeats: 70,
    thirds: 90,
    leaps: 90,
};

const RIDDIM: bass::Bass = bass::Bass {
    highest: 42,
    tones: &[(4, 0), (4, 4), (3, 2), (2, 6), (2, 7), (1, -3)],
    root: 75,
    stay: 45,
    step: 12,
    lead: 32,
};

const RIDDIMS: &[&str] = &[
    "....x2.8x..7.27.",
    "..6.x.7.2.8.x.4.",
    "....8.8.9.27..84",
    "..86x..62.8.72.3..4.x.6.x...6.72",
    "...6x.6.x..62.7.....x.8.2.7.....",
];

const STEPPERS: &[&str] = &["x.9.8.9.8.9.8.93", "x.7.x.83x.7.x.84"];

const SKANKS: &[&str] = &["..x3..x2..x3..x4", "..x.2.x...x.2.x3", ".78..78..78..784"];
