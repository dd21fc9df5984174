//! The log of a training run as panels: loss, KL, and accuracy of each part.

use serde::Deserialize;

use crate::lab::picture::{
    curve::{Curve, Panel, Stroke},
    palette::{self, Colour, Voice},
};

/// A line of a run's log: means over the examples of a step or of a held-out set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    /// Number of steps taken.
    pub step: u64,
    /// The examples: `train`, or the name of a held-out set.
    pub set: String,
    /// Nats per example.
    pub loss: f64,
    /// Bits per example.
    pub kl_bits: f64,
    /// Share of correct tokens of each part.
    pub accuracy: Vec<f64>,
}

/// Parses a log of one JSON object per line. Invalid lines, such as one truncated by a crash, are
/// skipped.
pub fn read(log: &str) -> Vec<Record> {
    log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The panels of `records` for a model with these parts.
pub fn panels(records: &[Record], parts: &[&str]) -> Vec<Panel> {
    let mut sets: Vec<&str> = Vec::new();
    for record in records {
        if !sets.contains(&record.set.as_str()) {
            sets.push(&record.set);
        }
    }
    let panel = |title: &str, curves: Vec<Curve>| Panel { title: title.to_owned(), curves };
    let by_set = |value: fn(&Record) -> f64| -> Vec<Curve> {
        let value = |record: &Record| Some(value(record));
        sets.iter().map(|set| curve(records, set, set_colour(set), set, &value)).collect()
    };
    let accuracy = parts.iter().enumerate().flat_map(|(part, name)| {
        let value = move |record: &Record| record.accuracy.get(part).copied();
        let colour = Voice::of(name).colour();
        sets.iter().map(move |set| {
            let label = if parts.len() == 1 { (*set).to_owned() } else { format!("{name}, {set}") };
            curve(records, set, colour, &label, &value)
        })
    });
    vec![
        panel("loss, nats per example", by_set(|record| record.loss)),
        panel("KL, bits per example", by_set(|record| record.kl_bits)),
        panel("accuracy, share of tokens", accuracy.collect()),
    ]
}

fn curve(
    records: &[Record],
    set: &str,
    colour: Colour,
    name: &str,
    value: &dyn Fn(&Record) -> Option<f64>,
) -> Curve {
    let of_set = records.iter().filter(|record| record.set == set);
    let points = of_set.filter_map(|record| Some((record.step as f64, value(record)?)));
    Curve { name: name.to_owned(), colour, stroke: stroke(set), points: points.collect() }
}

/// Thin for noisy training values, dashed for hand-written patterns, strong for real songs, which
/// matter most.
fn stroke(set: &str) -> Stroke {
    match set {
        "train" => Stroke::Thin,
        "themed" => Stroke::Dashed,
        _ => Stroke::Strong,
    }
}

fn set_colour(set: &str) -> Colour {
    if set == "train" { palette::QUIET } else { palette::TEXT }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"step":50,"set":"train","loss":9.0,"kl_bits":40.0,"accuracy":[0.5,0.6]}
{"step":100,"set":"real","loss":8.0,"kl_bits":41.0,"accuracy":[0.4,0.5]}
{"step":100,"set":"train","loss":7.0,"kl_bits":42.0,"accuracy":[0.7,0.8]}
{"step":150,"set":"tra"#;

    #[test]
    fn a_truncated_line_is_skipped() {
        assert_eq!(read(LOG).len(), 3);
        assert_eq!(read(""), []);
    }

    #[test]
    fn each_set_and_part_has_a_curve() {
        let panels = panels(&read(LOG), &["melody", "drums"]);

        let names: Vec<Vec<&str>> = panels
            .iter()
            .map(|panel| panel.curves.iter().map(|curve| curve.name.as_str()).collect())
            .collect();
        assert_eq!(names[0], ["train", "real"]);
        assert_eq!(names[2], ["melody, train", "melody, real", "drums, train", "drums, real"]);
        assert_eq!(panels[0].curves[0].points, [(50.0, 9.0), (100.0, 7.0)]);
        assert_eq!(panels[2].curves[3].points, [(100.0, 0.5)]);
    }
}
