//! The `Range` header (RFC 9110, 14.2).

use hyper::{HeaderMap, header::RANGE};

/// The most bytes that a probe requests.
const PROBE_BYTES: usize = 16 * 1024;

/// Bytes from `first` up to, not including, `end`.
#[derive(Debug, PartialEq, Eq)]
pub struct Range {
    /// The first byte.
    pub first: usize,
    /// One after the last byte.
    pub end: usize,
}

/// The range of `n_bytes` that a request asks for. None, for a whole response, if the header is missing,
/// invalid, asks for several ranges (RFC 9110, 14.2 allows ignoring it) or starts after the end.
pub fn requested(headers: &HeaderMap, n_bytes: usize) -> Option<Range> {
    single_range(headers.get(RANGE)?.to_str().ok()?, n_bytes)
}

/// Whether a request for a stream wants only its first bytes, as Safari does to check whether the server
/// supports ranges: `bytes=0-1`. It closes the connection and requests the stream again.
pub fn is_probe(headers: &HeaderMap) -> bool {
    let range = requested(headers, usize::MAX);
    range.is_some_and(|range| range.first == 0 && range.end <= PROBE_BYTES)
}

fn single_range(header: &str, n_bytes: usize) -> Option<Range> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.parse().ok(), last.parse::<usize>().ok()) {
        (Some(first), None) if last.is_empty() => Range { first, end: n_bytes },
        (Some(first), Some(last)) => Range { first, end: n_bytes.min(last.saturating_add(1)) },
        (None, Some(n)) if first.is_empty() => {
            Range { first: n_bytes.saturating_sub(n), end: n_bytes }
        }
        _ => return None,
    };
    (range.first < range.end).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_parsed_or_ignored() {
        let range = |header| single_range(header, 100).map(|range| (range.first, range.end));

        assert_eq!(range("bytes=0-"), Some((0, 100)));
        assert_eq!(range("bytes=10-19"), Some((10, 20)));
        assert_eq!(range("bytes=90-18446744073709551615"), Some((90, 100)));
        assert_eq!(range("bytes=-30"), Some((70, 100)));
        assert_eq!(range("bytes=-300"), Some((0, 100)));
        for odd in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=-0",
            "bytes=100-",
            "bytes=9-8",
            "bytes=0-1,4-5",
            "x=1-2",
        ] {
            assert_eq!(range(odd), None, "{odd}");
        }
    }

    #[test]
    fn only_a_request_for_the_first_bytes_is_a_probe() {
        let is_probe =
            |range: &str| is_probe(&HeaderMap::from_iter([(RANGE, range.parse().unwrap())]));

        assert!(is_probe("bytes=0-1") && is_probe("bytes=0-0") && is_probe("bytes=0-1023"));
        for range in ["bytes=0-", "bytes=-2", "bytes=2-3", "bytes=0-1,4-5", "bytes=0-999999", "x"] {
            assert!(!is_probe(range), "{range}");
        }
    }
}
