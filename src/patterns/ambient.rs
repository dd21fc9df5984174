//! Ambient: long roots and fifths, slow melodies of few pitches, drums like a distant pulse.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
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
    tempo_bpm: (70, 96),
    forms: form::USUAL,
    loops: &[
        (4, chords(Major, "14")),
        (3, chords(Major, "1")),
        (3, chords(Major, "1645")),
        (3, chords(Major, "4141")),
        (2, chords(Major, "1346")),
        (2, chords(Major, "6415")),
        (3, chords(Minor, "16")),
        (3, chords(Minor, "1637")),
        (2, chords(Minor, "1164")),
        (2, chords(Minor, "1")),
        (3, chords(Dorian, "14")),
        (2, chords(Dorian, "17")),
        (2, chords(Mixolydian, "17")),
        (1, chords(Mixolydian, "1471")),
    ],
    drums: DRUMS,
    bass: BASS,
    tunes: &[
        (4, tune(LONG, Stab, Voicing)),
        (4, tune(LONG, Walk, Voicing)),
        (5, tune(LONG, Riff(5), Tonic)),
        (4, tune(DROPS, Riff(4), Tonic)),
        (4, tune(DROPS, Arpeggio, Chord)),
        (4, tune(RIPPLES, Arpeggio, Chord)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (5, &[(Kick, "x...............")]),
        (4, &[(Kick, "x.........x.....")]),
        (4, &[(Kick, "x.......x.......")]),
        // A heartbeat.
        (4, &[(Kick, "x..x............")]),
        (3, &[(Kick, "x...............x.........x.....")]),
        // A distant rim shot.
        (3, &[(Kick, "x.....2........."), (Snare, "........x.......")]),
        (2, &[(Kick, "x...x...x...x...")]),
        (2, &[(LowTom, "x.....x.........")]),
        (2, &[(LowTom, "x..............."), (MidTom, "......x...3.....")]),
    ],
    tops: &[
        (5, &[(Ride, "x...5...7...5...")]),
        (4, &[(Ride, "..5...5...5...5."), (Hat, "4.......4.......")]),
        (4, &[(Hat, "..x...5...x...5.")]),
        (4, &[(Hat, "4.5.4.5.4.5.4.5.")]),
        (4, &[(Ride, "5.3.5.3.5.3.5.3.")]),
        (3, &[(Hat, "x..5..x..5..x.5.")]),
        (3, &[(Hat, "....x.......x..3")]),
        (2, &[(Ride, "x.......5......."), (Hat, ".3.4.3.4.3.4.3.4")]),
        (2, &[(Open, "......5.......4."), (Hat, "..6...3...6...3.")]),
    ],
    colours: &[
        (4, &[]),
        (4, &[(HighTom, "......3....3...."), (MidTom, ".........3....3.")]),
        (3, &[(LowTom, "..........4...3.")]),
        (3, &[(MidTom, "...4..4.........")]),
        (2, &[(Snare, "............3...")]),
        (2, &[(HighTom, "...5..5..5.....................3")]),
        (2, &[(Hat, ".1.1.1.1.1.1.1.2")]),
    ],
    fills: &[(4, fill::DRIFT), (4, fill::SWELL), (1, fill::KICK_OUT), (1, fill::HAT_OPENS)],
    fill_chances: (0.15, 0.6),
    crash_chance: 0.15,
    break_chance: 0.15,
    break_mutes: &[Kick],
};

const BASS: BassBook = BassBook {
    lines: &[
        (4, "r---------------"),
        (4, "r-------------F-"),
        (4, "r-------f-------"),
        (3, "r-----------f---r-----------o---"),
        (3, "r-------f---o---"),
        (3, "r-----f-------R-"),
        (3, "r---------------f---------------"),
        (3, "r---f---o---F---"),
        (2, "r-----..r-----R."),
        (2, "r---F---R---f-s-"),
        (1, "r.......r......."),
    ],
    turnarounds: &["f---", "n---", "o---f---", "f-------", "t---w---"],
    turnaround_chance: 0.35,
    swap_chance: 0.05,
};

const LONG: &[&str] = &[
    "x-------x-------x---------------",
    "x---------------x-------o-------",
    "x-----------x---x---------------",
    "....x-----------....x-------o---",
    "x-------o---x---x-------x-------",
    "x-----x---------x-----o---------",
    "..x-------x-------x-------o-----",
];

const DROPS: &[&str] = &[
    "x---....x-......x---....o-..x-..",
    "..x-....x-......x-....x-........",
    "x-....x-....x-....x-....x-......",
    "....x-......o-....x-....x-......",
    "x--x--x---......x--x--o---......",
];

const RIPPLES: &[&str] = &[
    "x-x-x-x-x-x-x-x-",
    "x---x---x---x---",
    "x--x--x--x--x---",
    "x-x-x---x-o-x---",
    "x-x-x-x-o-------x-x-x-x-o-------",
    "x---o---x---o-x-",
];
