//! Hip-hop: boom bap with late kicks against two and four, half-time with rolling hats, long low
//! bass notes, short loops like samples.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, HarmonicMinor, Major, Minor, Phrygian},
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
            Voice::{Arpeggio, Bass, Ostinato, Sung, Top},
            bass, sing,
        },
    },
};

/// The book of the style.
pub const BOOK: Book = Book {
    tempo_bpm: (80, 98),
    forms: form::USUAL,
    loops: &[
        (4, chords(Minor, "16")),
        (3, chords(Minor, "1167")),
        (3, chords(Minor, "1")),
        (3, chords(Minor, "14")),
        (3, chords(Minor, "1645")),
        (2, chords(Minor, "6745")),
        (2, chords(Minor, "17")),
        (3, chords(Dorian, "14")),
        (2, chords(Dorian, "1")),
        (2, chords(Phrygian, "12")),
        (1, chords(HarmonicMinor, "1645")),
        (1, chords(HarmonicMinor, "1151")),
        (2, chords(Major, "2511")),
        (1, chords(Major, "4362")),
        (1, chords(Major, "16")),
    ],
    drums: DRUMS,
    tunes: &[
        // A sample-like phrase: it returns unchanged, and answers itself.
        (5, part(Split(&LOOPS), (40, 100), RIFF, 35, Sung(&SAMPLE)).chromatic(8)),
        (3, part(Split(&LOOPS), (40, 100), SONG, 40, Sung(&SAMPLE)).chromatic(8)),
        (2, part(Split(&BELLS), (30, 100), VAMP, 10, Arpeggio)),
        (2, part(Split(&LOOPS), (40, 100), RIFF, 20, Ostinato(&[3, 4, 5]))),
        (1, part(Steps(CHOPS), (40, 100), VAMP, 20, Top)),
    ],
    basses: &[
        // An 808: long and low, walking up to the next chord.
        (6, part(Split(&LONG), (60, 100), RIFF, 10, Bass(&WALK_UPS)).chromatic(15)),
        (5, part(Split(&PLUCKED), (30, 90), RIFF, 15, Bass(&LOW)).chromatic(10)),
        (2, part(Steps(KICKS), (30, 95), RIFF, 10, Bass(&LOW)).chromatic(10)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        // Boom bap.
        (5, &[(Kick, "x......x..x....."), (Snare, "....x.......x...")]),
        (5, &[(Kick, "x.x.......x....."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "x.......x.x....."), (Snare, "....x..2.2..x..2")]),
        (4, &[(Kick, "x..x......xx...."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "x.....4x..x.4..2"), (Snare, "....x..3....x...")]),
        (3, &[(Kick, "x..x..x...x...4."), (Snare, "....x.......x..3")]),
        (
            4,
            &[
                (Kick, "x......x..x.....x.x....x..x....3"),
                (Snare, "....x.......x.......x..3....x..."),
            ],
        ),
        // Half-time: the snare on three.
        (3, &[(Kick, "x.....x.......4."), (Snare, "........x.......")]),
        (3, &[(Kick, "x..x......x..4.."), (Snare, "........x.....2.")]),
        (2, &[(Kick, "x......x...x...."), (Snare, "........x......3")]),
        (
            2,
            &[
                (Kick, "x.....x...x.....x..x......x.x..."),
                (Snare, "........x...............x....3.."),
            ],
        ),
    ],
    tops: &[
        (5, &[(Hat, "x.x.x.x.x.x.x.x.")]),
        (6, &[(Hat, "x.x.x.x2x.x.x.x3"), (Open, "..............5.")]),
        (4, &[(Hat, "x.x4x.x4x.x4x.x4"), (Open, "......3.........")]),
        (4, &[(Hat, "x.x7x.x.x.x7x.5x")]),
        (1, &[(Hat, "xxxxxxxxxxxxxxxx")]),
        (
            3,
            &[
                (Hat, "x.x.x.xxx.x.xxxxx.x.xxx.x.x.x.xx"),
                (Open, "..............................4."),
            ],
        ),
        (3, &[(Hat, "x..x3.x.x..x3.x.")]),
        (2, &[(Ride, "x.x.x.x.x.x.x.x.")]),
        (3, &[(Hat, "x.2.x.3.x.2.x.3.")]),
        (2, &[(Hat, "x.x.x...x.x.x..."), (Open, "......x.......5.")]),
    ],
    colours: &[
        (5, &[]),
        (4, &[(Snare, ".......2.2.2...2")]),
        (4, &[(Kick, "...1..2..1.1...2")]),
        (3, &[(Open, "......2...2...3.")]),
        (3, &[(HighTom, "...3......3..3..")]),
        (2, &[(LowTom, "......3.......3.")]),
        (3, &[(Hat, ".1.2.1.2.1.2.1.3")]),
        (1, &[(Crash, "x...............................")]),
    ],
    fills: &[
        (4, fill::SNARE_PICKUP),
        (1, fill::SNARE_ROLL),
        (4, fill::KICK_DOUBLES),
        (4, fill::KICK_OUT),
        (3, fill::HAT_OPENS),
        (1, fill::TOM_RUN),
        (1, fill::TOM_PICKUP),
    ],
    fill_chances: (0.15, 0.8),
    crash_chance: 0.25,
    break_chance: 0.12,
    break_mutes: &[Kick],
};

const LOOPS: Feel =
    Feel { notes: (2, 7), sixteenths: 60, uneven: 40, tie: 25, syncopate: 30, pick_up: 25 };

const BELLS: Feel =
    Feel { notes: (5, 8), sixteenths: 50, uneven: 40, tie: 10, syncopate: 25, pick_up: 10 };

const LONG: Feel =
    Feel { notes: (2, 4), sixteenths: 60, uneven: 45, tie: 10, syncopate: 35, pick_up: 45 };

const PLUCKED: Feel =
    Feel { notes: (4, 7), sixteenths: 80, uneven: 50, tie: 8, syncopate: 40, pick_up: 30 };

const SAMPLE: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4],
    spans: &[(2, 5), (4, 7), (2, 9), (1, 11)],
    repeats: 110,
    thirds: 100,
    leaps: 100,
};

const WALK_UPS: bass::Bass = bass::Bass {
    highest: 43,
    tones: &[(6, 0), (3, 4), (2, 7), (2, 6), (1, 2)],
    root: 92,
    stay: 40,
    step: 15,
    lead: 52,
};

const LOW: bass::Bass = bass::Bass {
    highest: 43,
    tones: &[(5, 0), (3, 4), (3, 7), (2, 6), (2, 2)],
    root: 88,
    stay: 48,
    step: 12,
    lead: 40,
};

const KICKS: &[&str] = &["x..42.6..3x.24.5", "x.34..7..7x...45", "x..7..x2.4..7.36"];

const CHOPS: &[&str] = &["x..3.27.x.2.7..4", "..8.27...8.4.2.5", "x2.7..x...72..4."];
