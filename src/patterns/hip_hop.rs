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
    bass: BASS,
    tunes: &[
        (5, tune(LOOPS, Riff(3), Tonic)),
        (4, tune(LOOPS, Riff(4), Chord)),
        (3, tune(LOOPS, Walk, Voicing)),
        (3, tune(CHOPS, Stab, Voicing)),
        (3, tune(BELLS, Arpeggio, Chord)),
        (2, tune(BELLS, Riff(3), Tonic)),
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

const BASS: BassBook = BassBook {
    lines: &[
        // Long and low, with the kick.
        (4, "r-------..r-----"),
        (4, "r-----r-........r-----r---..R-.."),
        (3, "r--------------.r-------..r-R---"),
        (3, "r-----r-------R-"),
        (3, "r--r----..r-R---"),
        (3, "r---....r-..f-..r---....R-..o-d-"),
        // Plucked, between the kicks.
        (4, "r-.r..R...r-.rR."),
        (4, "r-.r...fR.r..s.d"),
        (4, "r..R..r-..f.R.s."),
        (3, "rR..f-s-..r.R-t-"),
        (3, "r-R-..t-f-..R.d."),
        (3, "r.rR..s.r..R.fR."),
        (2, "r-.r-.f-..r-.s.oR-.r-.f-..t-w-n-"),
    ],
    turnarounds: &["r-d-", "..f-s-n-", "o-f-", "r.rn", "f.sn", "o---s-n-"],
    turnaround_chance: 0.4,
    swap_chance: 0.06,
};

const LOOPS: &[&str] = &[
    "x-.x-.x-....x-..",
    "x--x--x-----o-..",
    "..x-x-..x-..o-..",
    "x-----x-..x-....",
    "x..x....x.o.x...",
    "x-x-....x-x-o-....x-x-....x-x---",
    "x---x-x-....x---x---x-o-........",
    "x-....x-x-..x-..x-....x-o-......",
];

const CHOPS: &[&str] = &[
    "x--.....x--.....",
    "x--...x-....o-..",
    "..x-....x-..x-..",
    "x..x......x-....",
    "x-----..x-..x-..x-----......o-..",
];

const BELLS: &[&str] = &[
    "x.x.x.x.x.x.x.x.",
    "x..x..x..x..x...",
    "x.x.x...x.x.o...",
    "x.xx..x.x.xo..x.",
    "x...x...x...o...",
];
