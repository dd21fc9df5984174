//! Acid: a restless bass line of sixteenths with octave jumps and held notes as accents, over four
//! on the floor and offbeat open hats; hardly any chords.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, HarmonicMinor, Minor, Phrygian},
    },
    patterns::{
        book::Book,
        fill, form,
        groove::DrumBook,
        harmony::chords,
        part::part,
        phrase::{RIFF, VAMP},
        rhythm::{
            Feel,
            Rhythm::{Cycle, Split, Steps},
        },
        voice::{
            Voice::{Acid, Arpeggio, Ostinato, Sung, Top},
            sing,
        },
    },
};

/// The book of the style.
pub const BOOK: Book = Book {
    tempo_bpm: (124, 138),
    forms: form::USUAL,
    loops: &[
        (7, chords(Minor, "1")),
        (5, chords(Phrygian, "1")),
        (3, chords(Dorian, "1")),
        (1, chords(HarmonicMinor, "1")),
        (3, chords(Minor, "11111117")),
        (2, chords(Phrygian, "11111112")),
        (2, chords(Minor, "1117")),
        (2, chords(Minor, "1116")),
        (2, chords(Phrygian, "12")),
        (1, chords(Dorian, "1114")),
    ],
    drums: DRUMS,
    tunes: &[
        // A second sequencer.
        (4, part(Split(&ANSWERS), (30, 90), RIFF, 20, Ostinato(&[3, 4, 5]))),
        (3, part(Cycle(&[3, 5, 7, 6]), (30, 90), RIFF, 0, Ostinato(&[3, 5]))),
        (4, part(Split(&ANSWERS), (30, 90), RIFF, 30, Sung(&LEAD)).chromatic(10)),
        (2, part(Split(&ANSWERS), (30, 90), VAMP, 10, Arpeggio)),
        (1, part(Steps(STABS), (40, 90), VAMP, 10, Top)),
    ],
    basses: &[
        // Held notes tie into the next pitch: slides.
        (5, part(Steps(SEQUENCES), (40, 95), RIFF, 0, Acid).chromatic(6)),
        (3, part(Split(&SIXTEENTHS), (40, 95), RIFF, 0, Acid).chromatic(6)),
        (2, part(Cycle(&[3, 5, 7]), (40, 95), RIFF, 0, Acid)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (8, &[(Kick, "x...x...x...x..1"), (Snare, "....x.......x..1")]),
        (5, &[(Kick, "x...x...x...x.1.")]),
        (4, &[(Kick, "x...x...x...x.2."), (Snare, "....x.......x..4")]),
        (3, &[(Kick, "x...x...x...x..."), (Snare, "....x.......x.x.")]),
        (3, &[(Kick, "x...x...x...x..3"), (Snare, "....x..2.2..x...")]),
        (2, &[(Kick, "x...x...x...x..."), (Snare, "...x..x...x.x...")]),
        (2, &[(Kick, "x...x...x...x..."), (Snare, "............x..3")]),
        (
            3,
            &[
                (Kick, "x...x...x...x...x...x...x..3x.3."),
                (Snare, "....x.......x.......x.......x.xx"),
            ],
        ),
    ],
    tops: &[
        (8, &[(Open, "..x...x...x...x."), (Hat, "1..1...2...1...2")]),
        (7, &[(Open, "..x...x...x...x."), (Hat, "xx.8xx.8xx.8xx.8")]),
        (5, &[(Open, "..x...x...x...x."), (Hat, "5..35..35..35..3")]),
        (4, &[(Open, "..x...x...x...x."), (Hat, "x..1x..2x..1x..2")]),
        (3, &[(Open, "..x...x...x...x."), (Ride, "4...4...4...4...")]),
        (3, &[(Hat, "x.xxx.xxx.xxx.xx"), (Open, "..7...7...7...7.")]),
        (2, &[(Hat, "xxxxxxxxxxxxxxxx"), (Open, "......4.......4.")]),
        (2, &[(Ride, "..x...x...x...x."), (Hat, "7.757.757.757.75")]),
    ],
    colours: &[
        (7, &[]),
        (4, &[(LowTom, "...3..3...3..3..")]),
        (
            3,
            &[
                (HighTom, "......3.......3."),
                (MidTom, ".......3.......3"),
                (LowTom, "........3......."),
            ],
        ),
        (3, &[(Snare, "...2..3.2.3..2.3")]),
        (2, &[(Snare, "2.2.2.2.2.2.2.2.")]),
        (2, &[(MidTom, "..5..4....5..4..")]),
        (2, &[(Hat, "...2...3...2...3")]),
        (1, &[(Crash, "x...............................")]),
    ],
    fills: &[
        (5, fill::SNARE_ROLL),
        (3, fill::BUILD),
        (4, fill::HAT_OPENS),
        (3, fill::KICK_OUT),
        (3, fill::SNARE_PICKUP),
        (2, fill::TOM_RUN),
        (1, fill::TOM_PICKUP),
    ],
    fill_chances: (0.2, 0.8),
    crash_chance: 0.35,
    break_chance: 0.12,
    break_mutes: &[Kick],
};

const ANSWERS: Feel =
    Feel { notes: (3, 8), sixteenths: 70, uneven: 50, tie: 20, syncopate: 35, pick_up: 20 };

const SIXTEENTHS: Feel =
    Feel { notes: (8, 12), sixteenths: 100, uneven: 45, tie: 10, syncopate: 20, pick_up: 30 };

const LEAD: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4],
    spans: &[(2, 4), (3, 5), (3, 8), (1, 11)],
    repeats: 130,
    thirds: 90,
    leaps: 90,
};

const SEQUENCES: &[&str] = &[
    "x868789697868789",
    "96.896.896.89698",
    "x77.877.x77.8779",
    "9898898989889889",
    "x.88x.78x.88x798",
    "x3x89.8x.9x89.78",
];

const STABS: &[&str] = &["2.72..62.2.7..63", "7..6..72...6..32", "..27..6..27..63."];
