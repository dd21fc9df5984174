//! Books of bands: punk, free jazz.

use crate::{
    compose::books::book::{Book, Leads, scenes},
    patterns::style::Style,
};

/// Verse and chorus with stops and gang hits, a half-time bridge, a last chorus in double time.
pub static PUNK: Book = Book {
    style: Style::Punk,
    head: scenes! {
        Intro 0: "D BC";
        Main 0: "D BC", "D BCL", "D BCL", "D BC s";
        Drop 1: "D BCL", "D BCL", "D BCL", "D BCL g";
    },
    cycles: &[
        scenes! {
            Main 0: "D BC", "D BCL", "D BCL", "D BC s";
            Drop 1: "D BCL", "D BCL d", "D BCL", "D BCL g";
            Break 2: "D BC h", "D BC h";
        },
        scenes! {
            Build 2: "KT BC r", "KT BC r";
            Drop 1: "D BCL", "D BCL d", "D BCL", "D BCL g";
            Main 2: "D BC", "D BCL s";
        },
    ],
    tail: scenes! {
        Drop 1: "D BCL d", "D BCL g";
        Outro 0: "D BC", "KSH BC";
    },
    leads: Leads::Drummed,
    has_crashes: true,
    has_crossfades: false,
    mutes: &[],
    lift_db: 2.0,
    openings: None,
};

/// The head, solos of each player, fours traded with the drums, the head again.
pub static FREE_JAZZ: Book = Book {
    style: Style::FreeJazz,
    head: scenes! {
        Intro 0: "D BC";
        Main 0: "D BCL", "D BCL q", "D BCL", "D BCL s";
    },
    cycles: &[
        scenes! {
            Main 1: "D BCL", "D BCL", "D BL", "D BCL", "D BCL q";
            Main 2: "D BC", "D BC", "D BC", "D BC";
            Break 1: "RH BC", "RH B", "RH BC";
        },
        scenes! {
            Main 0: "D BCL o", "D BCL", "D BCL o", "D BCL";
            Main 2: "D BCL", "D BL", "D BCL q", "D BC";
            Break 0: "RH BC h", "RKH BC h";
        },
    ],
    tail: scenes! {
        Main 0: "D BCL", "D BCL q", "D BCL";
        Outro 0: "D BC", "KRH BC";
    },
    leads: Leads::Drummed,
    has_crashes: false,
    has_crossfades: false,
    mutes: &[],
    lift_db: 2.0,
    openings: None,
};
