//! Books of themes without an arrangement of their own, by shape.

use crate::{
    compose::books::book::{Book, Leads, scenes},
    patterns::style::Style,
};

/// Builds, drops and breaks.
pub static CLUB: Book = Book {
    style: Style::House,
    head: scenes! {
        Intro 0: "KH1 C", "KSHO1 BC";
        Main 0: "D2 BC", "D2 BCL", "D2 BCL", "D2 BC";
    },
    cycles: &[
        scenes! {
            Break 1: "H1 BC", "H1 BCL";
            Build 1: "H1 BC r", "KH2 BC rp";
            Drop 0: "D3 BCL", "D3 BCL", "D3 BC", "D3 BCL";
            Main 1: "D2 BL", "D2 BCL", "D2 BCL", "D2 BC";
        },
        scenes! {
            Break 2: "KH1 BC", "H1 BC", "H1 CL";
            Build 2: "H1 CL r", "KH2 BC rp";
            Drop 2: "D3 BCL", "D3 BCL", "D3 BL", "D3 BCL";
            Main 0: "D2 BC", "D2 BCL", "D2 BCL", "D2 BC";
        },
    ],
    tail: scenes! { Outro 0: "KSHO2 BC", "KHO1 BC", "KH1 C"; },
    leads: Leads::Full,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[],
    lift_db: 4.0,
    openings: None,
};

/// Verse, chorus and bridge.
pub static SONG: Book = Book {
    style: Style::Punk,
    head: scenes! {
        Intro 0: "KSH BC";
        Main 0: "D1 BC", "D1 BCL", "D1 BCL q", "D1 BC";
        Drop 1: "D2 BCL", "D2 BCL", "D2 BCL q", "D2 BCL";
    },
    cycles: &[
        scenes! {
            Main 0: "D1 BC", "D1 BCL", "D1 BCL q", "D1 BC";
            Drop 1: "D2 BCL", "D2 BCL", "D2 BCL q", "D2 BCL";
            Break 2: "RH BC", "RH BCL";
        },
        scenes! {
            Build 2: "KT BC r";
            Drop 1: "D2 BCL", "D2 BCL", "D2 BCL q", "D2 BCL";
            Main 2: "D1 BC", "D1 BCL s";
        },
    ],
    tail: scenes! {
        Drop 1: "D2 BCL", "D2 BCL";
        Outro 0: "D1 BC", "KSH BC";
    },
    leads: Leads::Drummed,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[],
    lift_db: 2.0,
    openings: None,
};

/// Long waves without drops.
pub static FLOW: Book = Book {
    style: Style::Ambient,
    head: scenes! {
        Intro 0: "KH C", "D BC";
        Main 0: "D1 BC", "D1 BCL", "D1 BCL", "D1 BC";
    },
    cycles: &[
        scenes! {
            Main 1: "D1 BCL", "D1 BCL", "D1 CL", "D1 BCL";
            Break 0: "D BC", "RH BC", "RH BCL";
        },
        scenes! {
            Main 2: "D1 BCL", "D1 BC", "D1 BCL", "D1 BCL";
            Main 0: "D1 BC", "D1 BCL", "D1 BCL", "D1 BC";
            Break 1: "RH BC", "RH CL";
        },
    ],
    tail: scenes! {
        Main 0: "D1 BCL", "D1 BC";
        Outro 0: "D BC", "KH BC", "KH C";
    },
    leads: Leads::Drummed,
    has_crashes: false,
    has_crossfades: false,
    mutes: &[],
    lift_db: 2.0,
    openings: None,
};
