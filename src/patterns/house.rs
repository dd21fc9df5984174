//! House: four on the floor, claps on two and four, offbeat open hats, chord loops, a driving bass.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
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
            Voice::{Arpeggio, Bass, Ostinato, Sung, Top, Walking},
            bass, sing,
        },
    },
};

/// The book of the style.
pub const BOOK: Book = Book {
    tempo_bpm: (118, 128),
    forms: form::USUAL,
    loops: &[
        (3, chords(Minor, "1645")),
        (3, chords(Minor, "1637")),
        (3, chords(Minor, "6711")),
        (3, chords(Minor, "1767")),
        (2, chords(Minor, "14")),
        (2, chords(Minor, "1116")),
        (2, chords(Minor, "4156")),
        (3, chords(Dorian, "14")),
        (2, chords(Dorian, "1141")),
        (1, chords(Dorian, "12341234")),
        (2, chords(Major, "1645")),
        (2, chords(Major, "4361")),
        (2, chords(Major, "2516")),
        (2, chords(Major, "4566")),
        (1, chords(Major, "1563")),
        (2, chords(Mixolydian, "1741")),
        (1, chords(Mixolydian, "17")),
    ],
    drums: DRUMS,
    tunes: &[
        // Two-bar hooks.
        (5, part(Split(&HOOKS), (30, 100), RIFF, 40, Sung(&VOCAL))),
        (4, part(Split(&HOOKS), (30, 100), SONG, 40, Sung(&VOCAL))),
        (3, part(Split(&PLUCKS), (20, 90), VAMP, 10, Arpeggio)),
        (2, part(Split(&PLUCKS), (20, 90), RIFF, 20, Ostinato(&[3, 4, 5, 7]))),
        (2, part(Steps(STABS), (30, 80), VAMP, 20, Top)),
    ],
    basses: &[
        // Between the kicks, with octave answers.
        (5, part(Steps(OFFBEATS), (20, 80), RIFF, 0, Bass(&OCTAVES)).chromatic(8)),
        // Two-bar hooks.
        (5, part(Split(&GROOVE), (30, 90), RIFF, 10, Bass(&HOOK)).chromatic(8)),
        // Disco octaves.
        (2, part(Steps(DISCO), (20, 80), VAMP, 0, Bass(&OCTAVES)).chromatic(8)),
        (1, part(Steps(WALKS), (50, 100), VAMP, 0, Walking).chromatic(20)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (8, &[(Kick, "x...x...x...x..."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "x...x...x...x..."), (Snare, "....x..2.2..x..2")]),
        (3, &[(Kick, "x...x...x...x.2."), (Snare, "....x.......x.3.")]),
        (3, &[(Kick, "x...x...x...x..."), (Snare, "....x.......x..x")]),
        (3, &[(Kick, "x...x...x.3.x..2"), (Snare, "....x.......x...")]),
        (2, &[(Kick, "x...x...x...x..."), (Snare, "...x..x...x.x...")]),
        (
            2,
            &[
                (Kick, "x...x...x...x...x...x...x...x.3x"),
                (Snare, "....x.......x.......x.......x..5"),
            ],
        ),
        (1, &[(Kick, "x...x...x...x..."), (Snare, "....x..3....x.2.")]),
    ],
    tops: &[
        (8, &[(Open, "..x...x...x...x.")]),
        (6, &[(Open, "..x...x...x...x."), (Hat, "x3.4x3.4x3.4x3.4")]),
        (4, &[(Open, "..x...x...x...x."), (Hat, "3..63..63..63..6")]),
        (4, &[(Hat, "x.x.x.x.x.x.x.x."), (Open, "..5...5...5...5.")]),
        (3, &[(Hat, "x.xxx.xxx.xxx.xx"), (Open, "......3.......5.")]),
        (3, &[(Ride, "..x...x...x...x."), (Hat, "7.7.7.7.7.7.7.7.")]),
        (2, &[(Ride, "x.x.x.x.x.x.x.x."), (Open, "..3...3...3...3.")]),
        (2, &[(Hat, "..xx..x...xx..x3"), (Open, "......4.......4.")]),
    ],
    colours: &[
        (6, &[]),
        (3, &[(Snare, ".......2.2.....2")]),
        (3, &[(Hat, "...1...2...1...2")]),
        (2, &[(Kick, ".......1..2....2")]),
        (3, &[(HighTom, "...3..3....3..4."), (MidTom, "..........3...3.")]),
        (3, &[(LowTom, "......3..4....3.")]),
        (2, &[(HighTom, "x..x..x...x.x...")]),
        (2, &[(MidTom, "..3..3.3..3..3.3"), (LowTom, "...............3")]),
        (1, &[(Crash, "x...............................")]),
    ],
    fills: &[
        (4, fill::SNARE_PICKUP),
        (2, fill::SNARE_ROLL),
        (4, fill::HAT_OPENS),
        (3, fill::HATS_OUT),
        (3, fill::KICK_DOUBLES),
        (2, fill::TOM_PICKUP),
        (2, fill::TOM_RUN),
        (1, fill::BUILD),
    ],
    fill_chances: (0.2, 0.75),
    crash_chance: 0.4,
    break_chance: 0.1,
    break_mutes: &[Kick],
};

const HOOKS: Feel =
    Feel { notes: (2, 7), sixteenths: 55, uneven: 35, tie: 25, syncopate: 35, pick_up: 25 };

const PLUCKS: Feel =
    Feel { notes: (5, 9), sixteenths: 80, uneven: 45, tie: 15, syncopate: 35, pick_up: 15 };

const GROOVE: Feel =
    Feel { notes: (4, 8), sixteenths: 70, uneven: 40, tie: 10, syncopate: 40, pick_up: 25 };

const VOCAL: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4],
    spans: &[(2, 5), (3, 7), (2, 9), (1, 11)],
    repeats: 115,
    thirds: 100,
    leaps: 100,
};

const OCTAVES: bass::Bass = bass::Bass {
    highest: 48,
    tones: &[(4, 0), (4, 7), (1, 4)],
    root: 90,
    stay: 40,
    step: 10,
    lead: 40,
};

const HOOK: bass::Bass = bass::Bass {
    highest: 48,
    tones: &[(5, 0), (4, 7), (3, 4), (1, 6), (1, 2)],
    root: 85,
    stay: 45,
    step: 20,
    lead: 45,
};

const OFFBEATS: &[&str] = &["1.x11.x21.x11.x4", "..x...x.2.x.3.x5", "2.93.29.2.93.294"];

const DISCO: &[&str] = &["x.x2x.x2x.x2x.x4", "x.8xx.8xx.8xx.8x", "x.x.x.x.x.x.x3x4"];

const WALKS: &[&str] = &["x.3.x.4.x.3.x.6.", "x...x...x..3x.5.", "x.x.x.x.x.x.x.x."];

const STABS: &[&str] = &["72.7.27..7.2.7.2", "..83..82..83.27.", "7..72.7..7.2.72."];
