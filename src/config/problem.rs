//! Mistakes in a radio.toml and their error messages.

use std::fmt;

/// Most mistakes shown per file.
const MOST_SHOWN: usize = 20;

/// All mistakes in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file, as the user named it.
    pub file: String,
    /// At least one, sorted by line.
    pub problems: Vec<Problem>,
}

impl Problems {
    /// Whether the file itself could not be read.
    pub fn is_unreadable(&self) -> bool {
        self.problems.iter().any(|problem| matches!(problem.fault, Fault::Unreadable(_)))
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line number from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// A kind of mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file can't be read.
    #[error("{0}")]
    Unreadable(String),
    /// The file is not valid TOML.
    #[error("{0}")]
    Syntax(String),
    /// A value has the wrong type, is out of range, or names something that does not exist.
    #[error("{key}: {sentence}")]
    Value {
        /// The key of the value.
        key: String,
        /// What was expected and what was found.
        sentence: String,
    },
    /// A required key is missing.
    #[error("{section}: missing key {key}, expected {expected}")]
    Missing {
        /// The section that needs it, such as `[[stations]]`.
        section: String,
        /// The key.
        key: &'static str,
        /// The value that it should hold.
        expected: &'static str,
    },
    /// A key that the section does not have; usually a typo.
    #[error("{section} has no key {key:?}, {}", hint(near.as_deref(), known))]
    UnknownKey {
        /// The section, such as `[server]`.
        section: String,
        /// The key as written.
        key: String,
        /// The key that was probably meant.
        near: Option<String>,
        /// All keys that the section has.
        known: Vec<&'static str>,
    },
    /// A station can't go on air although all of its keys are valid.
    #[error("station {station}: {reason}")]
    Station {
        /// The station's name.
        station: String,
        /// Why it can't go on air.
        reason: String,
    },
    /// A value that must be unique is used twice.
    #[error("{key}: {found:?} is already used in line {first_line}")]
    Taken {
        /// The key.
        key: &'static str,
        /// The value.
        found: String,
        /// The line of the first use.
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
        for (index, Problem { line, fault }) in self.problems.iter().take(MOST_SHOWN).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match line {
                0 => write!(f, "{}: {fault}", self.file)?,
                _ => write!(f, "{}:{line}: {fault}", self.file)?,
            }
        }
        match self.problems.len().saturating_sub(MOST_SHOWN) {
            0 => Ok(()),
            1 => write!(f, "\n{}: and 1 more mistake", self.file),
            n => write!(f, "\n{}: and {n} more mistakes", self.file),
        }
    }
}

impl std::error::Error for Problems {}

/// The one of `known` that `word` was probably meant to be. At most two edits apart (letters added,
/// dropped, changed or swapped with a neighbour), and at most a third of the word's letters.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 2);
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|&(n_edits, _)| n_edits <= allowed)
        .min_by_key(|&(n_edits, _)| n_edits)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_the_key_that_was_meant() {
        let known = ["tempo", "temperature", "swing", "key"];

        assert_eq!(nearest("tmepo", known), Some("tempo"));
        assert_eq!(nearest("temprature", known), Some("temperature"));
        assert_eq!(nearest("keys", known), Some("key"));
        assert_eq!(nearest("volume", known), None);
        assert_eq!(nearest("", known), None);
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

    #[test]
    fn of_many_problems_only_the_first_are_shown() {
        let problem = |line| Problem { line, fault: Fault::Syntax("odd".to_owned()) };
        let problems = (1..=1000).map(problem).collect();

        let shown = Problems { file: "radio.toml".to_owned(), problems }.to_string();

        assert_eq!(shown.lines().count(), MOST_SHOWN + 1);
        assert!(shown.ends_with("\nradio.toml: and 980 more mistakes"));
    }
}
