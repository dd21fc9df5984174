//! `/hls`: serves playlists and segments.

use bytes::Bytes;
use hyper::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_RANGE, HeaderValue},
};

use crate::{
    out::hls::{
        main_playlist,
        names::{MAIN, PLAYLIST_TYPE, SEGMENT_TYPE},
    },
    stream::client::address_block,
    web::{
        range::{self, Range},
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
        live.note(address_block(request.address));
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
    let mut response = match range::requested(request.headers(), segment.len()) {
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

fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("digits and letters")
}
