//! A table of figures and goals, as text and as JSON.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::lab::cmd::critique::goal::{Goal, Unit};

/// Width of the columns of names and values, in characters.
const NAME: usize = 46;
const VALUE: usize = 10;

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Heading of its group.
    pub group: &'static str,
    /// Name of the figure.
    pub name: String,
    /// Measured value; none if it is undefined.
    pub value: Option<f64>,
    /// Unit and precision of the value.
    pub unit: Unit,
    /// Range that the value should be in.
    pub goal: Option<Goal>,
    /// The drummers' value, for comparison.
    pub drummers: Option<f64>,
    /// What a value below and above the goal means, and what to change in radio.toml.
    pub advice: [Option<&'static str>; 2],
}

impl Row {
    /// A figure without a goal.
    pub fn new(
        group: &'static str,
        name: impl Into<String>,
        unit: Unit,
        value: impl Into<Option<f64>>,
    ) -> Self {
        let value = value.into().filter(|value| value.is_finite());
        Self {
            group,
            name: name.into(),
            value,
            unit,
            goal: None,
            drummers: None,
            advice: [None; 2],
        }
    }

    /// Sets the goal.
    pub fn with_goal(self, goal: impl Into<Option<Goal>>) -> Self {
        Self { goal: goal.into(), ..self }
    }

    /// Sets the drummers' value.
    pub fn with_drummers(self, value: f64) -> Self {
        Self { drummers: Some(value), ..self }
    }

    /// Sets what a value below the goal means, and what to change.
    pub fn when_below(self, advice: &'static str) -> Self {
        Self { advice: [Some(advice), self.advice[1]], ..self }
    }

    /// Sets what a value above the goal means, and what to change.
    pub fn when_above(self, advice: &'static str) -> Self {
        Self { advice: [self.advice[0], Some(advice)], ..self }
    }

    /// Explains a missed goal and what to change; none if the goal is met or the figure has no goal.
    pub fn remedy(&self) -> Option<&'static str> {
        let (goal, value) = (self.goal?, self.value?);
        if goal.is_met(value) {
            return None;
        }
        self.advice[usize::from(!goal.is_missed_below(value))]
    }

    /// Whether the value meets the goal; none if either is missing.
    pub fn is_met(&self) -> Option<bool> {
        Some(self.goal?.is_met(self.value?))
    }

    fn remark(&self) -> String {
        let goal = self.goal.map(|goal| goal.describe(|value| self.unit.write(value)));
        let drummers = self.drummers.map(|value| format!("drummers {}", self.unit.write(value)));
        [goal, drummers].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.map_or_else(|| "-".to_owned(), |value| self.unit.write(value));
        let verdict = match self.is_met() {
            Some(true) => "ok",
            Some(false) => "MISS",
            None => "",
        };
        let Self { name, unit, .. } = self;
        let unit = unit.to_string();
        let row = format!("  {name:<NAME$}{value:>VALUE$} {unit:<7}{verdict:<6}{}", self.remark());
        f.write_str(row.trim_end())
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unit = match self.unit {
            Unit::Share => "share",
            Unit::Of(name, _) => name,
        };
        let goal = self.goal.map(|goal| goal.describe(|value| value.to_string()));
        let mut row = serializer.serialize_struct("Row", 8)?;
        row.serialize_field("group", self.group)?;
        row.serialize_field("name", &self.name)?;
        row.serialize_field("value", &self.value)?;
        row.serialize_field("unit", unit)?;
        row.serialize_field("goal", &goal)?;
        row.serialize_field("drummers", &self.drummers)?;
        row.serialize_field("ok", &self.is_met())?;
        row.serialize_field("advice", &self.remedy())?;
        row.end()
    }
}

/// All figures of a subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table<'a> {
    /// One line that names the subject.
    pub title: &'a str,
    /// The seed of a station.
    pub seed: Option<u64>,
    /// The figures, those of a group together.
    pub rows: Vec<Row>,
}

impl Table<'_> {
    /// The number of goals that are met, and the names of those that are missed.
    pub fn verdict(&self) -> String {
        let judged = self.rows.iter().filter_map(|row| Some((row, row.is_met()?)));
        let (met, missed): (Vec<_>, Vec<_>) = judged.partition(|(_, is_met)| *is_met);
        let names: Vec<&str> = missed.iter().map(|(row, _)| row.name.as_str()).collect();
        let n_goals = met.len() + missed.len();
        let verdict = format!("{} of {n_goals} goals met", met.len());
        if names.is_empty() { verdict } else { format!("{verdict}; missed: {}", names.join("; ")) }
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for group in self.rows.chunk_by(|a, b| a.group == b.group) {
            writeln!(f, "\n{}", group[0].group)?;
            for row in group {
                writeln!(f, "{row}")?;
            }
        }
        let remedies = self.rows.iter().filter_map(|row| Some((&row.name, row.remedy()?)));
        for (number, (name, remedy)) in remedies.enumerate() {
            if number == 0 {
                writeln!(f, "\nwhy, and what to change in radio.toml")?;
            }
            writeln!(f, "  {name}: {remedy}")?;
        }
        writeln!(f, "\n{}", self.verdict())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<'static> {
        let row = |name: &str, unit, value: Option<f64>| Row::new("notes", name, unit, value);
        let rows = vec![
            row("bars", Unit::COUNT, Some(320.0)),
            row("empty bars", Unit::Share, Some(0.05))
                .with_goal(Goal::AtMost(0.02))
                .when_above("nobody plays; raise `energy`"),
            row("in the key", Unit::Share, Some(0.98)).with_goal(Goal::AtLeast(0.97)),
            row("outside the chord", Unit::Share, None).with_goal(Goal::AtMost(0.0)),
            row("loudness", Unit::Of("LUFS", 1), Some(f64::NEG_INFINITY)),
        ];
        Table { title: "techno", seed: Some(1), rows }
    }

    #[test]
    fn missed_goals_are_named() {
        let text = table().to_string();
        assert!(text.starts_with("techno\n\nnotes\n  bars "), "{text}");
        assert!(text.contains("5.0 %      MISS  at most 2.0\n"), "{text}");
        let remedy = "radio.toml\n  empty bars: nobody plays; raise `energy`\n\n";
        assert!(text.contains(remedy), "{text}");
        assert!(text.ends_with("\n1 of 2 goals met; missed: empty bars\n"), "{text}");
    }

    #[test]
    fn an_undefined_value_neither_meets_nor_misses_its_goal() {
        let table = table();
        assert_eq!((table.rows[3].is_met(), table.rows[4].value), (None, None));
        let json = serde_json::to_value(&table).unwrap();
        assert_eq!(json["rows"][3]["ok"], serde_json::Value::Null);
        assert_eq!(json["rows"][1]["goal"], "at most 0.02");
        assert_eq!(json["rows"][1]["advice"], "nobody plays; raise `energy`");
        assert_eq!(json["rows"][2]["advice"], serde_json::Value::Null);
        assert_eq!((&json["rows"][1]["ok"], &json["seed"]), (&false.into(), &1.into()));
    }
}
