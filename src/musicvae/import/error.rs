//! Errors of the import: one sentence with file, place, expected and found.

use std::{fmt::Display, io, path::PathBuf};

use crate::musicvae::import::other_model::OtherModel;

/// Longest quote from a file in an error, in characters.
const MAX_QUOTE: usize = 200;

/// Why a checkpoint can't be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file can't be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// There is no checkpoint of a known format.
    #[error(
        "{place}: expected weights_manifest.json, manifest.json, meta.json or a TensorFlow .index, \
         a folder of them or a .tar, .tar.gz or .zip, found {found}"
    )]
    NoCheckpoint {
        /// The path.
        place: String,
        /// What is there instead.
        found: &'static str,
    },
    /// The checkpoint is of a model that is no `MusicVAE`.
    #[error("{file}: expected a MusicVAE, found {found}")]
    OtherModel {
        /// The file that says so.
        file: String,
        /// The model.
        found: OtherModel,
    },
    /// Several checkpoints, and no file `checkpoint` that names one.
    #[error("{place}: expected one checkpoint, found {names}", names = names.join(", "))]
    Several {
        /// The folder.
        place: String,
        /// The candidates.
        names: Vec<String>,
    },
    /// A JSON file is invalid or incomplete.
    #[error("{file}: broken JSON: {reason}")]
    Json {
        /// Which file.
        file: String,
        /// The parser's message, with line and column.
        reason: String,
    },
    /// An archive is broken.
    #[error("{file}: broken archive: {reason}")]
    Archive {
        /// Which archive.
        file: String,
        /// The reader's message.
        reason: String,
    },
    /// A part of a file is invalid.
    #[error("{file}: {place}: expected {expected}, found {found}")]
    Broken {
        /// Which file.
        file: String,
        /// The part, such as a tensor's name.
        place: String,
        /// What is valid there.
        expected: String,
        /// What the file has.
        found: String,
    },
}

impl Error {
    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    pub(super) fn archive(file: &str, reason: &dyn Display) -> Self {
        Self::Archive { file: file.to_owned(), reason: quote(reason) }
    }

    pub(super) fn json(file: &str, reason: &serde_json::Error) -> Self {
        Self::Json { file: file.to_owned(), reason: quote(reason) }
    }

    pub(super) fn broken(
        file: &str,
        place: impl Display,
        expected: impl Display,
        found: impl Display,
    ) -> Self {
        let (place, expected, found) = (quote(&place), quote(&expected), quote(&found));
        Self::Broken { file: file.to_owned(), place, expected, found }
    }
}

/// `text` without control characters, truncated.
fn quote(text: &dyn Display) -> String {
    let text = text.to_string();
    let mut quote: String = text.chars().take(MAX_QUOTE).filter(|c| !c.is_control()).collect();
    if text.chars().nth(MAX_QUOTE).is_some() {
        quote.push_str("...");
    }
    quote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_sentence() {
        let error = Error::broken("x.index", "byte 7", "a magic number", 12);
        assert_eq!(error.to_string(), "x.index: byte 7: expected a magic number, found 12");
    }

    #[test]
    fn quotes_from_a_file_are_truncated_and_on_one_line() {
        let error = Error::broken("x", "a\nb", "", "long ".repeat(1000)).to_string();
        assert!(error.starts_with("x: ab: ") && error.ends_with("..."), "{error}");
        assert!(error.len() < 300);
    }
}
