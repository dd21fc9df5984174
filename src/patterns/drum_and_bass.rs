//! Drum and bass: a backbeat with a kick half a beat after three, sixteenth breakbeats and ghost
//! notes, a low bass that hardly moves, sparse melody.

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
        phrase::{FREE, RIFF, SONG, VAMP},
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
    tempo_bpm: (164, 178),
    forms: form::USUAL,
    loops: &[
        (5, chords(Minor, "1")),
        (4, chords(Minor, "16")),
        (3, chords(Minor, "1167")),
        (3, chords(Minor, "17")),
        (2, chords(Minor, "1637")),
        (2, chords(Minor, "1645")),
        (3, chords(Dorian, "14")),
        (2, chords(Dorian, "1")),
        (2, chords(Phrygian, "12")),
        (1, chords(HarmonicMinor, "16")),
        (2, chords(Major, "6415")),
        (1, chords(Major, "41")),
    ],
    drums: DRUMS,
    tunes: &[
        // Long calls.
        (6, part(Split(&CALLS), (50, 100), SONG, 45, Sung(&CALL))),
        (3, part(Split(&CALLS), (50, 100), FREE, 45, Sung(&CALL))),
        (2, part(Split(&RIPPLES), (30, 100), VAMP, 10, Arpeggio)),
        (2, part(Split(&RIPPLES), (30, 100), RIFF, 25, Ostinato(&[3, 4, 5]))),
        (1, part(Steps(STABS), (30, 100), VAMP, 10, Top)),
    ],
    basses: &[
        // A reese that moves every half bar.
        (8, part(Split(&REESE), (75, 100), RIFF, 8, Bass(&HALVES))),
        // Rollers.
        (4, part(Split(&ROLLER), (30, 95), RIFF, 5, Bass(&ROLL)).chromatic(8)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        // Two-step.
        (7, &[(Kick, "x.........x....."), (Snare, "....x.......x...")]),
        (5, &[(Kick, "x.........x....3"), (Snare, "....x..2.2..x..2")]),
        (4, &[(Kick, "x.....2...x....."), (Snare, "....x.......x.3.")]),
        (3, &[(Kick, "x.x.......x....."), (Snare, "....x....3..x...")]),
        (
            4,
            &[
                (Kick, "x.........x.....x......x..x....."),
                (Snare, "....x.......x..2....x..2....x..."),
            ],
        ),
        // Breaks.
        (5, &[(Kick, "x.x.......x5...."), (Snare, "....x..7.6..x..5")]),
        (4, &[(Kick, "x.x.....3.x....."), (Snare, "....x..6.3..x..8")]),
        (3, &[(Kick, "x..4.....5x....."), (Snare, "....x.3.5...x.4.")]),
        (
            4,
            &[
                (Kick, "x.x.......x4....x.x.......5....."),
                (Snare, "....x..8.5..x..6....x..7.4....x."),
            ],
        ),
        (
            3,
            &[
                (Kick, "x.........x.....x.x.......x..5.."),
                (Snare, "....x..4.7..x.......x..6.4.7..x."),
            ],
        ),
        // Half-time.
        (2, &[(Kick, "x.............3."), (Snare, "........x.....1.")]),
    ],
    tops: &[
        (6, &[(Hat, "x.x.x.x.x.x.x.x.")]),
        (5, &[(Hat, "x.xxx.xxx.xxx.xx")]),
        (3, &[(Hat, "xxxxxxxxxxxxxxxx")]),
        (4, &[(Ride, "x.x.x.x.x.x.x.x.")]),
        (4, &[(Hat, "x.x.x.x.x.x.x.x."), (Open, "......3.......4.")]),
        (3, &[(Ride, "x...x...x...x..."), (Hat, "..x...x...x...x.")]),
        (3, &[(Hat, "x5x3x5x3x5x3x5x3")]),
        (2, &[(Open, "..x...x...x...x."), (Hat, "x..4x..4x..4x..4")]),
        (2, &[(Hat, "..x3..x3..x3..x3"), (Ride, "4...4...4...4...")]),
    ],
    colours: &[
        (6, &[]),
        (4, &[(Snare, ".......2.3....12")]),
        (3, &[(Kick, ".......2...2..1.")]),
        (3, &[(Hat, ".2.3.2.3.2.3.2.3")]),
        (3, &[(Ride, "3...3...3...3...")]),
        (2, &[(HighTom, "......3....3...."), (LowTom, ".............3.4")]),
        (2, &[(Open, "..........3...3.")]),
        (2, &[(Crash, "x...............................")]),
    ],
    fills: &[
        (6, fill::CHOP),
        (4, fill::SNARE_PICKUP),
        (3, fill::SNARE_ROLL),
        (3, fill::KICK_OUT),
        (3, fill::KICK_DOUBLES),
        (2, fill::HAT_OPENS),
        (1, fill::TOM_RUN),
    ],
    fill_chances: (0.25, 0.8),
    crash_chance: 0.4,
    break_chance: 0.12,
    break_mutes: &[Kick],
};

const CALLS: Feel =
    Feel { notes: (2, 5), sixteenths: 30, uneven: 35, tie: 30, syncopate: 25, pick_up: 25 };

const RIPPLES: Feel =
    Feel { notes: (4, 8), sixteenths: 60, uneven: 40, tie: 10, syncopate: 30, pick_up: 10 };

const REESE: Feel =
    Feel { notes: (2, 3), sixteenths: 45, uneven: 35, tie: 8, syncopate: 30, pick_up: 15 };

const ROLLER: Feel =
    Feel { notes: (4, 7), sixteenths: 70, uneven: 45, tie: 10, syncopate: 40, pick_up: 25 };

const CALL: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4],
    spans: &[(2, 5), (4, 7), (2, 9), (1, 11)],
    repeats: 75,
    thirds: 90,
    leaps: 115,
};

const HALVES: bass::Bass = bass::Bass {
    highest: 42,
    tones: &[(3, 0), (3, 4), (3, 6), (2, 2), (1, 7), (2, 1)],
    root: 88,
    stay: 25,
    step: 30,
    lead: 60,
};

const ROLL: bass::Bass = bass::Bass {
    highest: 42,
    tones: &[(5, 0), (3, 7), (3, 4), (2, 6)],
    root: 90,
    stay: 38,
    step: 25,
    lead: 45,
};

const STABS: &[&str] = &["x..62.3..7..3.2.", "..7.2..6..72..3.", "x...2.7..3..6..2"];
