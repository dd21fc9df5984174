//! Books without drops: ambient, lo-fi.

use crate::{
    compose::books::book::{Book, Leads, Mute, scenes},
    patterns::style::Style,
};

/// Parts fade in and out one after the other.
pub static AMBIENT: Book = Book {
    style: Style::Ambient,
    head: scenes! {
        Intro 0: "BC";
        Main 0: "D BC", "D BCL", "D BCL", "D BC";
    },
    cycles: &[
        scenes! {
            Main 1: "D BCL", "D BCL", "D BCL", "D BC";
            Break 0: "BC", "BCL", "CL";
        },
        scenes! {
            Main 2: "D BCL", "D BCL", "D BC", "D BC";
            Break 1: "BC", "CL", "BCL";
            Main 0: "D BCL", "D CL", "D BCL";
        },
    ],
    tail: scenes! {
        Main 0: "D BCL", "D BC";
        Outro 0: "BC", "BC";
    },
    leads: Leads::Soft,
    has_crashes: false,
    has_crossfades: true,
    mutes: &[],
    lift_db: 5.0,
    openings: None,
};

/// A loop with small mutes; the keys play throughout.
pub static LO_FI: Book = Book {
    style: Style::LoFi,
    head: scenes! {
        Intro 0: "KSH1 BC";
        Main 0: "D1 BC", "D1 BCL", "D1 BCL q", "D2 BC m";
    },
    cycles: &[
        scenes! {
            Main 1: "D2 BCL", "D2 BCL m", "D1 BCL q", "D1 BCL";
            Break 0: "H1 BC", "H BCL";
        },
        scenes! {
            Main 2: "D1 BCL q", "D1 BC m", "D2 BCL m";
            Break 1: "KH1 BC", "H BC";
            Main 0: "D1 BCL", "D2 BC m";
        },
    ],
    tail: scenes! { Outro 0: "KSH1 BC", "KSH1 BC"; },
    leads: Leads::Drummed,
    has_crashes: false,
    has_crossfades: false,
    mutes: &[Mute::Chords, Mute::Beat, Mute::Lead],
    lift_db: 3.0,
    openings: None,
};
