//! Levels and sends of the desk as values of radio.toml.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    music::bar::Part,
    sound::desk::{Desk, Fader},
    station::studio::value::SettableValue,
};

/// The levels and sends of `desk` as values of radio.toml, and the part of the desk that they replace.
///
/// `settable` are the values in effect. What lies outside of a value's range stays on the desk, and so do
/// mutes, solos and filters, which radio.toml has no keys for.
pub fn of(desk: &Desk, settable: &[SettableValue]) -> (BTreeMap<String, Value>, Desk) {
    let (mut values, mut kept) = (BTreeMap::new(), Desk::NEUTRAL);
    let found = |key: &str| settable.iter().find(|value| value.key == key);
    for part in Part::ALL {
        let (from, to) = (&desk.parts[part as usize], &mut kept.parts[part as usize]);
        let keys: [(&str, f64, &mut f64); 4] = [
            ("gain_db", from.level_db, &mut to.level_db),
            ("reverb", from.reverb, &mut to.reverb),
            ("echo", from.echo, &mut to.echo),
            ("chorus", from.chorus, &mut to.chorus),
        ];
        for (name, added, taken) in keys.into_iter().filter(|(_, added, _)| *added != 0.0) {
            let key = format!("{}.{name}", part.name());
            let Some((value, range)) = found(&key)
                .and_then(|found| Some((found.value.as_f64().unwrap_or_default(), found.range?)))
            else {
                continue;
            };
            let sum = (1000.0 * (value + added)).round() / 1000.0;
            let sum = sum.clamp(range[0], range[1]);
            *taken = sum - value;
            values.insert(key, sum.into());
        }
    }
    (values, kept)
}

/// `desk` minus `kept`.
pub fn rest(desk: &Desk, kept: &Desk) -> Desk {
    // Steps of a fader are far larger.
    let less = |a: f64, b: f64| if (a - b).abs() < 0.001 { 0.0 } else { a - b };
    let of = |n: usize| {
        let (fader, kept) = (&desk.parts[n], &kept.parts[n]);
        Fader {
            level_db: less(fader.level_db, kept.level_db),
            reverb: less(fader.reverb, kept.reverb),
            echo: less(fader.echo, kept.echo),
            chorus: less(fader.chorus, kept.chorus),
            ..*fader
        }
    };
    Desk { parts: std::array::from_fn(of) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settable(key: &str, value: f64, range: [f64; 2]) -> SettableValue {
        SettableValue {
            key: key.to_owned(),
            title: String::new(),
            value: value.into(),
            unit: String::new(),
            range: Some(range),
            choices: Vec::new(),
            step: None,
        }
    }

    #[test]
    fn levels_and_sends_become_values_within_their_ranges() {
        let settable = [
            settable("bass.gain_db", -2.0, [-40.0, 12.0]),
            settable("bass.reverb", 0.75, [0.0, 1.0]),
        ];
        let mut desk = Desk::NEUTRAL;
        desk.parts[1] =
            Fader { level_db: -3.5, reverb: 0.5, mute: true, filter: 0.5, ..Fader::NEUTRAL };
        desk.parts[2].echo = 0.25;

        let (values, kept) = of(&desk, &settable);
        let rest = rest(&desk, &kept);

        let expected = [("bass.gain_db", -5.5), ("bass.reverb", 1.0)];
        assert_eq!(values, expected.map(|(key, value)| (key.to_owned(), value.into())).into());
        let bass = Fader { reverb: 0.25, mute: true, filter: 0.5, ..Fader::NEUTRAL };
        assert_eq!(rest.parts[1], bass);
        assert_eq!(rest.parts[2].echo, 0.25, "there is no such value");
    }
}
