//! Why a request to the storage failed.

use std::error::Error;

use hyper::StatusCode;

use crate::{out::hls::upload::transport, stream::icy::clean};

/// Longest external error text in bytes.
const MOST: usize = 200;

/// Why a request failed, without any secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// There was no response.
    #[error("{0}")]
    NoResponse(String),
    /// The storage refused.
    #[error("{sentence}")]
    Refused {
        /// The status code.
        status: StatusCode,
        /// The error message.
        sentence: String,
    },
    /// The listing of the folder does not end.
    #[error("the listing of the folder does not end; deleting only the {n} segments found so far")]
    EndlessListing {
        /// Segments of earlier runs found until then.
        n: usize,
    },
    /// Invalid settings, or a response that is not valid S3.
    #[error("unexpected S3 response: {0}")]
    Other(String),
}

impl Failure {
    /// Whether the file does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::NOT_FOUND, .. })
    }
}

/// Errors of [`transport`] are at the end of the source chain; `object_store` wraps them.
impl From<object_store::Error> for Failure {
    fn from(error: object_store::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            match error.downcast_ref() {
                Some(transport::Error::Refused { status, .. }) => {
                    return Self::Refused { status: *status, sentence: error.to_string() };
                }
                Some(_) => return Self::NoResponse(error.to_string()),
                None => cause = error.source(),
            }
        }
        let mut text = clean(&error.to_string());
        text.truncate(text.floor_char_boundary(MOST));
        Self::Other(text)
    }
}
