//! A theme's macros: their positions, and the values they set.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::{
    config::{Macro, Moved},
    station::studio::{error::MoveError, hand::Hand, moves::Move},
};

/// A macro as the studio's API shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Knob {
    /// The name.
    pub name: String,
    /// Its position, 0 to 1; null if it was not moved.
    pub value: Option<f64>,
    /// What it moves.
    pub moves: Vec<KnobMove>,
}

/// What a macro moves, and how far.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KnobMove {
    /// A value's key, or a fader's: `desk.bass.filter`.
    pub key: String,
    /// With the macro at 0.
    pub from: f64,
    /// With the macro at 1.
    pub to: f64,
}

impl Knob {
    /// The macros of a theme, as set in `hand`.
    pub fn all(macros: &[Macro], hand: &Hand) -> Vec<Self> {
        let of_key = |Moved { key, ends: [from, to], .. }: &Moved| KnobMove {
            key: key.clone(),
            from: *from,
            to: *to,
        };
        let knob = |of: &Macro| Self {
            name: of.name.clone(),
            value: hand.macro_values.get(&of.name).copied(),
            moves: of.moves.iter().map(of_key).collect(),
        };
        macros.iter().map(knob).collect()
    }
}

/// The move `what` with the numbers that follow from it, if it moves one of `macros`.
///
/// # Errors
/// There is no such macro, or its position is out of range.
pub fn with_numbers(what: Move, macros: &[Macro]) -> Result<Move, MoveError> {
    let Move::Macro { name, value, numbers } = what else { return Ok(what) };
    let refused = |what: &str, expected: &str, found: String| MoveError::Value {
        what: what.to_owned(),
        expected: expected.to_owned(),
        found,
    };
    if !numbers.is_empty() {
        let expected = "none: they follow from the theme";
        return Err(refused("numbers of a macro", expected, numbers.len().to_string()));
    }
    if !(0.0..=1.0).contains(&value) {
        return Err(refused("macro", "a value from 0 to 1", value.to_string()));
    }
    let found = macros.iter().find(|known| known.name == name).ok_or_else(|| {
        let names: Vec<&str> = macros.iter().map(|known| known.name.as_str()).collect();
        let expected = match names.as_slice() {
            [] => "a macro, but the theme has none".to_owned(),
            names => format!("one of {}", names.join(", ")),
        };
        refused("macro", &expected, name.chars().take(60).collect())
    })?;
    let numbers = found.moves.iter().map(|moved| (moved.key.clone(), moved.at(value)));
    let numbers: BTreeMap<String, Value> = numbers.collect();
    Ok(Move::Macro { name, value, numbers })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lift() -> Macro {
        let ends = [("energy", [0.5, 1.0]), ("desk.bass.filter", [1.0, 0.0])];
        let moves = ends.map(|(key, ends)| Moved { key: key.to_owned(), ends, is_whole: false });
        Macro { name: "lift".to_owned(), moves: moves.into() }
    }

    fn turn(name: &str, value: f64) -> Move {
        Move::Macro { name: name.to_owned(), value, numbers: BTreeMap::new() }
    }

    #[test]
    fn a_macro_moves_its_values_and_faders_until_they_are_set_by_hand() {
        let set = |key: &str, value: Value| Move::Set { key: key.to_owned(), value };
        let moved =
            |hand: &Hand, what: Move| hand.after(&with_numbers(what, &[lift()]).unwrap(), 0);
        let mut hand = Hand::default();
        hand.desk.parts[1].mute = true;
        let hand = moved(&hand, turn("lift", 0.5));

        assert_eq!(hand.overlay, [("energy".to_owned(), json!(0.75))].into());
        let bass = &hand.desk.parts[1];
        assert_eq!((bass.filter, bass.mute, hand.macro_values["lift"]), (0.5, true, 0.5));
        let hand = moved(&hand, set("energy", json!(0.1)));
        assert_eq!((hand.overlay["energy"].clone(), hand.macro_values["lift"]), (json!(0.1), 0.5));
        let hand = moved(&hand, turn("lift", 1.0));
        assert_eq!((hand.overlay["energy"].clone(), hand.desk.parts[1].filter), (json!(1.0), 0.0));
        let hand = moved(&hand, Move::Reset { key: None });
        assert!(hand.overlay.is_empty() && hand.macro_values.is_empty());
    }

    #[test]
    fn impossible_moves_of_a_macro_are_refused() {
        let refused = |what: Move| with_numbers(what, &[lift()]).unwrap_err().to_string();

        assert_eq!(refused(turn("wash", 0.5)), "macro: expected one of lift, found wash");
        assert_eq!(refused(turn("lift", 1.5)), "macro: expected a value from 0 to 1, found 1.5");
        assert!(refused(turn("lift", f64::NAN)).ends_with("found NaN"));
        let numbers = [("tempo".to_owned(), json!(90))].into();
        let own = Move::Macro { name: "lift".to_owned(), value: 0.5, numbers };
        assert!(refused(own).contains("they follow from the theme"));
        let none = with_numbers(turn("lift", 0.5), &[]).unwrap_err();
        assert_eq!(none.to_string(), "macro: expected a macro, but the theme has none, found lift");
    }

    #[test]
    fn a_knob_shows_where_it_was_left() {
        let mut hand = Hand::default();
        assert_eq!(Knob::all(&[lift()], &hand)[0].value, None);
        hand.macro_values.insert("lift".to_owned(), 0.25);
        let shown = serde_json::to_value(Knob::all(&[lift()], &hand)).unwrap();

        assert_eq!(
            shown,
            json!([{ "name": "lift", "value": 0.25, "moves": [
                { "key": "energy", "from": 0.5, "to": 1.0 },
                { "key": "desk.bass.filter", "from": 1.0, "to": 0.0 },
            ] }])
        );
    }
}
