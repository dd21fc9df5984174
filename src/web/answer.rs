//! A request to its answer.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Version,
    header::{HOST, HeaderValue},
};
use serde::Serialize;

use crate::web::{
    api, hls,
    listen::{self, Admission},
    page,
    route::{Route, parameter},
    server::SERVER,
    site::{Channel, Site},
    status,
};

/// Who may ask from a page of another origin, and what such a page may see: everything.
pub const CORS: [(&str, &str); 5] = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    (
        "Access-Control-Allow-Headers",
        "Origin, Accept, Range, If-Range, Icy-MetaData, X-Requested-With, Content-Type, Authorization",
    ),
    (
        "Access-Control-Expose-Headers",
        "content-range, icy-br, icy-description, icy-genre, icy-metaint, icy-name, icy-pub, icy-sr, icy-url",
    ),
    ("Access-Control-Max-Age", "300"),
];

const ALLOW: &str = "GET, HEAD, OPTIONS";
const JSON: &str = "application/json; charset=UTF-8";
pub(super) const TEXT: &str = "text/plain; charset=UTF-8";

/// Nothing that the page shows or runs comes from elsewhere.
const CONTENT_POLICY: &str =
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'";

/// A whole answer, or a listener who is to get a stream instead.
pub enum Answer {
    /// For hyper to send.
    Whole(Response<Full<Bytes>>),
    /// For [`listen::play`].
    Stream(Admission),
}

/// Answers a request that came in at our address `local`.
pub fn answer<B>(site: &Site, request: &Request<B>, local: SocketAddr) -> Answer {
    Answer::Whole(match *request.method() {
        Method::OPTIONS => respond(StatusCode::NO_CONTENT, TEXT, ""),
        Method::GET | Method::HEAD => match Route::of(request.uri().path(), site) {
            Some(Route::Stream(channel)) => return stream(site, channel, request),
            Some(route) => show(site, &route, request, local),
            None => respond(StatusCode::NOT_FOUND, TEXT, "there is nothing at this address\n"),
        },
        _ => {
            let text = "only GET, HEAD and OPTIONS are served here\n";
            with(respond(StatusCode::METHOD_NOT_ALLOWED, TEXT, text), "allow", ALLOW)
        }
    })
}

/// Whoever asks gets the stream from its live edge: `Range` and unknown queries mean nothing here,
/// and a `206` would make players seek in what has no end.
fn stream<B>(site: &Site, channel: &Channel, request: &Request<B>) -> Answer {
    let wants_titles = wants_titles(request.headers());
    if request.method() == Method::HEAD {
        let mut response = respond(StatusCode::OK, "audio/mpeg", "");
        *response.version_mut() = Version::HTTP_10;
        for (name, value) in listen::headers(&channel.mount.about, wants_titles) {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("cleaned text is valid");
            response.headers_mut().insert(name, value);
        }
        return Answer::Whole(response);
    }
    let Ok(seat) = site.seats.clone().try_acquire_owned() else {
        let text = "all seats are taken, please try again soon\n";
        let response = respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, text);
        return Answer::Whole(with(response, "retry-after", "30"));
    };
    Answer::Stream(Admission { listener: channel.mount.join(), wants_titles, seat })
}

/// Any number but 0 asks for titles, as in Icecast.
fn wants_titles(headers: &HeaderMap) -> bool {
    let value = headers.get("icy-metadata").and_then(|value| value.to_str().ok());
    value.and_then(|text| text.trim().parse::<u32>().ok()).is_some_and(|number| number > 0)
}

fn show<B>(
    site: &Site,
    route: &Route,
    request: &Request<B>,
    local: SocketAddr,
) -> Response<Full<Bytes>> {
    let query = request.uri().query();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let named = request.uri().authority().map(hyper::http::uri::Authority::as_str).or(host);
    let base_url = site.base_url(named, local);
    let ok = |content_type, body: String| respond(StatusCode::OK, content_type, body);
    match route {
        Route::Player => with(
            respond(StatusCode::OK, "text/html; charset=UTF-8", page::INDEX),
            "content-security-policy",
            CONTENT_POLICY,
        ),
        Route::PlayerScript => {
            respond(StatusCode::OK, "text/javascript; charset=UTF-8", page::SCRIPT)
        }
        Route::PlayerStyle => respond(StatusCode::OK, "text/css; charset=UTF-8", page::STYLE),
        Route::Health => health(site),
        Route::IcecastStatus => {
            let mount = parameter(query, "mount");
            ok(JSON, status::icecast(site, &base_url, mount.as_deref()).to_string())
        }
        Route::Stations => ok(JSON, to_json(&api::stations(site, &base_url))),
        Route::Bars(channel) => {
            let after = parameter(query, "after").and_then(|number| number.parse().ok());
            ok(JSON, to_json(&api::bars(channel, after)))
        }
        Route::M3u(channel) => ok("audio/x-mpegurl", page::m3u(&channel.mount.about, &base_url)),
        Route::Pls(channel) => ok("audio/x-scpls", page::pls(&channel.mount.about, &base_url)),
        Route::Hls(channel, file) => hls::answer(channel, file, request),
        Route::Stream(_) => unreachable!("streams are answered before"),
    }
}

fn health(site: &Site) -> Response<Full<Bytes>> {
    let silent = api::silent_stations(site);
    // A mistake in radio.toml is not heard: what is on air stays as it was.
    let problem = site.problem.as_ref().map(|problem| format!("{problem}\n")).unwrap_or_default();
    if silent.is_empty() {
        return respond(StatusCode::OK, TEXT, format!("on air\n{problem}"));
    }
    let text = format!("silent: {}\n{problem}", silent.join(", "));
    respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, text)
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain numbers, strings and lists")
}

pub(super) fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let fixed = [
        ("server", SERVER),
        ("content-type", content_type),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
    ];
    for (name, value) in fixed.into_iter().chain(CORS) {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

pub(super) fn with(
    mut response: Response<Full<Bytes>>,
    name: &'static str,
    value: &'static str,
) -> Response<Full<Bytes>> {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}
