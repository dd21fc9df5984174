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
        bassline::BassBook,
        book::Book,
        contour::Contour::{Arpeggio, Riff, Sevenths, Stab, Walk},
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
    bass: BASS,
    tunes: &[
        (5, tune(PADS, Stab, Voicing)),
        (4, tune(PADS, Walk, Voicing)),
        (4, tune(CALLS, Riff(4), Tonic)),
        (3, tune(CALLS, Sevenths, Chord)),
        (3, tune(STABS, Stab, Voicing)),
        (2, tune(RIPPLES, Arpeggio, Chord)),
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

const BASS: BassBook = BassBook {
    lines: &[
        (6, "r---------------"),
        (5, "r-----------..R-"),
        (5, "r---------r-----"),
        (4, "r-----r---------"),
        (3, "r-----..r-----f-"),
        (3, "r--r--r---------"),
        (3, "r-------r-----o-"),
        (4, "r---------------f---------------"),
        (4, "r---------------..........s---d-"),
        (3, "r--------------.r-------s---d---"),
        (3, "..r-------......r-......s-----.."),
        // Rollers.
        (2, "r-o-..r---..s---"),
        (2, "r.r...r-..r.s.d."),
        (2, "r-.r-.R-r-.r-.f-"),
    ],
    turnarounds: &["f-------", "d---", "s---n---", "r-o-s-f-", "........", "n---"],
    turnaround_chance: 0.35,
    swap_chance: 0.05,
};

const PADS: &[&str] = &[
    "x---------------",
    "x-------x-------",
    "x-----------x---x---------------",
    "....x-----------..x-------------",
    "x-------------o-x-------x-------",
    "x-----------x---x---------..o---",
];

const CALLS: &[&str] = &[
    "x-x---......x---....x-x-o-......",
    "......x--x--x---x-------........",
    "x---..x---......x-....x-x-------",
    "....x-x-x-----..x-------........",
    "x--x--x---------..x--x--o-......",
];

const STABS: &[&str] = &[
    "x..x......x.....",
    "..x.......x..o..",
    "x.........o.....",
    "...x..x.........",
    "x-....x-........x-......o-......",
];

const RIPPLES: &[&str] =
    &["x-x-x-x-x-x-x-x-", "x.x.x...x.x.o...", "x--x--x--x--x---", "x.xx.x..x.xo...."];
