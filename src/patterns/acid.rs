//! Acid: a restless bass line of sixteenths with octave jumps and held notes as accents, over four
//! on the floor and offbeat open hats; hardly any chords.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, Crash, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, HarmonicMinor, Minor, Phrygian},
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
    tempo_bpm: (124, 138),
    forms: form::USUAL,
    loops: &[
        (7, chords(Minor, "1")),
        (5, chords(Phrygian, "1")),
        (3, chords(Dorian, "1")),
        (1, chords(HarmonicMinor, "1")),
        (3, chords(Minor, "11111117")),
        (2, chords(Phrygian, "11111112")),
        (2, chords(Minor, "1117")),
        (2, chords(Minor, "1116")),
        (2, chords(Phrygian, "12")),
        (1, chords(Dorian, "1114")),
    ],
    drums: DRUMS,
    bass: BASS,
    tunes: &[
        // Answers of a second sequencer.
        (5, tune(ANSWERS, Riff(2), Tonic)),
        (4, tune(ANSWERS, Riff(3), Tonic)),
        (3, tune(SEQUENCES, Pedal, Tonic)),
        (2, tune(SEQUENCES, Arpeggio, Chord)),
        (5, tune(STABS, Stab, Voicing)),
    ],
};

const DRUMS: DrumBook = DrumBook {
    skeletons: &[
        (8, &[(Kick, "x...x...x...x..1"), (Snare, "....x.......x..1")]),
        (5, &[(Kick, "x...x...x...x.1.")]),
        (4, &[(Kick, "x...x...x...x.2."), (Snare, "....x.......x..4")]),
        (3, &[(Kick, "x...x...x...x..."), (Snare, "....x.......x.x.")]),
        (3, &[(Kick, "x...x...x...x..3"), (Snare, "....x..2.2..x...")]),
        (2, &[(Kick, "x...x...x...x..."), (Snare, "...x..x...x.x...")]),
        (2, &[(Kick, "x...x...x...x..."), (Snare, "............x..3")]),
        (
            3,
            &[
                (Kick, "x...x...x...x...x...x...x..3x.3."),
                (Snare, "....x.......x.......x.......x.xx"),
            ],
        ),
    ],
    tops: &[
        (8, &[(Open, "..x...x...x...x."), (Hat, "1..1...2...1...2")]),
        (7, &[(Open, "..x...x...x...x."), (Hat, "xx.8xx.8xx.8xx.8")]),
        (5, &[(Open, "..x...x...x...x."), (Hat, "5..35..35..35..3")]),
        (4, &[(Open, "..x...x...x...x."), (Hat, "x..1x..2x..1x..2")]),
        (3, &[(Open, "..x...x...x...x."), (Ride, "4...4...4...4...")]),
        (3, &[(Hat, "x.xxx.xxx.xxx.xx"), (Open, "..7...7...7...7.")]),
        (2, &[(Hat, "xxxxxxxxxxxxxxxx"), (Open, "......4.......4.")]),
        (2, &[(Ride, "..x...x...x...x."), (Hat, "7.757.757.757.75")]),
    ],
    colours: &[
        (7, &[]),
        (4, &[(LowTom, "...3..3...3..3..")]),
        (
            3,
            &[
                (HighTom, "......3.......3."),
                (MidTom, ".......3.......3"),
                (LowTom, "........3......."),
            ],
        ),
        (3, &[(Snare, "...2..3.2.3..2.3")]),
        (2, &[(Snare, "2.2.2.2.2.2.2.2.")]),
        (2, &[(MidTom, "..5..4....5..4..")]),
        (2, &[(Hat, "...2...3...2...3")]),
        (1, &[(Crash, "x...............................")]),
    ],
    fills: &[
        (5, fill::SNARE_ROLL),
        (3, fill::BUILD),
        (4, fill::HAT_OPENS),
        (3, fill::KICK_OUT),
        (3, fill::SNARE_PICKUP),
        (2, fill::TOM_RUN),
        (1, fill::TOM_PICKUP),
    ],
    fill_chances: (0.2, 0.8),
    crash_chance: 0.35,
    break_chance: 0.12,
    break_mutes: &[Kick],
};

const BASS: BassBook = BassBook {
    lines: &[
        (5, "rr-orr.rRo-rr.so"),
        (5, "r.rorR.or-ro.rsR"),
        (4, "r-r.or-rr.o-rRd."),
        (4, "rrorrrorrrorrsor"),
        (4, "r.o.rr-o.rRor.s."),
        (4, "ro-rR.ro-.rrd-ro"),
        (4, "r-.rr-o.rR.f-.so"),
        (3, "rrr-o.rrf-.rs-ro"),
        (3, "r.Ror.wo-rR.orw-"),
        (3, "o-rro-rro-rRs-ro"),
        (3, "rr.rr.or.rr.oRs-"),
        (3, "r-rRo-.rw-rRd-.o"),
        (3, "rRrRrotRrRrRrodR"),
        // Three against four.
        (3, "r..or..or..or.so"),
        (2, "r--rr--rr--rr-o-"),
        // Two bars: the second answers the first.
        (4, "rr-orr.rRo-rr.sorr-orr.rt-ws-r.o"),
        (3, "r.rR.or-.rRo.r-.r.rR.or-.sRd.rof"),
        (3, "r-.ro-.rrR.rs-d-r-.ro-.rf-t-w-.o"),
    ],
    turnarounds: &["so.o", "d.ro", "RoRo", "s-w-ro-o", "tws.", "rrrr", "ds-orowo"],
    turnaround_chance: 0.45,
    swap_chance: 0.1,
};

const ANSWERS: &[&str] = &[
    "..xx..x...xo..x.",
    "x..x..x.....xo..",
    "....x.xx....x.o-",
    "x.xx..o.x.xx....",
    "........x.x-xxo.",
    "..x-..xx..x-..o.",
    "x-.x-.x-....o-x-..........x-.xo-",
    "x.............x.x.......x.xxo.x-",
];

const SEQUENCES: &[&str] = &[
    "x.x.x.x.x.x.x.x.",
    "x.xxx.xxx.xxx.xo",
    "..x...x...x...x.",
    "x..x..x..x..x.o.",
    "xx.xx.xx.xx.xx..",
];

const STABS: &[&str] = &[
    "..x.....o.x.....",
    "x.....x.........",
    "......x-......o-",
    "x--...........x.",
    "...x..x.........",
    "x---------------..........x-....",
];
