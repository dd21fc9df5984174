//! Lo-fi: unhurried boom bap, seventh chords, a bass of chord tones, sparse melody.

use crate::{
    music::{
        drums::Drum::{ClosedHat as Hat, HighTom, Kick, LowTom, OpenHat as Open, Ride, Snare},
        scale::Mode::{Dorian, Major, Minor, Mixolydian},
    },
    patterns::{
        bassline::BassBook,
        book::Book,
        contour::Contour::{Riff, Sevenths, Stab, Walk},
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
    tempo_bpm: (68, 88),
    forms: form::USUAL,
    loops: &[
        (5, chords(Major, "2511")),
        (4, chords(Major, "2516")),
        (3, chords(Major, "4321")),
        (3, chords(Major, "4362")),
        (3, chords(Major, "3625")),
        (3, chords(Major, "41")),
        (2, chords(Major, "14")),
        (2, chords(Major, "1625")),
        (3, chords(Minor, "1467")),
        (2, chords(Minor, "6451")),
        (2, chords(Minor, "41")),
        (3, chords(Dorian, "14")),
        (2, chords(Dorian, "12")),
        (1, chords(Mixolydian, "17")),
    ],
    drums: DRUMS,
    bass: BASS,
    tunes: &[
        (5, tune(KEYS, Stab, Voicing)),
        (3, tune(KEYS, Sevenths, Chord)),
        (5, tune(LINES, Sevenths, Chord)),
        (4, tune(LINES, Walk, Voicing)),
        (3, tune(LINES, Riff(4), Tonic)),
        (2, tune(LINES, Walk, Tonic)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (6, &[(Kick, "x.....4...x..2.1"), (Snare, "....x..1....x..1")]),
        (5, &[(Kick, "x......x..x..2.."), (Snare, "....x....1..x..2")]),
        (4, &[(Kick, "x..3......x..2.."), (Snare, "....x.......x..2")]),
        (4, &[(Kick, "x..2......x....3"), (Snare, "....x..1.1..x...")]),
        (3, &[(Kick, "x......x.....3.."), (Snare, "....x..2....x..1")]),
        (2, &[(Kick, "x.........x..x.."), (Snare, "....x....2..x...")]),
        (
            4,
            &[
                (Kick, "x......x..x.....x.........x..x.."),
                (Snare, "....x.......x.......x.......x.3."),
            ],
        ),
        (
            3,
            &[
                (Kick, "x..x......x...3.x.......x.x....."),
                (Snare, "....x..2....x.......x.......x..2"),
            ],
        ),
        // Half-time.
        (3, &[(Kick, "x.....x...4..3.."), (Snare, "........x....2.1")]),
    ],
    tops: &[
        (6, &[(Hat, "x.x.x.x1x.x.x.x2"), (Open, "......1.......1.")]),
        (5, &[(Hat, "x.x.x.x2x.x.x.x3"), (Open, "..............3.")]),
        (4, &[(Hat, "x.x3x.x.x.x3x.x.")]),
        (4, &[(Hat, "x.2.x.2.x.2.x.3.")]),
        (3, &[(Hat, "1.x.2.x.1.x.2.x3")]),
        (3, &[(Hat, "x.x.x..xx.x.x..x"), (Open, "......2.........")]),
        (3, &[(Hat, "7.x.7.x.7.x.7.x.")]),
        (3, &[(Ride, "x...x...x...x..."), (Hat, "....x.......x...")]),
        (2, &[(Ride, "x.x.x.x.x.x.x.x."), (Hat, "....6..1....6..1")]),
        (2, &[(Hat, "3.x.3.x.3.x.3.x."), (Open, "......3.......2.")]),
    ],
    colours: &[
        (4, &[]),
        (4, &[(Snare, "...1..1..2.....1")]),
        (3, &[(Kick, "...1..2.....1..2")]),
        (3, &[(Hat, ".1.1.1.2.1.1.1.2")]),
        (2, &[(Open, "......2.......3.")]),
        (2, &[(LowTom, "..........3...2.")]),
        (2, &[(Ride, "3.......2.......")]),
        (2, &[(HighTom, "...2......2....."), (LowTom, "......2......2..")]),
    ],
    fills: &[
        (5, fill::KICK_OUT),
        (4, fill::HAT_OPENS),
        (3, fill::DRIFT),
        (3, fill::SNARE_PICKUP),
        (2, fill::KICK_DOUBLES),
    ],
    fill_chances: (0.2, 0.7),
    crash_chance: 0.08,
    break_chance: 0.15,
    break_mutes: &[Kick],
};

const BASS: BassBook = BassBook {
    lines: &[
        (5, "r---------r---l-"),
        (5, "r-----f---d-----"),
        (4, "r-------d---l---"),
        (4, "r------r..t-f---"),
        (4, "r-----..R-s-f---"),
        (3, "r---t---s-------"),
        (3, "r---------l-d-n-"),
        (3, "r-..r-..d---l-n-"),
        (3, "r-------..s-o---"),
        (3, "r-----------d---r-------t---n---"),
        (3, "r------.r---f---r---..s-t---w-n-"),
        (2, "r---f---s---t---"),
    ],
    turnarounds: &["n---", "s-f-", "t-w-n---", "f---n---", "o---s---"],
    turnaround_chance: 0.35,
    swap_chance: 0.08,
};

const KEYS: &[&str] = &[
    "x-----......x---",
    "x-------..x-----",
    "......x-----x---",
    "x-------o-......",
    "..x-------......",
    "x---....x-----..",
    "x-----------x-----x-------......",
];

const LINES: &[&str] = &[
    "x-x---..........x-x-----........",
    "....x-x-x-------..........o-x---",
    "x---..x-x-------..x-....o-......",
    "..x-x-x---......x-------........",
    "x--x--x-----....x--x----........",
    "......x-x-o-x-------x---........",
    "x-..x-..x---....x-----..o-......",
];
