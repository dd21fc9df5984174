//! Techno: four on the floor, offbeat open hats, a nearly static chord, riffs of few notes.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, Minor, Phrygian},
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
            Voice::{Arpeggio, Bass, Ostinato, Sung, Top},
            bass, sing,
        },
    },
};

/// The book of the style.
pub const BOOK: Book = Book {
    tempo_bpm: (124, 140),
    forms: form::USUAL,
    loops: &[
        (6, chords(Minor, "1")),
        (3, chords(Phrygian, "1")),
        (2, chords(Dorian, "1")),
        (3, chords(Minor, "11111117")),
        (3, chords(Minor, "1117")),
        (2, chords(Minor, "1167")),
        (2, chords(Minor, "16")),
        (2, chords(Minor, "1161")),
        (2, chords(Phrygian, "1112")),
        (2, chords(Phrygian, "12")),
        (1, chords(Dorian, "1141")),
        (1, chords(Minor, "1317")),
    ],
    drums: DRUMS,
    tunes: &[
        // Sequencers: three or five steps against four.
        (4, part(Cycle(&[3, 5, 6, 7, 10]), (20, 90), RIFF, 0, Ostinato(&[3, 5]))),
        (3, part(Split(&RIFFS), (30, 90), RIFF, 15, Ostinato(&[3, 4, 5]))),
        (4, part(Split(&RIFFS), (30, 90), RIFF, 30, Sung(&HOOK))),
        (2, part(Split(&RIFFS), (30, 90), VAMP, 10, Arpeggio)),
        (2, part(Steps(STABS), (30, 70), VAMP, 10, Top)),
    ],
    basses: &[
        // Rolling: the sixteenths between the kicks.
        (4, part(Steps(ROLLING), (20, 90), RIFF, 0, Bass(&PEDAL))),
        (3, part(Steps(EIGHTHS), (20, 90), RIFF, 0, Bass(&PEDAL))),
        (3, part(Cycle(&[3, 5, 6, 7]), (20, 90), RIFF, 0, Ostinato(&[3, 5]))),
        (4, part(Split(&LOW), (30, 90), RIFF, 5, Bass(&MOVING))),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (6, &[(Kick, "x...x...x...x...")]),
        (7, &[(Kick, "x...x...x...x..."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "x...x...x...x..1"), (Snare, "....x.......x..3")]),
        (3, &[(Kick, "x...x...x...x..."), (Snare, "............x...")]),
        (3, &[(Kick, "x...x...x...x.4."), (Snare, "....x.......x...")]),
        (3, &[(Kick, "x...x...x...x..."), (Snare, "...x..3...3..x..")]),
        (2, &[(Kick, "x..1x..2x..1x..3"), (Snare, "....x..2.2..x...")]),
        (
            2,
            &[
                (Kick, "x...x...x...x...x...x...x...x.x."),
                (Snare, "....x.......x.......x.......x..x"),
            ],
        ),
        (1, &[(Kick, "x.....x...x....."), (Snare, "....x.......x...")]),
    ],
    tops: &[
        (7, &[(Open, "..x...x...x...x."), (Hat, "6..26..26..26..2")]),
        (3, &[(Open, "..x...x...x...x."), (Hat, "x5.5x5.5x5.5x5.5")]),
        (2, &[(Hat, "xxxxxxxxxxxxxxxx")]),
        (3, &[(Hat, "x2x3x2x3x2x3x2x4"), (Open, "......2.......4.")]),
        (3, &[(Hat, "..x...x...x...x."), (Ride, "4...4...4...4...")]),
        (3, &[(Ride, "..x...x...x...x."), (Hat, "7.757.757.757.75")]),
        (3, &[(Ride, "x.x.x.x.x.x.x.x."), (Hat, ".2.2.2.2.2.2.2.2")]),
        (3, &[(Hat, "..xx..xx..xx..xx"), (Open, "......2.......3.")]),
        (2, &[(Hat, "x..x..x..x..x.x."), (Open, "..5...5...5...5.")]),
        (2, &[(Hat, "..x5..x...x5..x7")]),
    ],
    colours: &[
        (8, &[]),
        (3, &[(LowTom, "...3..4...3..4..")]),
        (3, &[(MidTom, "..3..3..3..3..3."), (HighTom, ".......2.......3")]),
        (3, &[(LowTom, ".2.2.2.2.2.2.2.2"), (MidTom, "..........2....2")]),
        (3, &[(Snare, ".......3.2.....2")]),
        (1, &[(HighTom, "x..x..x..x..x..x..x..x..x..x..x.")]),
        (2, &[(LowTom, "......5..4....5."), (HighTom, "...4.......4....")]),
        (1, &[(Crash, "x...............................")]),
    ],
    fills: &[
        (3, fill::SNARE_PICKUP),
        (2, fill::SNARE_ROLL),
        (2, fill::BUILD),
        (4, fill::HAT_OPENS),
        (4, fill::KICK_OUT),
        (3, fill::KICK_DOUBLES),
        (2, fill::TOM_PICKUP),
        (1, fill::TOM_RUN),
    ],
    fill_chances: (0.2, 0.75),
    crash_chance: 0.35,
    break_chance: 0.12,
    break_mutes: &[Kick],
};

const RIFFS: Feel =
    Feel { notes: (3, 8), sixteenths: 60, uneven: 45, tie: 15, syncopate: 35, pick_up: 15 };

const LOW: Feel =
    Feel { notes: (4, 9), sixteenths: 70, uneven: 40, tie: 10, syncopate: 30, pick_up: 20 };

const HOOK: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4],
    spans: &[(2, 4), (3, 5), (3, 7), (2, 10)],
    repeats: 140,
    thirds: 100,
    leaps: 75,
};

const PEDAL: bass::Bass = bass::Bass {
    highest: 45,
    tones: &[(6, 0), (4, 7), (2, 4), (2, 6), (1, 2), (1, 1)],
    root: 90,
    stay: 62,
    step: 14,
    lead: 25,
};

const MOVING: bass::Bass = bass::Bass {
    highest: 45,
    tones: &[(4, 0), (3, 7), (3, 4), (2, 6), (2, 2), (1, 3)],
    root: 85,
    stay: 45,
    step: 20,
    lead: 30,
};

const ROLLING: &[&str] =
    &[".897.897.897.898", "2997299729972998", ".97.897.97.89798", "39.939.939.93998"];

const EIGHTHS: &[&str] = &["1.911.911.911.93", "9191929291919293", "8.8.8.8.8.8.8283"];

const STABS: &[&str] = &["2.826.2.3.821.62", "7.26.27.28.16.31", "..72.17..62.72.3"];
