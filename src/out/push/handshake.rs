//! What a server answers to a source, byte by byte.
//!
//! Servers differ: Icecast 2.4 sends `100 Continue` and at once `200 OK`, Icecast 2.5 and Liquidsoap
//! send the second when the stream has ended, and who does not know `Expect` or is asked by `SOURCE`
//! sends `200 OK` alone. So we are on air with the first of them, and read on.

use crate::out::push::failure::Failure;

/// The longest answer, in bytes.
const MAX_ANSWER: usize = 16 * 1024;

/// The most header lines of one.
const MAX_HEADERS: usize = 64;

/// The answers to one request, as far as they have come.
#[derive(Debug, Default)]
pub struct Handshake {
    heard: Vec<u8>,
    is_on_air: bool,
    /// The last answer has come; what follows means nothing.
    is_over: bool,
}

/// The head of an answer.
struct Head {
    status: u16,
    reason: String,
    /// Bytes of the head.
    n_bytes: usize,
    /// Bytes that follow, if it says how many.
    n_body: Option<usize>,
}

impl Handshake {
    /// Takes what came from the server; answers with whether sound may be sent.
    ///
    /// # Errors
    /// The server refuses, or is no server for sources.
    pub fn hear(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        if self.is_over {
            return Ok(true);
        }
        self.heard.extend_from_slice(bytes);
        while let Some(head) = self.head()? {
            let n_body = head.n_body.unwrap_or(0);
            match head.status {
                100..=199 => {
                    self.is_on_air |= head.status == 100;
                    self.heard.drain(..head.n_bytes);
                }
                200..=299 => {
                    (self.is_on_air, self.is_over) = (true, true);
                    self.heard = Vec::new();
                    break;
                }
                _ if head.n_body.is_some() && head.n_bytes + n_body <= self.heard.len() => {
                    return Err(self.refusal(&head));
                }
                _ => break,
            }
        }
        if MAX_ANSWER < self.heard.len() {
            return Err(self.end());
        }
        Ok(self.is_on_air)
    }

    /// What it means that no more comes.
    pub fn end(&self) -> Failure {
        match self.head() {
            Ok(Some(head)) => self.refusal(&head),
            Ok(None) if MAX_ANSWER < self.heard.len() => Failure::NoHttp,
            Ok(None) => Failure::Ended,
            Err(failure) => failure,
        }
    }

    /// What it means that nothing has come for long.
    pub fn silence(&self) -> Failure {
        match self.end() {
            Failure::Ended => Failure::Silent,
            failure => failure,
        }
    }

    fn head(&self) -> Result<Option<Head>, Failure> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        let parsed = answer.parse(&self.heard).map_err(|_| Failure::NoHttp)?;
        let httparse::Status::Complete(n_bytes) = parsed else { return Ok(None) };
        let length =
            answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|header| std::str::from_utf8(header.value).ok());
        Ok(Some(Head {
            status: answer.code.unwrap_or(0),
            reason: answer.reason.unwrap_or_default().to_owned(),
            n_bytes,
            n_body: length.and_then(|text| text.trim().parse().ok()),
        }))
    }

    fn refusal(&self, head: &Head) -> Failure {
        let body = String::from_utf8_lossy(&self.heard[head.n_bytes..]);
        Failure::of_answer(head.status, &head.reason, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTINUE: &str = "HTTP/1.1 100 Continue\r\nServer: Icecast\r\nContent-Length: 0\r\n\r\n";
    const OK: &str = "HTTP/1.0 200 OK\r\n\r\n";
    const IN_USE: &str = "HTTP/1.0 403 Forbidden\r\nContent-Length: 17\r\n\r\nMountpoint in use";

    /// What it comes to when it is heard `n` bytes at a time: the byte with which it was on air, or
    /// the failure.
    fn hear(answers: &str, n: usize) -> Result<Option<usize>, String> {
        let (mut handshake, mut begun) = (Handshake::default(), None);
        for (index, bytes) in answers.as_bytes().chunks(n).enumerate() {
            let is_on_air = handshake.hear(bytes).map_err(|failure| failure.to_string())?;
            begun = begun.or(is_on_air.then_some((index + 1) * n));
        }
        Ok(begun)
    }

    #[test]
    fn the_first_welcome_is_enough_and_the_second_does_no_harm() {
        assert_eq!(hear(CONTINUE, 1), Ok(Some(CONTINUE.len())));
        assert_eq!(hear(OK, 1), Ok(Some(OK.len())));
        assert_eq!(hear(&format!("{CONTINUE}{OK}"), 1), Ok(Some(CONTINUE.len())));
        assert_eq!(hear(&format!("{CONTINUE}{OK}"), 999), Ok(Some(999)));
        assert_eq!(hear(&format!("{OK}{IN_USE}and anything"), 7), Ok(Some(21)));
        assert_eq!(hear("HTTP/1.1 102 Processing\r\n\r\n", 1), Ok(None));
    }

    #[test]
    fn a_refusal_is_understood_however_it_comes() {
        let in_use = Err("the mount is in use by another source".to_owned());
        assert_eq!(hear(IN_USE, 1), in_use);
        assert_eq!(hear(IN_USE, 999), in_use);
        assert_eq!(hear(&format!("{CONTINUE}{IN_USE}"), 5), in_use);

        // Without a length it is complete when the connection is.
        let mut handshake = Handshake::default();
        assert!(!handshake.hear(b"HTTP/1.0 403 Forbidden\r\n\r\n<b>Mountpoint in use").unwrap());
        assert!(matches!(handshake.end(), Failure::InUse));
        assert!(matches!(handshake.silence(), Failure::InUse));
    }

    #[test]
    fn an_end_a_silence_and_noise_are_told_apart() {
        let handshake = Handshake::default();
        assert!(matches!(handshake.end(), Failure::Ended));
        assert!(matches!(handshake.silence(), Failure::Silent));

        let no_http = Err("it does not answer as an Icecast would".to_owned());
        assert_eq!(hear("SSH-2.0-OpenSSH_9.2\r\n", 4), no_http);
        assert_eq!(hear(&format!("HTTP/1.0 200 {}", "x".repeat(99_999)), 1000), no_http);
        let endless = format!("HTTP/1.0 500 No\r\n\r\n{}", "x".repeat(99_999));
        assert!(hear(&endless, 1000).unwrap_err().starts_with("it refuses: 500 No x"));
    }
}
