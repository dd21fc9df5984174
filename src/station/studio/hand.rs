//! All changes by hand on a station.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    compose::steering::Steering,
    config::Moved,
    sound::desk::Desk,
    station::studio::{kept_desk, moves::Move},
};

/// All changes by hand on a station: values of radio.toml by key, macros, steering, and desk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hand {
    /// Values in place of radio.toml's, by key.
    pub overlay: BTreeMap<String, Value>,
    /// Positions of the theme's macros, by name. The values they set are in the overlay and the desk.
    pub macro_values: BTreeMap<String, f64>,
    /// The composer's steering.
    pub steering: Steering,
    /// The mixing desk.
    pub desk: Desk,
}

impl Hand {
    /// Returns the changes by hand after the move `what`, which applies from bar `bar` on. Undo and redo are
    /// handled by [`crate::station::studio::steps::Steps`].
    pub fn after(&self, what: &Move, bar: u64) -> Self {
        let mut hand = self.clone();
        match what {
            Move::Set { key, value } => set(&mut hand.overlay, key, value.clone()),
            Move::Reset { key: Some(key) } => {
                hand.overlay.remove(key);
            }
            Move::Reset { key: None } => hand.forget_values(),
            Move::Macro { name, value, numbers } => {
                hand.macro_values.insert(name.clone(), *value);
                for (key, number) in numbers {
                    hand.set_number(key, number);
                }
            }
            Move::KeepDesk { values, kept } => {
                hand.overlay.extend(values.clone());
                hand.desk = kept_desk::rest(&hand.desk, kept);
            }
            Move::Beat { place } => hand.steering.beat = place.clone().starting_at(bar),
            Move::Line { place } => hand.steering.line = place.clone().starting_at(bar),
            Move::Tune { anchors, place } => {
                set(&mut hand.overlay, "anchors", anchors.clone().into());
                hand.steering.line = place.clone().starting_at(bar);
            }
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

    /// Drops the values in place of radio.toml's, and the macros' positions.
    pub fn forget_values(&mut self) {
        self.overlay.clear();
        self.macro_values.clear();
    }

    /// Sets a value, or a fader of the desk.
    fn set_number(&mut self, key: &str, number: &Value) {
        let fader = Moved::fader(key).and_then(|fader| self.desk.value_mut(fader));
        match fader.zip(number.as_f64()) {
            Some((fader, number)) => *fader = number,
            None => {
                self.overlay.insert(key.to_owned(), number.clone());
            }
        }
    }
}

/// Sets a value of `overlay`; a list that is set as a whole replaces its items.
fn set(overlay: &mut BTreeMap<String, Value>, key: &str, value: Value) {
    let item = format!("{key}.");
    overlay.retain(|known, _| !known.starts_with(&item));
    overlay.insert(key.to_owned(), value);
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
