//! Punk: fast straight eighths, alternating kick and snare, roots of power chords, a hammering
//! lead.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Major, Minor, Mixolydian, Phrygian},
    },
    patterns::{
        bassline::BassBook,
        book::Book,
        contour::Contour::{Pedal, Riff, Stab, Walk},
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
    tempo_bpm: (160, 208),
    forms: form::USUAL,
    loops: &[
        (4, chords(Major, "1454")),
        (4, chords(Major, "1145")),
        (4, chords(Major, "1564")),
        (3, chords(Major, "1415")),
        (2, chords(Major, "1645")),
        (3, chords(Major, "14541454")),
        (2, chords(Major, "11441155")),
        (2, chords(Major, "15641564")),
        (3, chords(Mixolydian, "1747")),
        (2, chords(Mixolydian, "17471747")),
        (2, chords(Mixolydian, "1144")),
        (3, chords(Minor, "1637")),
        (3, chords(Minor, "1767")),
        (2, chords(Minor, "1116")),
        (2, chords(Minor, "16371637")),
        (1, chords(Phrygian, "1211")),
        (1, chords(Phrygian, "11121113")),
    ],
    drums: DRUMS,
    bass: BASS,
    tunes: &[
        // The top note of the guitar in eighths.
        (5, tune(DRIVES, Stab, Voicing)),
        (4, tune(DRIVES, Pedal, Voicing)),
        (4, tune(LEADS, Walk, Voicing)),
        (4, tune(LEADS, Riff(4), Tonic)),
        (3, tune(SHOUTS, Pedal, Tonic)),
        (2, tune(SHOUTS, Walk, Chord)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (6, &[(Kick, "x.....1.x.....2."), (Snare, "....x.......x..1")]),
        (5, &[(Kick, "x.....x.x.2...1."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "x.....1.x.x...1."), (Snare, "....x.......x...")]),
        (4, &[(Kick, "x.....x.x.x...3."), (Snare, "....x.......x...")]),
        // D-beat.
        (5, &[(Kick, "x.....x...x...1."), (Snare, "....x.......x...")]),
        // Tupa-tupa: alternating kick and snare eighths.
        (5, &[(Kick, "x...x...x...x..2"), (Snare, "..x...x...x...x.")]),
        (3, &[(Kick, "x...x.x.x...x.x."), (Snare, "..x...x...x...x.")]),
        (2, &[(Kick, "x...x.2.x...x.2."), (Snare, "....x.......x...")]),
        // Half-time.
        (2, &[(Kick, "x.....x......4x."), (Snare, "........x.......")]),
        (
            3,
            &[
                (Kick, "x.....x.x.......x.....x...x.x..."),
                (Snare, "....x.......x.......x.......x.3."),
            ],
        ),
    ],
    tops: &[
        (7, &[(Hat, "x.x.x.x.x.x.x.x."), (Open, "......1.......3.")]),
        (5, &[(Open, "x.x.x.x.x.x.x.x."), (Crash, "2.......1.......")]),
        (4, &[(Ride, "x.x.x.x.x.x.x.x."), (Crash, "2.......1.......")]),
        (3, &[(Open, "x...x...x...x...")]),
        (3, &[(Crash, "x...x...x...x...")]),
        (2, &[(Ride, "x...x...x...x...")]),
        (2, &[(Hat, "x.x.x.x.x.x.x..."), (Open, "..............x.")]),
        (2, &[(Hat, "..x...x...x...x.")]),
        // A floor tom instead of a cymbal.
        (2, &[(LowTom, "x.x.x.x.x.x.x.x.")]),
        (1, &[(LowTom, "x.xxx.x.x.xxx.xx")]),
    ],
    colours: &[
        (3, &[]),
        (5, &[(Kick, "..2...2...2...3.")]),
        (3, &[(Kick, "...1..2....1..22")]),
        (3, &[(Open, "......2...1...3.")]),
        (4, &[(Snare, "...1..1..2....22")]),
        (3, &[(Crash, "x...............................")]),
        (2, &[(Kick, "..............5."), (Open, "......3.......4.")]),
        (2, &[(HighTom, "......2.......3."), (LowTom, "..........2....3")]),
        (2, &[(Crash, "x...............4..............."), (Snare, ".......2........")]),
    ],
    fills: &[
        (4, fill::HAMMER),
        (4, fill::SNARE_ROLL),
        (3, fill::SNARE_PICKUP),
        (4, fill::TOM_RUN),
        (3, fill::ROUND_THE_KIT),
        (3, fill::TOM_PICKUP),
        (2, fill::BUILD),
    ],
    fill_chances: (0.35, 0.9),
    crash_chance: 0.7,
    break_chance: 0.08,
    break_mutes: &[Kick, Snare],
};

const BASS: BassBook = BassBook {
    lines: &[
        (9, "r.r.r.r.r.r.r.r."),
        (6, "r-r-r-r-r-r-r-r-"),
        (4, "r.r.r.r.r.r.r.n."),
        (3, "r.rRr.rRr.rRr.rR"),
        (3, "r.r.r.r.f.f.r.r."),
        (3, "r.r.r.o.r.r.r.f."),
        (2, "r.r.t.t.f.f.t.t."),
        (2, "r-r-w-t-f-f-t-n-"),
        (2, "r.r.r.r.r.r.r.r.r.r.r.r.f.f.d.n."),
        (2, "r...r.r.r...r.R."),
        (2, "r---r-r-r---f-n-"),
        (1, "rrrrrrrrrrrrrrrr"),
    ],
    turnarounds: &["f.t.w.n.", "r.r.r.n.", "r.f.", "r.w.t.n.", "d.n.", "o.f.", "r......."],
    turnaround_chance: 0.6,
    swap_chance: 0.06,
};

const DRIVES: &[&str] = &[
    "x.x.x.o.x.x.x.o.",
    "x-x-x-x-x-x-x-x-",
    "x-----------x-o-",
    "x-o---x-----o-x-",
    "x-o-x-x-o-x-x-o-",
    "x---x-x-x---x-x-",
    "x-..x-x-..x-x-..",
    "x-----x-x---o-x-",
];

const LEADS: &[&str] = &[
    "x-x-x-o-x---o-x-",
    "x-x-x---x-x-o---",
    "x---x-x-x-x-x---",
    "x-x-x-x-x-x-x---x-x-x---x-------",
    "..x-x-x-x---x-o-",
    "x--x--x-x--x--x-",
    "x---o-x---x-x-o-",
];

// Calls, with gaps for the crowd's answer.
const SHOUTS: &[&str] = &[
    "x-x-x-x-x---............x-x-....",
    "x-x-x---........x-x-x---o-......",
    "x---x---x-x-x---....x-..x-x-....",
    "x-x-..x-x-..x---x-x-..x-x-......",
];
