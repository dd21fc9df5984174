//! The limits of the numbers that a macro moves.

use serde_json::Value;
use toml::de::DeValue;

use crate::{
    config::{
        macros::Moved,
        problem::nearest,
        section::Key,
        text::{expected, quoted},
        value::number,
    },
    sound::desk::Desk,
};

/// The limits of a number.
pub(super) enum Limits<'a> {
    /// Of a value of radio.toml.
    Value { range: [f64; 2], is_whole: bool },
    /// Of a fader, such as `bass.filter`.
    Fader(&'a str),
}

impl<'a> Limits<'a> {
    /// The limits of `key`; `keys` can be set by hand.
    ///
    /// # Errors
    /// A sentence: a macro can't move it.
    pub fn of(key: &'a str, keys: &[Key]) -> Result<Self, String> {
        if let Some(fader) = Moved::fader(key)
            && Desk::default().value_mut(fader).is_some()
        {
            return Ok(Self::Fader(fader));
        }
        let range =
            |schema: &Value| Some([schema["minimum"].as_f64()?, schema["maximum"].as_f64()?]);
        let found = keys.iter().find(|(known, _)| known == key);
        match found.map(|(_, schema)| (schema["type"] == "integer", range(schema))) {
            Some((is_whole, Some(range))) => Ok(Self::Value { range, is_whole }),
            Some((_, None)) => Err(format!("expected keys of numbers, found {}", quoted(key))),
            None => {
                let near = nearest(key, keys.iter().map(|(key, _)| key.as_str()));
                let near = near.map(|near| format!(", did you mean {near:?}?"));
                let known = "keys such as energy, bass.gain_db or desk.bass.filter";
                let near = near.unwrap_or_default();
                Err(format!("expected {known}, found {}{near}", quoted(key)))
            }
        }
    }

    /// Whether it must be whole.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Value { is_whole: true, .. })
    }

    /// The number in `found`.
    ///
    /// # Errors
    /// A sentence: it is not a number, or out of range.
    pub fn read(&self, found: &DeValue) -> Result<f64, String> {
        let number = number(found);
        match self {
            Self::Value { range: [low, high], is_whole } => {
                let kind = if *is_whole { "whole numbers" } else { "numbers" };
                let is_within = |number: &f64| {
                    (*low..=*high).contains(number) && (!is_whole || number.fract() == 0.0)
                };
                let what = format!("{kind} from {low} to {high}");
                number.filter(is_within).ok_or_else(|| expected(&what, found))
            }
            Self::Fader(key) => {
                let number = number.ok_or_else(|| expected("numbers", found))?;
                let mut desk = Desk::default();
                if let Some(value) = desk.value_mut(key) {
                    *value = number;
                }
                desk.checked().map(|_| number).map_err(|error| error.to_string())
            }
        }
    }
}
