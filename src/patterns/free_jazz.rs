//! Free jazz: a swinging ride, a comping snare, a bass that walks or breaks off, melodies with wide
//! leaps, and hardly a repeated bar.
//!
//! A beat is four steps; the swung eighth falls on the fourth, as close as sixteenths allow.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, HarmonicMinor, Major, Minor, Mixolydian, Phrygian},
    },
    patterns::{
        bassline::BassBook,
        book::Book,
        contour::Contour::{Leap, Sevenths, Walk},
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
    tempo_bpm: (120, 200),
    forms: form::FREE,
    loops: &[
        (6, chords(Dorian, "1")),
        (4, chords(Dorian, "12")),
        (3, chords(Dorian, "1217")),
        (3, chords(Mixolydian, "17")),
        (3, chords(Phrygian, "12")),
        (2, chords(Phrygian, "1")),
        (3, chords(Major, "36251625")),
        (3, chords(Major, "25142536")),
        (2, chords(Major, "2511")),
        (2, chords(Minor, "14736251")),
        (2, chords(Minor, "2517")),
        (2, chords(HarmonicMinor, "2511")),
        (1, chords(HarmonicMinor, "16254125")),
    ],
    drums: DRUMS,
    bass: BASS,
    tunes: &[
        (6, tune(HEADS, Leap, Tonic)),
        (3, tune(BURSTS, Leap, Chord)),
        (2, tune(BURSTS, Walk, Tonic)),
        (3, tune(HEADS, Sevenths, Chord)),
        (2, tune(HEADS, Walk, Tonic)),
        (3, tune(CRIES, Leap, Voicing)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        // A feathered kick, a comping snare.
        (5, &[(Kick, "5...5...5...5..1"), (Snare, "...2..3...2..3.1")]),
        (5, &[(Kick, "x.......3..2...."), (Snare, "..3..4..2..3..4.")]),
        (4, &[(Kick, "...3....x.....2."), (Snare, "x..2..3...x..2..")]),
        (3, &[(Kick, "......x....3...."), (Snare, "..x..3....x..3.x")]),
        (3, &[(Kick, "x..x......x..3.."), (Snare, ".....3.x..3..x.3")]),
        (2, &[(Kick, "2..2..2..2..2..2"), (Snare, "x...3..x..2.x...")]),
        (
            4,
            &[
                (Kick, "x.........2..x......3..x......2."),
                (Snare, "....3..x..2.....3..2..x...3..4.."),
            ],
        ),
        (
            4,
            &[
                (Kick, "...x......3.....x.....2....x...."),
                (Snare, "x.....3..4..x..2...3.x....x..3.x"),
            ],
        ),
        (
            3,
            &[
                (Kick, "x......3...x............3..x..x."),
                (Snare, "..2.x..x.....3.x4..x..3.....4..."),
            ],
        ),
    ],
    tops: &[
        (7, &[(Ride, "x...x..xx...x..x"), (Hat, "....x.......x...")]),
        (5, &[(Ride, "x...x..5x...x..5"), (Hat, "....x.......x...")]),
        (4, &[(Ride, "x...x..xx..xx..x"), (Hat, "....x.......x...")]),
        (3, &[(Ride, "x..xx...x..xx..."), (Hat, "....x.......x...")]),
        (3, &[(Ride, "x.3.x.3xx.3.x.3x"), (Hat, "....8.......8...")]),
        (3, &[(Hat, "x...x..xx...x..x"), (Open, "....3.......3...")]),
        (2, &[(Ride, "6..5..6.6..5..6."), (Open, "......2.......2.")]),
        (2, &[(Ride, "8585858585858585")]),
        (
            3,
            &[
                (Ride, "x...x..xx..x...xx..xx..x..x.x..x"),
                (Hat, "....x.......x.......x.......x..."),
            ],
        ),
    ],
    colours: &[
        (4, &[]),
        (4, &[(HighTom, "...2..3......2.."), (MidTom, ".......2.....3..")]),
        (3, &[(LowTom, "..2.....2..3...2")]),
        (3, &[(Crash, "2..........1....")]),
        (3, &[(Kick, "..2....2...2...2")]),
        (3, &[(Snare, "1.1.1121.1.12.12")]),
        (
            2,
            &[
                (HighTom, "..................3x...3x......."),
                (LowTom, ".....................3.....x4..."),
            ],
        ),
        (2, &[(Open, "..2......2....2.")]),
    ],
    fills: &[
        (4, fill::ROUND_THE_KIT),
        (3, fill::TOM_RUN),
        (4, fill::SNARE_PICKUP),
        (3, fill::SWELL),
        (3, fill::DRIFT),
        (2, fill::REGGAE_ROLL),
        (2, fill::TOM_PICKUP),
    ],
    fill_chances: (0.4, 0.7),
    crash_chance: 0.4,
    break_chance: 0.2,
    break_mutes: &[Kick],
};

const BASS: BassBook = BassBook {
    lines: &[
        // Walking, over two bars.
        (4, "r---w---t---f---s---f---t---n---"),
        (4, "r---t---f---s---o---s---f---n---"),
        (4, "r---d---l---d---r---t---f---n---"),
        (4, "r---l---d---r---t---w---d---n---"),
        (4, "r---f---t---w---l---d---r---n---"),
        (3, "f---t---w---r---d---l---d---n---"),
        (3, "r---w---t--wr---f--ts---f---n---"),
        (3, "r--rt---f--sn---o---s--fs---n---"),
        (3, "t---r---d---l---r---w---t---n---"),
        (3, "r---l---f---t---w--wt---d--rn---"),
        // Broken.
        (3, "r---------..s--t..f-----....w-n-"),
        (3, "..r--t-.f-..s-----o-..f-t-....n-"),
        (3, "r-----f-....s-n-....r-t-----f-n-"),
        (2, "r.......f--s..t-o--------.f-..n-"),
        // Double time.
        (2, "r-t-f-s-o-s-f-t-w---f---s-f-t-n-"),
    ],
    turnarounds: &["f---n---", "t-w-n---", "s-f-t-n-", "n---", "o--sf--n", "........"],
    turnaround_chance: 0.35,
    swap_chance: 0.25,
};

const HEADS: &[&str] = &[
    "x-x---..x-xx----....x-x-x---....",
    "..x-xxx-....x---..x-x---..o-....",
    "x--x-x----x-..x-......x-x-x-----",
    "....x-xxx-x-....x-------..x-x---",
    "x-..xx-x....x-x-x-x---....x--x--",
    "..xx-x--x-......x-xxx-x-x-------",
    "x-----..xxxx-...........x-x-x---",
    "x-.x-.xx-...x-o-..x--x.x-x--....",
];

const BURSTS: &[&str] = &[
    "xxxx.xxx....x---xx-x-xxx-.......",
    "x.xxx.xx..xxxx-.....xxxxx-x-....",
    "..xxxxxxx-....xxx-x-x-......xxxx",
    "x-xxx-xx.xx-..xxx-....xxxxx-x---",
    "....xxxxx-x-xx..xx-x-x..xxxx----",
];

const CRIES: &[&str] = &[
    "x-----------....x-------x-------",
    "....x-------x---....x-----------",
    "x-x-------------..x---------o-..",
    "..x-------......x---x-----------",
    "x---------x-----......x-----o---",
];
