//! `/hls`: serves playlists and segments.

use bytes::Bytes;
use hyper::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_RANGE, HeaderValue, RANGE, USER_AGENT},
};

use crate::{
    out::hls::{
        main_playlist,
        names::{MAIN, PLAYLIST_TYPE, SEGMENT_TYPE},
    },
    web::{
        request::ClientRequest,
        response::{FullResponse, TEXT, respond, with},
        site::ServedStation,
    },
};

/// URL of the station's main playlist, if it has HLS.
pub fn url(station: &ServedStation, base_url: &str) -> Option<String> {
    (!station.hls.is_empty()).then(|| format!("{base_url}/hls/{}/{MAIN}", station.name))
}

/// Answers a request for `file` of a station.
pub fn answer<B>(station: &ServedStation, file: &str, request: &ClientRequest<B>) -> FullResponse {
    let lives = &station.hls;
    if file == MAIN && !lives.is_empty() {
        return respond(StatusCode::OK, PLAYLIST_TYPE, main_playlist(lives));
    }
    if let Some(live) = lives.iter().find(|live| live.playlist_name() == file) {
        live.note((request.address, request.headers().get(USER_AGENT)));
        return match live.playlist() {
            Some(playlist) => respond(StatusCode::OK, PLAYLIST_TYPE, playlist),
            None => with(
                respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, "no segment yet\n"),
                "retry-after",
                "1",
            ),
        };
    }
    let found = lives.iter().find_map(|live| Some((live.segment(file)?, live.cache_control())));
    match found {
        Some((segment, cached)) => part(&segment, &cached, request),
        None => respond(StatusCode::NOT_FOUND, TEXT, "no such playlist or segment\n"),
    }
}

/// All of `segment`, or the requested range.
fn part<B>(segment: &Bytes, cached: &str, request: &ClientRequest<B>) -> FullResponse {
    let range = request.headers().get(RANGE).and_then(|range| range.to_str().ok());
    let mut response = match range.and_then(|range| single_range(range, segment.len())) {
        None => respond(StatusCode::OK, SEGMENT_TYPE, segment.clone()),
        Some(Range { first, end }) => {
            let content_range = format!("bytes {first}-{}/{}", end - 1, segment.len());
            let mut response =
                respond(StatusCode::PARTIAL_CONTENT, SEGMENT_TYPE, segment.slice(first..end));
            response.headers_mut().insert(CONTENT_RANGE, ascii(&content_range));
            response
        }
    };
    response.headers_mut().insert(CACHE_CONTROL, ascii(cached));
    with(response, "accept-ranges", "bytes")
}

/// Bytes from `first` up to, not including, `end`.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    first: usize,
    end: usize,
}

/// The range of `n_bytes` that a `Range` header asks for. None, for a whole response, if the header is
/// invalid, asks for several ranges (RFC 9110, 14.2 allows to ignore it) or starts after the end.
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

fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("digits and letters")
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
}
