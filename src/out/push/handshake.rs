//! Parses a server's responses to a source request, incrementally.
//!
//! Servers differ: Icecast 2.4 sends `100 Continue` and at once `200 OK`; Icecast 2.5 and Liquidsoap send
//! `200 OK` only when the stream has ended; servers that ignore `Expect`, or get a `SOURCE` request, send
//! `200 OK` alone. So the first of these puts the push on air, and later responses are still read.

use crate::out::push::failure::Failure;

/// Longest response in bytes.
const MAX_RESPONSE: usize = 16 * 1024;

/// Most header lines per response.
const MAX_HEADERS: usize = 64;

/// The responses to one request so far.
#[derive(Debug, Default)]
pub struct Handshake {
    /// Bytes that are not parsed yet.
    received: Vec<u8>,
    is_on_air: bool,
    /// The final response was received; later bytes are ignored.
    is_over: bool,
}

/// The head of a response.
struct Head {
    status: u16,
    reason: String,
    /// Length of the head in bytes.
    n_bytes: usize,
    /// `Content-Length`, if given.
    n_body: Option<usize>,
}

impl Handshake {
    /// Parses `bytes` from the server. Returns whether audio may be sent.
    ///
    /// # Errors
    /// The server refuses, or its response is not HTTP.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        if self.is_over {
            return Ok(true);
        }
        self.received.extend_from_slice(bytes);
        while let Some(head) = self.head()? {
            let n_body = head.n_body.unwrap_or(0);
            match head.status {
                100..=199 => {
                    self.is_on_air |= head.status == 100;
                    self.received.drain(..head.n_bytes);
                }
                200..=299 => {
                    (self.is_on_air, self.is_over) = (true, true);
                    self.received = Vec::new();
                    break;
                }
                _ if head.n_body.is_some() && head.n_bytes + n_body <= self.received.len() => {
                    return Err(self.refusal(&head));
                }
                _ => break,
            }
        }
        if MAX_RESPONSE < self.received.len() {
            return Err(self.end());
        }
        Ok(self.is_on_air)
    }

    /// The failure that a disconnection at this point means.
    pub fn end(&self) -> Failure {
        match self.head() {
            Ok(Some(head)) => self.refusal(&head),
            Ok(None) if MAX_RESPONSE < self.received.len() => Failure::NoHttp,
            Ok(None) => Failure::Ended,
            Err(failure) => failure,
        }
    }

    /// The failure that a timeout at this point means.
    pub fn silence(&self) -> Failure {
        match self.end() {
            Failure::Ended => Failure::Silent,
            failure => failure,
        }
    }

    fn head(&self) -> Result<Option<Head>, Failure> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(&self.received).map_err(|_| Failure::NoHttp)?;
        let httparse::Status::Complete(n_bytes) = parsed else { return Ok(None) };
        let length = response
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|header| std::str::from_utf8(header.value).ok());
        Ok(Some(Head {
            status: response.code.unwrap_or(0),
            reason: response.reason.unwrap_or_default().to_owned(),
            n_bytes,
            n_body: length.and_then(|text| text.trim().parse().ok()),
        }))
    }

    fn refusal(&self, head: &Head) -> Failure {
        let body = String::from_utf8_lossy(&self.received[head.n_bytes..]);
        Failure::from_response(head.status, &head.reason, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTINUE: &str = "HTTP/1.1 100 Continue\r\nServer: Icecast\r\nContent-Length: 0\r\n\r\n";
    const OK: &str = "HTTP/1.0 200 OK\r\n\r\n";
    const IN_USE: &str = "HTTP/1.0 403 Forbidden\r\nContent-Length: 17\r\n\r\nMountpoint in use";

    /// Feeds the responses `n` bytes at a time. Returns the number of bytes after which the push was on
    /// air, or the failure.
    fn receive(responses: &str, n: usize) -> Result<Option<usize>, String> {
        let (mut handshake, mut begun) = (Handshake::default(), None);
        for (index, bytes) in responses.as_bytes().chunks(n).enumerate() {
            let is_on_air = handshake.receive(bytes).map_err(|failure| failure.to_string())?;
            begun = begun.or(is_on_air.then_some((index + 1) * n));
        }
        Ok(begun)
    }

    #[test]
    fn the_first_positive_response_starts_the_push() {
        assert_eq!(receive(CONTINUE, 1), Ok(Some(CONTINUE.len())));
        assert_eq!(receive(OK, 1), Ok(Some(OK.len())));
        assert_eq!(receive(&format!("{CONTINUE}{OK}"), 1), Ok(Some(CONTINUE.len())));
        assert_eq!(receive(&format!("{CONTINUE}{OK}"), 999), Ok(Some(999)));
        assert_eq!(receive(&format!("{OK}{IN_USE}and anything"), 7), Ok(Some(21)));
        assert_eq!(receive("HTTP/1.1 102 Processing\r\n\r\n", 1), Ok(None));
    }

    #[test]
    fn a_refusal_is_recognised_in_any_segmentation() {
        let in_use = Err("the mount is in use by another source".to_owned());
        assert_eq!(receive(IN_USE, 1), in_use);
        assert_eq!(receive(IN_USE, 999), in_use);
        assert_eq!(receive(&format!("{CONTINUE}{IN_USE}"), 5), in_use);

        // Without a length it is complete when the connection ends.
        let mut handshake = Handshake::default();
        assert!(!handshake.receive(b"HTTP/1.0 403 Forbidden\r\n\r\n<b>Mountpoint in use").unwrap());
        assert!(matches!(handshake.end(), Failure::InUse));
        assert!(matches!(handshake.silence(), Failure::InUse));
    }

    #[test]
    fn disconnection_silence_and_garbage_are_different_failures() {
        let handshake = Handshake::default();
        assert!(matches!(handshake.end(), Failure::Ended));
        assert!(matches!(handshake.silence(), Failure::Silent));

        let no_http = Err("the response is not HTTP".to_owned());
        assert_eq!(receive("SSH-2.0-OpenSSH_9.2\r\n", 4), no_http);
        assert_eq!(receive(&format!("HTTP/1.0 200 {}", "x".repeat(99_999)), 1000), no_http);
        let endless = format!("HTTP/1.0 500 No\r\n\r\n{}", "x".repeat(99_999));
        assert!(receive(&endless, 1000).unwrap_err().starts_with("refused: 500 No x"));
    }
}
