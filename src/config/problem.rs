//! What is wrong with a radio.toml.

use std::fmt;

/// Everything that is wrong with a file, by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file as it was named.
    pub file: String,
    /// At least one, sorted by line.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Counts from 1; 0 means the file as a whole.
    pub line: usize,
    /// What it is.
    pub fault: Fault,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file can't be read.
    #[error("{0}")]
    Unreadable(String),
    /// It is no TOML.
    #[error("{0}")]
    Syntax(String),
    /// A value of the wrong type, out of its range or naming what is not there.
    #[error("{key}: {sentence}")]
    Value {
        /// The value's key.
        key: String,
        /// What was expected and what was found.
        sentence: String,
    },
    /// A key that must be there is not.
    #[error("{section} lacks {key}, expected {expected}")]
    Missing {
        /// Where it was looked for, such as `[[stations]]`.
        section: String,
        /// The key.
        key: &'static str,
        /// What it should hold.
        expected: &'static str,
    },
    /// A key that means nothing; more often than not a slip of the pen.
    #[error("{section} has no key {key:?}, {}", hint(near.as_deref(), known))]
    UnknownKey {
        /// Where it stands, such as `[server]`.
        section: String,
        /// What was written.
        key: String,
        /// What was probably meant.
        near: Option<String>,
        /// All keys that the section has.
        known: Vec<&'static str>,
    },
    /// A station that can't go on air, for all that its keys are right.
    #[error("station {station}: {reason}")]
    Station {
        /// Its name.
        station: String,
        /// What stands in its way.
        reason: String,
    },
    /// A name that must be unique is not.
    #[error("{key}: {found:?} is taken by line {first_line}")]
    Taken {
        /// The key of the name.
        key: &'static str,
        /// The name.
        found: String,
        /// Who has it.
        first_line: usize,
    },
}

fn hint(near: Option<&str>, known: &[&str]) -> String {
    match near {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("expected one of {}", known.join(", ")),
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { line, fault }) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match line {
                0 => write!(f, "{}: {fault}", self.file)?,
                _ => write!(f, "{}:{line}: {fault}", self.file)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The one of `known` that `word` was probably meant to be: at most two slips away, and no more than
/// a third of its letters.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 2);
    known
        .into_iter()
        .map(|candidate| (slips(word, candidate), candidate))
        .filter(|&(n_slips, _)| n_slips <= allowed)
        .min_by_key(|&(n_slips, _)| n_slips)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, dropped, changed or swapped with a neighbour to turn `a` into
/// `b` (optimal string alignment).
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_what_was_meant() {
        let known = ["tempo", "temperature", "swing", "key"];

        assert_eq!(nearest("tmepo", known), Some("tempo"));
        assert_eq!(nearest("temprature", known), Some("temperature"));
        assert_eq!(nearest("keys", known), Some("key"));
        assert_eq!(nearest("volume", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn slips_are_counted_once_each() {
        assert_eq!(slips("bind", "bind"), 0);
        assert_eq!(slips("bnid", "bind"), 1);
        assert_eq!(slips("bin", "bind"), 1);
        assert_eq!(slips("", "bind"), 4);
    }

    #[test]
    fn problems_are_shown_one_a_line() {
        let fault = |text: &str| Fault::Syntax(text.to_owned());
        let problems = vec![
            Problem { line: 0, fault: fault("empty") },
            Problem { line: 3, fault: fault("odd") },
        ];

        let shown = Problems { file: "radio.toml".to_owned(), problems }.to_string();

        assert_eq!(shown, "radio.toml: empty\nradio.toml:3: odd");
    }
}
