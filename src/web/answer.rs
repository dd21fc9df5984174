//! A request to its answer.

use std::{net::IpAddr, num::NonZeroUsize, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Version,
    header::{HOST, HeaderName, HeaderValue, USER_AGENT},
};
use serde::Serialize;

use crate::{
    stream::{
        audience::Refusal,
        coding::Coding,
        feed::{Feed, Titles},
        icy::clean,
        mount::{Listener, Mount},
    },
    web::{
        admin, api,
        client::{self, Ends},
        hls,
        listen::{self, Admission},
        metrics, page,
        query::Query,
        route::Route,
        server::SERVER,
        shoutcast,
        site::Site,
        status, status_page,
    },
};

/// Who may ask from a page of another origin, and what such a page may see: everything but `/admin`.
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
/// Content types.
pub const JSON: &str = "application/json; charset=UTF-8";
/// Of pages.
pub const HTML: &str = "text/html; charset=UTF-8";
/// Of everything else.
pub const TEXT: &str = "text/plain; charset=UTF-8";

/// The longest name of a player that is kept.
const MAX_AGENT: usize = 200;

/// Nothing that the page shows or runs comes from elsewhere.
pub const CONTENT_POLICY: &str =
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'";

/// An answer that hyper sends.
pub type Whole = Response<Full<Bytes>>;

/// A whole answer, or a listener who is to get a stream instead.
pub enum Answer {
    /// For hyper to send.
    Whole(Whole),
    /// For [`listen::begin`].
    Stream(Box<Admission>),
}

/// A request with what else is known of it.
pub struct Asked<'a, B> {
    /// As it came.
    pub request: &'a Request<B>,
    /// Who asks.
    pub address: IpAddr,
    /// What this client's URLs begin with.
    pub base_url: String,
}

impl<B> Asked<'_, B> {
    /// Its parameters.
    pub fn query(&self) -> Query<'_> {
        Query::of(self.request)
    }
}

