//! Why a file is not in the bucket.

use std::error::Error;

use hyper::StatusCode;

use crate::{out::hls::upload::line, stream::icy::clean};

/// The most that is repeated of what others say, in bytes.
const MOST: usize = 200;

/// What went wrong; the rest of a sentence about the storage, without any secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// It gives no answer.
    #[error("{0}")]
    NoAnswer(String),
    /// It says no.
    #[error("{sentence}")]
    Refused {
        /// In three digits.
        status: StatusCode,
        /// What it says.
        sentence: String,
    },
    /// It answers otherwise than S3 does.
    #[error("it does not answer as S3 would: {0}")]
    Odd(String),
}

impl Failure {
    /// Whether it says that there is no such thing.
    pub fn is_not_there(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::NOT_FOUND, .. })
    }
}

/// Ours are at the end of the chain; `object_store` wraps them in words of its own.
impl From<object_store::Error> for Failure {
    fn from(error: object_store::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            match error.downcast_ref() {
                Some(line::Error::Refused { status, .. }) => {
                    return Self::Refused { status: *status, sentence: error.to_string() };
                }
                Some(_) => return Self::NoAnswer(error.to_string()),
                None => cause = error.source(),
            }
        }
        let mut text = clean(&error.to_string());
        text.truncate(text.floor_char_boundary(MOST));
        Self::Odd(text)
    }
}
