//! Ambient: long roots and fifths, slow melodies of few pitches, drums like a distant pulse.

use crate::{
    music::{
        drums::Drum::{
            ClosedHat as Hat, HighTom, Kick, LowTom, MidTom, OpenHat as Open, Ride, Snare,
        },
        scale::Mode::{Dorian, Major, Minor, Mixolydian},
    },
    patterns::{
        book::Book,
        fill, form,
        groove::DrumBook,
        harmony::chords,
        part::part,
        phrase::{FREE, RIFF, SONG, VAMP},
        rhythm::{Feel, Rhythm::Split},
        voice::{
            Voice::{Arpeggio, Bass, Sung},
            bass, sing,
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
    tunes: &[
        // Slow arches.
        (6, part(Split(&SLOW), (80, 100), SONG, 25, Sung(&ARCH))),
        (3, part(Split(&SLOW), (80, 100), FREE, 25, Sung(&ARCH))),
        (3, part(Split(&DROPS), (30, 90), RIFF, 30, Sung(&ARCH))),
        (3, part(Split(&RIPPLES), (70, 100), VAMP, 5, Arpeggio)),
    ],
    basses: &[
        (6, part(Split(&LONG), (85, 100), VAMP, 5, Bass(&ROOTS))),
        (3, part(Split(&SWELLS), (60, 100), VAMP, 10, Bass(&ROOTS))),
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

const SLOW: Feel =
    Feel { notes: (1, 4), sixteenths: 35, uneven: 35, tie: 30, syncopate: 20, pick_up: 20 };

const DROPS: Feel =
    Feel { notes: (2, 4), sixteenths: 35, uneven: 40, tie: 30, syncopate: 30, pick_up: 15 };

const RIPPLES: Feel =
    Feel { notes: (4, 8), sixteenths: 20, uneven: 25, tie: 10, syncopate: 15, pick_up: 10 };

const LONG: Feel =
    Feel { notes: (1, 3), sixteenths: 50, uneven: 45, tie: 25, syncopate: 20, pick_up: 25 };

const SWELLS: Feel =
    Feel { notes: (2, 3), sixteenths: 40, uneven: 40, tie: 12, syncopate: 20, pick_up: 25 };

const ARCH: sing::Sung = sing::Sung {
    anchors: &[0, 2, 4],
    spans: &[(2, 5), (4, 7), (2, 9), (1, 11)],
    repeats: 55,
    thirds: 100,
    leaps: 100,
};

const ROOTS: bass::Bass = bass::Bass {
    highest: 45,
    tones: &[(4, 0), (4, 4), (2, 7), (2, 2), (1, 6)],
    root: 90,
    stay: 12,
    step: 30,
    lead: 45,
};
