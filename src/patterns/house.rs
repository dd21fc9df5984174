//! House: four on the floor, claps on two and four, offbeat open hats, chord loops, a driving bass.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, Major, Minor, Mixolydian},
    },
    patterns::{
        bassline::BassBook,
        book::Book,
        contour::Contour::{Arpeggio, Riff, Stab, Walk},
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
    bass: BASS,
    tunes: &[
        (6, tune(CHORD_TOPS, Stab, Voicing)),
        (3, tune(CHORD_TOPS, Walk, Voicing)),
        (4, tune(PLUCKS, Arpeggio, Chord)),
        (4, tune(PLUCKS, Riff(3), Tonic)),
        (2, tune(PLUCKS, Riff(4), Chord)),
        (2, tune(VOCALS, Walk, Tonic)),
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

const BASS: BassBook = BassBook {
    lines: &[
        (4, "..r...r...r...r."),
        (4, "..r-..r-..r-..rO"),
        // Disco octaves.
        (3, "r.o.r.o.r.o.r.o."),
        (3, "r.oor.oor.oor.oO"),
        // Anticipated.
        (4, "r..r..R...r..r.."),
        (4, "r--r--r-..r-R-o-"),
        (4, "r..rR.r.o.r.R.s."),
        (3, "r-.r..o.R.r-..o."),
        (3, "rR..r.R.f.r.R.s."),
        (3, ".rR..r.o.r...roR"),
        (2, "r..o..r..o..r.o.r..o..r..f..s.o."),
        // Walking.
        (2, "r.r.t.t.f.f.s.f."),
        (2, "r-r-w-t-f-s-f-n-"),
        (2, "r--.--r-..R-f---r--.--o-..R-d-n-"),
    ],
    turnarounds: &["f.sn", "r.o.", "..f.s.n.", "o.fRt.wn", "s.n.", "r.rn"],
    turnaround_chance: 0.5,
    swap_chance: 0.08,
};

const CHORD_TOPS: &[&str] = &[
    "..x...x...x...x.",
    "..x-..x-..x-..o-",
    "x..x..x...x..x..",
    "x..x..o...x.o...",
    "..x..x....x..x..",
    "x--.--x--.--o-x.",
    "...x..x....x..x.",
    "x..x...x..x...o.",
    ".x..x..x.x..o...",
    "x.....x..x......x.....x..x..x.o.",
];

const PLUCKS: &[&str] = &[
    "x..x..x.x..x..x.",
    "x.x..x.x..x.o.x.",
    "x-.x-.x-..x-o-..",
    "..x.xo..x.x.o..x",
    "x.ox..x.xo.x..x.",
    "x.x.x.x.x.x.o.x.",
    "x..x..x..x..x..x..x..x..x..xx.o.",
];

const VOCALS: &[&str] = &[
    "x-x-x---..x-x-..........x-o-x---",
    "....x-x-x--x----....x-o-x---....",
    "x--x--x-----o-x-x--x--x-........",
    "..x-x-x-..x-x---..x-x-o-x-------",
];
