//! Techno: four on the floor, offbeat open hats, a nearly static chord, riffs of few notes.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, Minor, Phrygian},
    },
    patterns::{
        bassline::BassBook,
        book::Book,
        contour::Contour::{Arpeggio, Pedal, Riff, Stab},
        fill, form,
        groove::DrumBook,
        harmony::chords,
        tune::{
            Root::{Chord, Tonic, Voicing},
            tune,
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
    bass: BASS,
    tunes: &[
        // Stabs on the offbeats and syncopated.
        (6, tune(STABS, Stab, Voicing)),
        // Sequencer arpeggios; three or five notes against four shift over the bar.
        (3, tune(SEQUENCES, Arpeggio, Chord)),
        (5, tune(RIFFS, Riff(2), Tonic)),
        (5, tune(RIFFS, Riff(3), Tonic)),
        (2, tune(SEQUENCES, Riff(3), Tonic)),
        (1, tune(SEQUENCES, Pedal, Tonic)),
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

const BASS: BassBook = BassBook {
    lines: &[
        // Rolling: the sixteenths between the kicks.
        (5, ".rrr.rrr.rrr.rrr"),
        (3, ".Rrr.Rrr.Rrr.Rro"),
        (5, "..r...r...r...r."),
        (3, "..rR..rR..rR..rR"),
        // Root pedal.
        (3, "r.r.r.r.r.r.r.r."),
        (1, "rrrrrrrrrrrrrrrr"),
        (3, "r...r...r...r.R."),
        // Acid: sixteenths with octave jumps and rests.
        (4, "rr.or.rR.orr.soR"),
        (4, "r.ro.rR.or.rs.oR"),
        (3, "r-orR.rs.-orr.do"),
        (2, "rroRr.fRr.oRsrdR"),
        // Three against four.
        (3, "r..r..r..r..r.R."),
        (3, "r..r..r..r..r..r..r..r..r..r.RR."),
        (2, "r-----..r--.--R.r-----..d--.s-.."),
    ],
    turnarounds: &["r.o.", "s.d.", "r.rsrodn", "RRRR", "f.sn", "....r.dn"],
    turnaround_chance: 0.4,
    swap_chance: 0.05,
};

const STABS: &[&str] = &[
    "..x...o...x...o.",
    "..x.....x.....x.",
    "x..x..x...o.....",
    "...x..x....x..o.",
    "x.....x...o..x..",
    "......x..x......",
    "..x..x..x...o...",
    "x..x......x..x..",
    "...x......x...........x...x..o..",
    "..x-....o-....x-",
];

const RIFFS: &[&str] = &[
    "x..x..x.x..x..o.",
    "x.x..x.o...x.x..",
    "..x.x.....x.o..x",
    "x..o..x.....x.o.",
    "x-x-o.x-..x-o-..",
    "xx..x.o....xo...",
    "..xx......xxo...",
    "x...o.x...o.x.x.",
    "x--x--x--x--o-x-",
    "x.....x..x......x.....x..x..o.x.",
];

const SEQUENCES: &[&str] = &[
    "x.x.x.x.x.x.x.x.",
    "x.xox.xox.xox.xo",
    "x-.x-.x-.x-.x-o-",
    "x..x..x..x..x.x.",
    ".xx..xx..xx..xo.",
    "..x...x...x...xo",
    "x.x.o.x.x.o.x.o.",
];
