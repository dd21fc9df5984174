//! What is wrong with a checkpoint, in one sentence.

use std::{fmt::Display, io, path::PathBuf};

/// How much of what a file says is repeated in a sentence about it, in characters.
const MAX_QUOTE: usize = 200;

/// Why a checkpoint can't be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system says no.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Nothing that we read.
    #[error(
        "{place}: expected weights_manifest.json, manifest.json, meta.json or a TensorFlow .index, \
         a folder of them or a .tar, .tar.gz or .zip, found {found}"
    )]
    NoCheckpoint {
        /// Where it was looked for.
        place: String,
        /// What is there instead.
        found: &'static str,
    },
    /// Several checkpoints, and no file `checkpoint` that says which.
    #[error("{place}: expected one checkpoint, found {names}", names = names.join(", "))]
    Several {
        /// Where.
        place: String,
        /// What could be meant.
        names: Vec<String>,
    },
    /// A file that should be JSON is not, or lacks something.
    #[error("{file}: broken JSON: {reason}")]
    Json {
        /// Which file.
        file: String,
        /// What the parser said, with line and column.
        reason: String,
    },
    /// An archive is broken.
    #[error("{file}: broken archive: {reason}")]
    Archive {
        /// Which archive.
        file: String,
        /// What its reader said.
        reason: String,
    },
    /// A place in a file holds something else than it must.
    #[error("{file}: {place}: expected {expected}, found {found}")]
    Broken {
        /// Which file.
        file: String,
        /// Where in there, such as a tensor's name.
        place: String,
        /// What belongs there.
        expected: String,
        /// What is there.
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

/// `text` on one line, and short.
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
    fn what_is_broken_is_said_in_one_sentence() {
        let error = Error::broken("x.index", "byte 7", "a magic number", 12);
        assert_eq!(error.to_string(), "x.index: byte 7: expected a magic number, found 12");
    }

    #[test]
    fn a_file_cannot_make_a_sentence_long_or_break_it() {
        let error = Error::broken("x", "a\nb", "", "long ".repeat(1000)).to_string();
        assert!(error.starts_with("x: ab: ") && error.ends_with("..."), "{error}");
        assert!(error.len() < 300);
    }
}
