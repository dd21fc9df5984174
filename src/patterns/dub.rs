//! Dub: reggae's one drop, rockers and steppers, the skank between the beats, a bass with long
//! rests.
//!
//! The skank is counted on the second eighth of each beat, so the drop is on two and four, or on
//! three where a tune is counted at half that tempo.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, HarmonicMinor, Major, Minor, Mixolydian},
    },
    patterns::{
        bassline::BassBook,
        book::Book,
        contour::Contour::{Riff, Stab, Walk},
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
    tempo_bpm: (66, 80),
    forms: form::USUAL,
    loops: &[
        (4, chords(Minor, "1")),
        (4, chords(Minor, "14")),
        (4, chords(Minor, "17")),
        (3, chords(Minor, "1414")),
        (3, chords(Minor, "1717")),
        (2, chords(Minor, "1145")),
        (2, chords(Minor, "1676")),
        (3, chords(Dorian, "12")),
        (2, chords(Dorian, "1212")),
        (1, chords(HarmonicMinor, "1451")),
        (1, chords(HarmonicMinor, "1415")),
        (2, chords(Major, "14")),
        (2, chords(Major, "1245")),
        (1, chords(Major, "1545")),
        (1, chords(Mixolydian, "17")),
    ],
    drums: DRUMS,
    bass: BASS,
    tunes: &[
        (7, tune(SKANKS, Stab, Voicing)),
        (4, tune(BUBBLES, Stab, Voicing)),
        (5, tune(MELODICA, Walk, Tonic)),
        (3, tune(MELODICA, Riff(4), Tonic)),
        (2, tune(HORNS, Riff(3), Chord)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        // One drop: kick and rim together, nothing on beat one.
        (7, &[(Kick, "....x.......x..."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "....x.......x..."), (Snare, "....x..2....x.2.")]),
        (4, &[(Kick, "........x......."), (Snare, "........x....2..")]),
        (3, &[(Kick, "....x.......x..3"), (Snare, "...3x..3....x..3")]),
        // Rockers: a kick on beat one as well.
        (3, &[(Kick, "x.......x......."), (Snare, "....x.......x...")]),
        (3, &[(Kick, "x.....2.x.....3."), (Snare, "....x..2....x...")]),
        (2, &[(Kick, "x.....x...x....."), (Snare, "........x......2")]),
        // Steppers: a kick on every beat, or twice a beat.
        (3, &[(Kick, "x...x...x...x..."), (Snare, "....x.......x...")]),
        (2, &[(Kick, "x.x.x.x.x.x.x.x."), (Snare, "....x.......x...")]),
        (2, &[(Kick, "x...x...x...x..."), (Snare, "...x..x....x..x.")]),
        // Two bars: a rim roll answers.
        (
            2,
            &[
                (Kick, "....x.......x.......x.......x..."),
                (Snare, "....x.......x.......x..x..x.x..."),
            ],
        ),
    ],
    tops: &[
        (6, &[(Hat, "x.x.x.x.x.x.x.x.")]),
        (5, &[(Hat, "x.x3x.x4x.x3x.x4"), (Open, "......2.......3.")]),
        (4, &[(Hat, "1.x.1.x.1.x.2.x.")]),
        (4, &[(Hat, "x..xx..xx..xx.2x")]),
        (3, &[(Hat, "x.xxx.xxx.xxx.xx"), (Open, "..............4.")]),
        (3, &[(Hat, "x...x...x...x..."), (Open, "..x...x...x...x.")]),
        (2, &[(Hat, "x3x5x3x5x3x5x3x5")]),
        (2, &[(Ride, "x.x.x.x.x.x.x.x.")]),
        (2, &[(Hat, "..x4..x4..x4..x4"), (Ride, "5.......5.......")]),
    ],
    colours: &[
        (6, &[]),
        (3, &[(Hat, ".1.2.1.2.1.2.1.3")]),
        (2, &[(Open, "......2...2...3.")]),
        (4, &[(HighTom, "...3..3........."), (MidTom, "..........3..3..")]),
        (3, &[(LowTom, "......3.......4.")]),
        (3, &[(Snare, "..2....3..2....3")]),
        (2, &[(HighTom, "......5..5......"), (LowTom, "..............5.")]),
        (2, &[(HighTom, "...............5x..x..5.........")]),
    ],
    fills: &[
        (4, fill::DROP),
        (4, fill::REGGAE_ROLL),
        (3, fill::SNARE_PICKUP),
        (3, fill::TOM_PICKUP),
        (2, fill::TOM_RUN),
        (3, fill::KICK_OUT),
        (2, fill::HAT_OPENS),
    ],
    fill_chances: (0.25, 0.8),
    crash_chance: 0.3,
    break_chance: 0.15,
    break_mutes: &[Kick, Snare],
};

const BASS: BassBook = BassBook {
    lines: &[
        // Rests on beat one, weight on the drop.
        (4, "....r--.r-.t--f."),
        (4, "....r-.r--..f-r."),
        (4, "..r-r--...F-r--."),
        (3, "....f-s-r---..R."),
        // Ostinatos from beat one.
        (4, "r--r--..f-r-....r--r--..s-f-R-.."),
        (4, "r-.r..t-.-f-..R."),
        (4, "r---r-.t..f-.-r."),
        (3, "r-..r-..f-.s.-f-r-..r-......R-.."),
        (3, "r--.f--.r--.R.d."),
        (3, "r..r..f...s.f.R."),
        (3, "....r.t.f-..s-f-....r.t.f-......"),
        (2, "r-----....r-t-f-r-----........R."),
        // Steppers: eighths.
        (2, "r.r.r.t.f.f.s.f."),
        (2, "r.r.f.r.r.r.s.d."),
    ],
    turnarounds: &["f-.r", "....r.dn", "r-t-f-n-", "........", "s-f-", "..f.s.n."],
    turnaround_chance: 0.35,
    swap_chance: 0.06,
};

const SKANKS: &[&str] = &[
    "..x...x...x...x.",
    "..x...x...x...x.",
    "..xo..xo..xo..xo",
    "....x.......x...",
    "..x...x...o...xx",
    "..x-..x-..x-..o.",
    "..x.....o.x.....",
    "..x...........x...x......o......",
];

const BUBBLES: &[&str] =
    &[".xx..xx..xx..xx.", "..xx..xx..xx..xx", ".xxo.xxo.xxo.xxo", "..x.o.x...x.o.xx"];

const MELODICA: &[&str] = &[
    "x---x-x-x-----..x-x-o-x-------..",
    "..x-x-x---..x-x-x-----..........",
    "x-----x-x---....x--x--x-----....",
    "....x-x-x-o-x-------........x-x-",
    "x--x--x---o-....x--x--o-x-------",
    "x-..x-x-x---....x-..x-o-x-----..",
];

const HORNS: &[&str] = &[
    "x-x-x---....x-..x-x-x---........",
    "x--.x--.x-x-....x--.x--.o-......",
    "........x-x-x---......o-x-x-x---",
    "x.x.x-......x.x.x.x.x-..........",
];
