//! Reads short request bodies, within a time limit.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{StatusCode, body::Body};
use tokio::time::timeout;

/// How long a body may take to arrive.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// A body that can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is longer than this many bytes.
    #[error("the request's body: expected at most {0} bytes, found more")]
    TooLong(usize),
    /// It did not arrive in time.
    #[error("the request's body: expected within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    /// The connection failed, or the body is invalid.
    #[error("the request's body broke off")]
    Broken,
}

impl BodyError {
    /// The status of its response, after which the connection is closed.
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads `body`, of at most `max` bytes, within `patience`. A body that announces more is not read.
///
/// # Errors
/// It is too long, too slow or incomplete.
pub async fn read<B>(body: B, max: usize, patience: Duration) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if body.size_hint().lower() > max as u64 {
        return Err(BodyError::TooLong(max));
    }
    let limited = Box::pin(Limited::new(body, max));
    match timeout(patience, limited.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLong(max)),
        Ok(Err(_)) => Err(BodyError::Broken),
        Err(_) => Err(BodyError::TooSlow(patience)),
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, io};

    use futures_util::stream;
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;

    use super::*;

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let body = |n: usize| Full::new(Bytes::from(vec![7; n]));
        assert_eq!(read(body(10), 10, PATIENCE).await.unwrap().len(), 10);
        assert_eq!(read(body(11), 10, PATIENCE).await, Err(BodyError::TooLong(10)));

        // Without a length, like chunked bodies.
        let piece = || Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"1234")));
        let chunked = |n| StreamBody::new(stream::iter((0..n).map(move |_| piece())));
        assert_eq!(read(chunked(2), 10, PATIENCE).await.unwrap(), "12341234");
        assert_eq!(read(chunked(3), 10, PATIENCE).await, Err(BodyError::TooLong(10)));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_or_breaks_off_is_an_error() {
        let never = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
        let patience = Duration::from_millis(1);
        assert_eq!(read(never, 10, patience).await, Err(BodyError::TooSlow(patience)));

        let broken = stream::iter([Err::<Frame<Bytes>, _>(io::Error::other("gone"))]);
        assert_eq!(read(StreamBody::new(broken), 10, PATIENCE).await, Err(BodyError::Broken));
    }
}
