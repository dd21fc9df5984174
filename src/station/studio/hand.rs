//! All that is changed by hand on a station.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    compose::steering::Steering,
    sound::desk::Desk,
    station::studio::{kept_desk, moves::Move},
};

/// All that is changed by hand on a station: values of radio.toml by key, steering, and desk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hand {
    /// Values in place of radio.toml's, by key.
    pub overlay: BTreeMap<String, Value>,
    /// What the composer is steered to.
    pub steering: Steering,
    /// The mixing desk.
    pub desk: Desk,
}

impl Hand {
    /// Returns the changes by hand after the move `what`, which applies from bar `bar` on. Undo and redo
    /// are handled by
    /// [`crate::station::studio::steps::Steps`].
    pub fn after(&self, what: &Move, bar: u64) -> Self {
        let mut hand = self.clone();
        match what {
            Move::Set { key, value } => {
                // Items of a list that is set as a whole.
                let item = format!("{key}.");
                hand.overlay.retain(|known, _| !known.starts_with(&item));
                hand.overlay.insert(key.clone(), value.clone());
            }
            Move::Reset { key: Some(key) } => {
                hand.overlay.remove(key);
            }
            Move::Reset { key: None } => hand.overlay.clear(),
            Move::KeepDesk { values, kept } => {
                hand.overlay.extend(values.clone());
                hand.desk = kept_desk::rest(&hand.desk, kept);
            }
            Move::Beat { place } => hand.steering.beat = place.clone().starting_at(bar),
            Move::Line { place } => hand.steering.line = place.clone().starting_at(bar),
            Move::Hold { on } => hand.steering.hold = *on,
            Move::Desk { part, fader } => hand.desk.parts[*part as usize] = *fader,
            Move::Order { .. }
            | Move::Jingle { .. }
            | Move::Title { .. }
            | Move::Undo
            | Move::Redo => {}
        }
        hand
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compose::steering::BeatPlace, music::bar::Part, sound::desk::Fader};

    #[test]
    fn each_move_changes_its_own_part_of_the_hand() {
        let set = |key: &str, value: u32| Move::Set { key: key.to_owned(), value: value.into() };
        let points = vec![[0.0; 2], [1.0; 2]];
        let place = BeatPlace::Path { points, bars: 4, repeats: true, from_bar: 0 };
        let fader = Fader { mute: true, ..Fader::NEUTRAL };
        let moves = [
            set("pad.2", 1),
            set("tempo", 130),
            set("pad", 2),
            Move::Beat { place: place.clone() },
            Move::Hold { on: true },
            Move::Desk { part: Part::Lead, fader },
            Move::Reset { key: Some("tempo".to_owned()) },
        ];
        let hand = moves.iter().fold(Hand::default(), |hand, what| hand.after(what, 9));

        assert_eq!(hand.overlay.keys().collect::<Vec<_>>(), ["pad"]);
        assert_eq!(hand.steering.beat, place.starting_at(9));
        assert!(hand.steering.hold && hand.desk.parts[2].mute && !hand.desk.parts[1].mute);
        let json = serde_json::to_string(&hand).unwrap();
        assert_eq!(serde_json::from_str::<Hand>(&json).unwrap(), hand);
    }
}
