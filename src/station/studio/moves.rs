//! Moves: changes by hand to a station on air.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    compose::steering::{BeatPlace, LinePlace, Order},
    music::bar::Part,
    sound::desk::{Desk, Fader},
};

/// A change by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Move {
    /// Sets a value of the theme or of the station in place of radio.toml's.
    Set {
        /// `tempo`, `energy`, `pad.2`, `anchors`, `lead.max_notes`, `bass.gain_db`.
        key: String,
        /// As in radio.toml.
        value: Value,
    },
    /// Drops a value that was set, or all of them.
    Reset {
        /// The key; all without it.
        #[serde(default)]
        key: Option<String>,
    },
    /// Places the beat on the pad.
    Beat {
        /// The place.
        place: BeatPlace,
    },
    /// Places bass and lead in latent space.
    Line {
        /// The place.
        place: LinePlace,
    },
    /// Adds an anchor, and moves bass and lead along a path to it.
    Tune {
        /// All anchors, as in radio.toml.
        anchors: Vec<String>,
        /// The path to the new one.
        place: LinePlace,
    },
    /// Moves a macro of the theme.
    Macro {
        /// Its name.
        name: String,
        /// Where to, 0 to 1.
        value: f64,
        /// The numbers that follow, by the keys of values and faders; the studio adds them.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        numbers: BTreeMap<String, Value>,
    },
    /// Holds the section, or releases it.
    Hold {
        /// Whether it holds.
        on: bool,
    },
    /// Orders the form.
    Order {
        /// The order.
        order: Order,
    },
    /// Sets a part's fader.
    Desk {
        /// The part.
        part: Part,
        /// Its fader.
        fader: Fader,
    },
    /// Plays the next recording of an insert list at its next edge.
    Jingle {
        /// The name of the list.
        list: String,
    },
    /// Shows a title instead of the pieces', or resets it.
    Title {
        /// The title, 1 to 100 characters on one line.
        #[serde(default)]
        text: Option<String>,
    },
    /// Turns levels and sends of the desk into values.
    KeepDesk {
        /// The values by key.
        values: BTreeMap<String, Value>,
        /// The part of the desk in them.
        kept: Box<Desk>,
    },
    /// Undoes the last move.
    Undo,
    /// Redoes the move that was undone last.
    Redo,
}

/// When a move is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The number on air of the first bar in which the move is heard; `None`: at once.
    pub bar: Option<u64>,
}