/// Answers a request that came over a connection with these `ends`.
pub fn answer<B>(site: &Site, request: &Request<B>, ends: Ends) -> Answer {
    let address =
        client::address(ends.remote.ip(), request.headers(), &site.server.trusted_proxies);
    if site.server.deny.iter().any(|net| net.contains(&address)) {
        let text = "this radio does not serve your address\n";
        return Answer::Whole(respond(StatusCode::FORBIDDEN, TEXT, text));
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let named = request.uri().authority().map(hyper::http::uri::Authority::as_str).or(host);
    let base_url = site.base_url(named, ends.local, ends.is_secure);
    let asked = Asked { request, address, base_url };
    let route = Route::of(request.uri().path(), site);
    if let Some(Route::Admin(command)) = route {
        return Answer::Whole(admin::answer(site, command, &asked));
    }
    Answer::Whole(match *request.method() {
        Method::OPTIONS => respond(StatusCode::NO_CONTENT, TEXT, ""),
        Method::GET | Method::HEAD => match route {
            Some(Route::Stream(mount)) => return stream(site, mount, &asked),
            Some(route) => show(site, &route, &asked),
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
fn stream<B>(site: &Site, mount: &Arc<Mount>, asked: &Asked<B>) -> Answer {
    let headers = asked.request.headers();
    let about = &mount.about;
    let titles = titles(site, headers, about.coding);
    let metaint = match titles {
        Titles::Icy(metaint) => Some(metaint),
        Titles::None | Titles::Heads => None,
    };
    if asked.request.method() == Method::HEAD {
        let mut response = respond(StatusCode::OK, about.coding.content_type(), "");
        *response.version_mut() = Version::HTTP_10;
        for (name, value) in listen::headers(about, &asked.base_url, metaint) {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("cleaned text is valid");
            response.headers_mut().insert(header_name(name), value);
        }
        return Answer::Whole(response);
    }
    let agent = headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    let mut agent = clean(&agent.unwrap_or_default());
    agent.truncate(agent.floor_char_boundary(MAX_AGENT));
    let ticket = site.audience.admit(site.seats(), mount, asked.address, &agent);
    let ticket = ticket.and_then(|ticket| {
        let listener = find_seat(mount).ok_or(Refusal::MountFull)?;
        ticket.guest.moved_to(&listener.mount.about.path);
        Ok((listener, ticket))
    });
    match ticket {
        Ok((listener, ticket)) => {
            let feed = Feed::new(listener, ticket, titles);
            let head = listen::head(about, &asked.base_url, metaint);
            Answer::Stream(Box::new(Admission { head, feed }))
        }
        Err(refusal) => {
            let response = respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{refusal}\n"));
            Answer::Whole(with(response, "retry-after", "30"))
        }
    }
}

/// A seat at `mount`, or at the next mount in its stead that has one; first where there is sound.
fn find_seat(mount: &Arc<Mount>) -> Option<Listener> {
    let chain = || std::iter::successors(Some(mount.clone()), |mount| mount.fallback());
    let sounding =
        chain().filter(|mount| !api::is_silent(mount)).find_map(|mount| mount.try_join());
    sounding.or_else(|| chain().find_map(|mount| mount.try_join()))
}

fn header_name(name: &str) -> HeaderName {
    HeaderName::from_bytes(name.as_bytes()).expect("our names are valid")
}

/// How who asks is told of titles.
///
/// Icecast asks for ICY when it relays, and takes it out of MP3 only: in Ogg it would drop the pages
/// that titles fall into.
fn titles(site: &Site, headers: &HeaderMap, coding: Coding) -> Titles {
    let agent = headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    match NonZeroUsize::new(site.server.metaint_bytes) {
        _ if coding.mp3().is_none() && agent.starts_with(b"Icecast") => Titles::Heads,
        Some(metaint) if wants_titles(headers) => Titles::Icy(metaint),
        _ => Titles::None,
    }
}

/// Any number but 0 asks for titles, as in Icecast.
fn wants_titles(headers: &HeaderMap) -> bool {
    let value = headers.get("icy-metadata").and_then(|value| value.to_str().ok());
    value.and_then(|text| text.trim().parse::<u32>().ok()).is_some_and(|number| number > 0)
}

fn show<B>(site: &Site, route: &Route, asked: &Asked<B>) -> Whole {
    let (query, base_url) = (asked.query(), asked.base_url.as_str());
    let ok = |content_type, body: String| respond(StatusCode::OK, content_type, body);
    match route {
        Route::Player => with(
            respond(StatusCode::OK, HTML, page::INDEX),
            "content-security-policy",
            CONTENT_POLICY,
        ),
        Route::PlayerScript => {
            respond(StatusCode::OK, "text/javascript; charset=UTF-8", page::SCRIPT)
        }
        Route::PlayerStyle => respond(StatusCode::OK, "text/css; charset=UTF-8", page::STYLE),
        Route::Health => health(site),
        Route::Metrics => ok("text/plain; version=0.0.4; charset=UTF-8", metrics::text(site)),
        Route::IcecastStatus => {
            let mount = query.get("mount");
            ok(JSON, status::icecast(site, base_url, mount.as_deref()).to_string())
        }
        Route::StatusPage => ok(HTML, status_page::html(site, base_url)),
        Route::SevenHtml => ok(HTML, shoutcast::seven(site)),
        Route::ShoutcastStats if query.get("json").is_some_and(|json| json == "1") => {
            ok(JSON, shoutcast::stats(site).to_json().to_string())
        }
        Route::ShoutcastStats => ok("text/xml; charset=UTF-8", shoutcast::stats(site).to_xml()),
        Route::CurrentSong => ok(TEXT, shoutcast::current_song(site)),
        Route::Stations => ok(JSON, to_json(&api::stations(site, base_url))),
        Route::Bars(channel) => {
            let after = query.get("after").and_then(|number| number.parse().ok());
            ok(JSON, to_json(&api::bars(channel, after)))
        }
        Route::History(channel) => ok(JSON, to_json(&api::history(channel))),
        Route::M3u(mount) => ok("audio/x-mpegurl", page::m3u(&mount.about, base_url)),
        Route::Pls(mount) => ok("audio/x-scpls", page::pls(&mount.about, base_url)),
        Route::Xspf(_, mount) => ok("application/xspf+xml", page::xspf(mount, base_url)),
        Route::Hls(channel, file) => hls::answer(channel, file, asked),
        Route::Stream(_) | Route::Admin(_) => unreachable!("these are answered before"),
    }
}

fn health(site: &Site) -> Whole {
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

/// An answer that any page may read and nobody keeps.
pub fn respond(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Whole {
    let mut response = private(status, content_type, body);
    for (name, value) in CORS {
        response.headers_mut().insert(header_name(name), HeaderValue::from_static(value));
    }
    response
}

/// An answer that is only for who asked.
pub fn private(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Whole {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    for (name, value) in [
        ("server", SERVER),
        ("content-type", content_type),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The answer with one more header.
pub fn with(mut response: Whole, name: &'static str, value: &'static str) -> Whole {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}
