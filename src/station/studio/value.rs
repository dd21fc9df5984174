//! The values that can be set by hand, with their ranges.

use serde::Serialize;
use serde_json::Value;

use crate::config::Settable;

/// A key of radio.toml that can be set by hand on a station.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettableValue {
    /// `tempo`, `bass.gain_db`, `pad.2`.
    pub key: String,
    /// What it is, in a few words.
    pub title: String,
    /// The value in effect.
    pub value: Value,
    /// `bpm`, `dB`, or empty.
    pub unit: String,
    /// Lowest and highest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// The words or numbers to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Value>,
    /// A sensible step of a control: 1 for whole numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
}

impl SettableValue {
    /// The control of a key of radio.toml.
    pub fn of(settable: Settable) -> Self {
        let Settable { key, schema, value } = settable;
        let limit = |name: &str| schema[name].as_f64();
        let choices = schema["enum"].as_array().cloned().unwrap_or_default();
        let is_flag = schema["type"] == "boolean";
        let range = limit("minimum").zip(limit("maximum")).map(|(low, high)| [low, high]);
        let step = range.map(|[low, high]| match schema["type"] == "integer" {
            true => 1.0,
            false => step_of(high - low),
        });
        Self {
            title: title(&key),
            unit: unit(&key).to_owned(),
            choices: if is_flag { vec![true.into(), false.into()] } else { choices },
            range,
            step,
            key,
            value,
        }
    }
}

/// A hundredth of `width` or a little less, as 1, 2 or 5 times a power of ten.
fn step_of(width: f64) -> f64 {
    let decade = libm::pow(10.0, libm::floor(libm::log10(width / 100.0)));
    let steps = [5.0, 2.0, 1.0].map(|factor| factor * decade);
    steps.into_iter().find(|step| *step <= width / 100.0).unwrap_or(decade)
}

/// `bass.gain_db`: bass, gain.
fn title(key: &str) -> String {
    let words = key.replace(['.', '_'], " ");
    let unit = unit(key);
    let is_last = |word: &&str| [unit.to_lowercase().as_str(), "lufs", "db", "ms"].contains(word);
    let mut words: Vec<&str> = words.split(' ').collect();
    if 1 < words.len() && words.last().is_some_and(is_last) {
        words.pop();
    }
    words.join(" ")
}

fn unit(key: &str) -> &'static str {
    match key.rsplit(['_', '.']).next().unwrap_or(key) {
        "db" => "dB",
        "lufs" => "LUFS",
        "ms" => "ms",
        "hz" => "Hz",
        "seconds" => "s",
        "steps" => "steps",
        "minutes" => "min",
        "tempo" | "spread" => "bpm",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(key: &str, schema: Value) -> SettableValue {
        SettableValue::of(Settable { key: key.to_owned(), schema, value: Value::Null })
    }

    #[test]
    fn a_control_has_title_unit_range_and_step() {
        let limits = |kind: &str, low: f64, high: f64| json!({ "type": kind, "minimum": low, "maximum": high });
        let gain = of("bass.gain_db", limits("number", -40.0, 12.0));
        let show = |value: &SettableValue| (value.title.clone(), value.unit.clone());

        assert_eq!(show(&gain), ("bass gain".to_owned(), "dB".to_owned()));
        assert_eq!((gain.range, gain.step), (Some([-40.0, 12.0]), Some(0.5)));
        let tempo = of("tempo", limits("number", 30.0, 300.0));
        assert_eq!((show(&tempo), tempo.step), (("tempo".to_owned(), "bpm".to_owned()), Some(2.0)));
        assert_eq!(of("lead.max_notes", limits("integer", 1.0, 16.0)).step, Some(1.0));
        assert_eq!(of("swing", limits("number", 0.0, 1.0)).step, Some(0.01));
        let shape = of("shape", json!({ "type": "string", "enum": ["club", "song"] }));
        assert_eq!((shape.range, shape.choices), (None, vec![json!("club"), json!("song")]));
    }
}
