//! `/hls`: playlists and segments.

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
        answer::{Asked, TEXT, Whole, respond, with},
        site::Channel,
    },
};

/// Where listeners find the station's playlist, if it has one.
pub fn url(channel: &Channel, base_url: &str) -> Option<String> {
    (!channel.hls.is_empty()).then(|| format!("{base_url}/hls/{}/{MAIN}", channel.station))
}

/// Answers a request for `file` of a station.
pub fn answer<B>(channel: &Channel, file: &str, asked: &Asked<B>) -> Whole {
    let lives = &channel.hls;
    if file == MAIN && !lives.is_empty() {
        return respond(StatusCode::OK, PLAYLIST_TYPE, main_playlist(lives));
    }
    if let Some(live) = lives.iter().find(|live| live.playlist_name() == file) {
        live.note((asked.address, asked.request.headers().get(USER_AGENT)));
        return match live.playlist() {
            Some(playlist) => respond(StatusCode::OK, PLAYLIST_TYPE, playlist),
            None => with(
                respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, "nothing has sounded yet\n"),
                "retry-after",
                "1",
            ),
        };
    }
    let found = lives.iter().find_map(|live| Some((live.segment(file)?, live.cache_control())));
    match found {
        Some((segment, cached)) => part(&segment, &cached, asked),
        None => respond(StatusCode::NOT_FOUND, TEXT, "there is nothing at this address\n"),
    }
}

/// All of `segment`, or the part that is asked for.
fn part<B>(segment: &Bytes, cached: &str, asked: &Asked<B>) -> Whole {
    let range = asked.request.headers().get(RANGE).and_then(|range| range.to_str().ok());
    let mut response = match range.and_then(|range| single_range(range, segment.len())) {
        None => respond(StatusCode::OK, SEGMENT_TYPE, segment.clone()),
        Some(Range { first, end }) => {
            let place = format!("bytes {first}-{}/{}", end - 1, segment.len());
            let mut response =
                respond(StatusCode::PARTIAL_CONTENT, SEGMENT_TYPE, segment.slice(first..end));
            response.headers_mut().insert(CONTENT_RANGE, ascii(&place));
            response
        }
    };
    response.headers_mut().insert(CACHE_CONTROL, ascii(cached));
    with(response, "accept-ranges", "bytes")
}

/// Bytes `first` to `end`, which is not one of them.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    first: usize,
    end: usize,
}

/// The range of `n_bytes` that a header asks for. What we don't understand, or asks for several, may
/// be answered with all (RFC 9110, 14.2), and so is what begins behind the end.
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
    fn a_range_is_understood_or_all_is_sent() {
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
