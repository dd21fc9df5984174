//! Why values can't take the place of radio.toml's.

use serde_json::Value;

use crate::config::problem::Problems;

/// Why values can't take the place of radio.toml's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSettable {
    /// The key does not exist or is fixed.
    #[error(
        "{found:?}: expected a key of a theme that can be set by hand, such as tempo or bass.gain_db"
    )]
    Key {
        /// The key.
        found: String,
    },
    /// The value is not possible.
    #[error("{key}: expected {expected}, found {found}")]
    Value {
        /// The key.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// radio.toml does not have what the values belong to.
    #[error("radio.toml: expected {expected}, found none")]
    File {
        /// What it should have.
        expected: String,
    },
    /// The values break a rule of radio.toml.
    #[error("{0}")]
    Rule(String),
}

impl NotSettable {
    /// The value of `key` is not what is expected.
    pub fn value(key: &str, expected: &str, found: &str) -> Self {
        let text = str::to_owned;
        Self::Value { key: text(key), expected: text(expected), found: text(found) }
    }

    /// radio.toml does not have what is expected.
    pub fn missing(expected: &str) -> Self {
        Self::File { expected: expected.to_owned() }
    }
}

impl From<Problems> for NotSettable {
    /// The first mistake, without its line, which is that of an edited text.
    fn from(problems: Problems) -> Self {
        let fault = problems.problems.first().map(|problem| problem.fault.to_string());
        Self::Rule(fault.unwrap_or_else(|| problems.to_string()))
    }
}

/// The start of `value`, for a message.
pub fn short(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}
