//! Detects moves of one drag: dragging a control sends a move every tenth of a second.

use crate::{
    compose::steering::BeatPlace,
    music::bar::Part,
    sound::desk::{Desk, Fader},
    station::studio::moves::Move,
};

/// A drag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grip {
    by: String,
    control: Control,
}

/// A control that can be dragged.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Control {
    /// The value of this key, which is a number.
    Value(String),
    /// The macro of this name.
    Macro(String),
    /// The puck on the pad.
    Puck,
    /// These sliders of a part's strip, in the order of [`sliders`].
    Strip(Part, [bool; N_SLIDERS]),
}

/// The sliders of a strip.
const N_SLIDERS: usize = 5;

impl Grip {
    /// The control that `by` drags with the move `what` on `desk`; none if it can't be dragged.
    pub fn of(by: &str, what: &Move, desk: &Desk) -> Option<Self> {
        let control = match what {
            Move::Set { key, value } if value.is_number() => Control::Value(key.clone()),
            Move::Macro { name, .. } => Control::Macro(name.clone()),
            Move::Beat { place: BeatPlace::At { .. } } => Control::Puck,
            Move::Desk { part, fader } => {
                let before = &desk.parts[*part as usize];
                let is_button = (before.mute, before.solo) != (fader.mute, fader.solo);
                let (from, to) = (sliders(before), sliders(fader));
                let moved = std::array::from_fn(|n| from[n].total_cmp(&to[n]).is_ne());
                Some(Control::Strip(*part, moved)).filter(|_| !is_button)?
            }
            _ => return None,
        };
        Some(Self { by: by.to_owned(), control })
    }
}

fn sliders(fader: &Fader) -> [f64; N_SLIDERS] {
    [fader.level_db, fader.filter, fader.reverb, fader.echo, fader.chorus]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::compose::steering::Order;

    fn set(key: &str, value: serde_json::Value) -> Move {
        Move::Set { key: key.to_owned(), value }
    }

    fn grip(what: Move) -> Option<Grip> {
        let mut desk = Desk::NEUTRAL;
        desk.parts[Part::Lead as usize].level_db = -3.0;
        Grip::of("ann", &what, &desk)
    }

    #[test]
    fn sliders_numbers_and_the_puck_are_dragged() {
        let level = |level_db| Fader { level_db, ..Fader::NEUTRAL };
        let desk = |part, fader| grip(Move::Desk { part, fader });
        let beat = |x| grip(Move::Beat { place: BeatPlace::At { x, y: 0.5 } });

        assert_eq!(grip(set("tempo", json!(120))), grip(set("tempo", json!(121.5))));
        assert_ne!(grip(set("tempo", json!(120))), grip(set("swing", json!(0.5))));
        assert_eq!(beat(0.1), beat(0.2));
        assert_eq!(desk(Part::Lead, level(-6.0)), desk(Part::Lead, level(-9.0)));
        assert_ne!(desk(Part::Lead, level(-6.0)), desk(Part::Bass, level(-6.0)));
        let filter = Fader { filter: 0.5, ..level(-3.0) };
        assert_ne!(desk(Part::Lead, level(-6.0)), desk(Part::Lead, filter));
        let by_another = Grip::of("bob", &set("tempo", json!(1)), &Desk::NEUTRAL);
        assert_ne!(grip(set("tempo", json!(1))), by_another);
    }

    #[test]
    fn buttons_words_and_orders_are_not() {
        let mute = Fader { level_db: -3.0, mute: true, ..Fader::NEUTRAL };
        assert_eq!(grip(Move::Desk { part: Part::Lead, fader: mute }), None);
        let solo = Fader { level_db: -6.0, solo: true, ..Fader::NEUTRAL };
        assert_eq!(grip(Move::Desk { part: Part::Lead, fader: solo }), None);
        assert_eq!(grip(set("pad.1", json!("house:12"))), None);
        assert_eq!(grip(set("likes", json!(true))), None);
        assert_eq!(grip(Move::Beat { place: BeatPlace::Walk }), None);
        assert_eq!(grip(Move::Order { order: Order::Fill }), None);
    }
}
