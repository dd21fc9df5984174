//! Books of club styles: techno, house, acid.

use crate::{
    compose::books::book::{Book, Leads, scenes},
    patterns::style::Style,
};

/// Adds a layer every eight bars; breaks keep bass and chords.
pub static TECHNO: Book = Book {
    style: Style::Techno,
    head: scenes! {
        Intro 0: "KH B", "KH1 B", "KHO1 BC", "KSHO2 BC";
        Main 0: "D2 BCL", "D2 BCL", "D3 BCL", "D3 BC";
    },
    cycles: &[
        scenes! {
            Break 1: "H1 BC", "H2 BCL";
            Build 1: "H2 BC rp", "KH2 BC rp";
            Drop 0: "D3 BCL", "D3 BCL", "D2 BL", "D3 BCL";
            Main 1: "D2 BL", "D2 BCL", "D2 BCL", "D2 BC";
        },
        scenes! {
            Break 2: "KH1 BC", "H1 BC", "H1 CL";
            Build 2: "H1 CL r", "KH2 BC rp";
            Drop 2: "D3 BCL", "D3 BCL", "D3 BC", "D3 BCL";
            Main 0: "D2 BCL", "D1 BC", "D2 BCL", "D3 BC";
        },
    ],
    tail: scenes! { Outro 0: "KSHO2 BC", "KHO1 BC", "KH1 B"; },
    leads: Leads::Full,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[],
    lift_db: 8.0,
    openings: None,
};

/// Builds in eight-bar units; the chords hardly ever rest.
pub static HOUSE: Book = Book {
    style: Style::House,
    head: scenes! {
        Intro 0: "KH1 C", "KHO1 C", "KSHO2 BC";
        Main 0: "D2 BC", "D2 BCL", "D3 BCL q", "D3 BC";
    },
    cycles: &[
        scenes! {
            Break 1: "H1 BC", "H1 CL";
            Build 1: "KH1 CL r", "KH2 BC rp";
            Drop 0: "D3 BCL", "D3 BCL q", "D3 BC", "D3 BCL q";
            Main 1: "D2 BCL", "D2 BCL q", "D2 BCL", "D2 BC";
        },
        scenes! {
            Break 2: "KH1 BC", "H1 BC", "H1 BCL";
            Build 2: "KH2 BC r", "KH2 BC rp";
            Drop 2: "D3 BCL q", "D3 BCL", "D3 BL", "D3 BCL q";
            Main 0: "D2 BC", "D2 BCL", "D2 BCL q", "D2 BC";
        },
    ],
    tail: scenes! { Outro 0: "KSHO2 BC", "KHO1 BC", "KH1 C"; },
    leads: Leads::Full,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[],
    lift_db: 5.0,
    openings: None,
};

/// The acid bass never rests: drums, stabs and a second line come and go around it, and its filter
/// opens over whole sections.
pub static ACID: Book = Book {
    style: Style::Acid,
    head: scenes! {
        Intro 0: "KH B", "KHO1 B", "KSHO1 B";
        Main 0: "D2 BC", "D2 BCL", "D3 BCL", "D3 BC";
    },
    cycles: &[
        scenes! {
            Break 1: "H1 BC", "H1 BC";
            Build 1: "H2 BC r", "KH2 BC r";
            Drop 0: "D3 BL", "D3 BCL", "D3 BCL", "D3 BC";
            Main 1: "D2 B", "D2 BL", "D2 BCL", "D2 BC";
        },
        scenes! {
            Break 2: "KH1 B", "H1 BC", "H1 BC";
            Build 2: "H1 BC r", "KH2 BC r";
            Drop 2: "D3 BCL", "D3 BCL", "D3 BL", "D3 BL";
            Main 0: "D2 B", "D2 BC", "D3 BCL", "D3 BC";
        },
    ],
    tail: scenes! { Outro 0: "KSHO1 B", "KHO1 B", "KH B"; },
    leads: Leads::Full,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[],
    lift_db: 5.0,
    openings: Some([[0.2, 0.6], [0.25, 1.0], [0.85, 1.0], [0.35, 0.9], [0.9, 0.4], [0.8, 0.25]]),
};
