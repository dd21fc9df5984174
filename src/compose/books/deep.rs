//! Books around drums and bass: dub, hip-hop, drum and bass.

use crate::{
    compose::books::book::{Book, Leads, Mute, scenes},
    patterns::style::Style,
};

/// A mix of one rhythm: parts are muted and come back.
pub static DUB: Book = Book {
    style: Style::Dub,
    head: scenes! {
        Intro 0: "D BC";
        Main 0: "D1 BC", "D1 BCL q", "D1 BCL m", "D1 BC m";
    },
    cycles: &[
        scenes! {
            Break 1: "D1 B", "RHT BC m";
            Main 0: "D1 BC h", "D1 BCL q", "D2 BCL m", "D2 BC m";
        },
        scenes! {
            Break 2: "D B m", "RH BL";
            Drop 1: "D2 BCL", "D2 BCL m", "D2 BCL";
            Main 1: "D1 BCL m", "D1 BC m";
        },
    ],
    tail: scenes! { Outro 0: "D1 BC m", "D B"; },
    leads: Leads::Drummed,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[Mute::Chords, Mute::Lead, Mute::Beat, Mute::Bass],
    lift_db: 2.0,
    openings: None,
};

/// Verse and hook over a loop; the beat drops out for a bar before the hook.
pub static HIP_HOP: Book = Book {
    style: Style::HipHop,
    head: scenes! {
        Intro 0: "D BC";
        Main 0: "D1 BC", "D1 BCL q", "D1 BC", "D1 BCL x";
    },
    cycles: &[
        scenes! {
            Drop 1: "D2 BCL", "D2 BCL x";
            Main 0: "D1 BC", "D1 BCL q", "D1 BC m", "D1 BCL x";
        },
        scenes! {
            Drop 1: "D2 BCL q", "D2 BCL";
            Break 2: "H1 BC", "KH1 BC h";
            Main 2: "D1 BC", "D1 BCL q", "D1 BCL x";
        },
    ],
    tail: scenes! {
        Drop 1: "D2 BCL q", "D2 BCL";
        Outro 0: "D1 BC", "D BC";
    },
    leads: Leads::Soft,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[Mute::Chords, Mute::Beat],
    lift_db: 3.0,
    openings: None,
};

/// A short intro, long drops, breaks with one half-time phrase.
pub static DRUM_AND_BASS: Book = Book {
    style: Style::DrumAndBass,
    head: scenes! {
        Intro 0: "KSH1 C", "D2 C", "D2 CL";
        Build 0: "KH1 C r", "KH2 BC rp";
        Drop 0: "D3 BC", "D3 BCL", "D2 BCL", "D2 BCL q", "D3 BL", "D3 BCL", "D3 BC";
    },
    cycles: &[
        scenes! {
            Break 1: "H1 BC", "KSH1 BC h", "D1 BCL";
            Build 1: "KH1 BC r", "KH2 BC rp";
            Drop 1: "D3 BCL", "D3 BCL q", "D3 BCL", "D2 BL", "D2 BL", "D3 BCL";
            Main 2: "D2 BC", "D2 BCL", "D2 BCL q", "D2 BC";
        },
        scenes! {
            Break 2: "RH BC", "KSH1 BC h", "D2 BCL";
            Build 2: "KH1 BC r", "KH2 BC rp";
            Drop 0: "D3 BCL", "D3 BCL", "D3 BL", "D3 BL", "D2 BCL q", "D2 BC";
        },
    ],
    tail: scenes! { Outro 0: "D2 BC", "D1 C", "KSH1 C"; },
    leads: Leads::Full,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[],
    lift_db: 4.0,
    openings: None,
};
