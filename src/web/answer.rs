//! Answers requests.

use std::{num::NonZeroUsize, sync::Arc};

use hyper::{
    HeaderMap, Method, Request, StatusCode, Version,
    header::{HOST, HeaderValue, USER_AGENT},
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
        listen::{self, StreamStart},
        metrics, page,
        request::ClientRequest,
        response::{CONTENT_POLICY, FullResponse, HTML, JSON, TEXT, header_name, respond, with},
        route::Route,
        shoutcast,
        site::Site,
        status, status_page,
    },
};

const ALLOW: &str = "GET, HEAD, OPTIONS";

/// The longest `User-Agent` that is kept, in bytes.
const MAX_AGENT: usize = 200;

/// A full response, or a stream to send in its place.
pub enum Answer {
    /// Sent by hyper.
    Full(FullResponse),
    /// Sent by [`listen::begin`].
    Stream(Box<StreamStart>),
}

/// Answers `request`, received on a connection with `ends`.
pub fn answer<B>(site: &Site, request: &Request<B>, ends: Ends) -> Answer {
    let address =
        client::address(ends.remote.ip(), request.headers(), &site.server.trusted_proxies);
    if site.server.deny.iter().any(|net| net.contains(&address)) {
        let text = "your address is blocked\n";
        return Answer::Full(respond(StatusCode::FORBIDDEN, TEXT, text));
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let authority = request.uri().authority().map(hyper::http::uri::Authority::as_str).or(host);
    let base_url = site.base_url(authority, ends.local, ends.is_secure);
    let request = ClientRequest { request, address, base_url };
    let route = Route::of(request.request.uri().path(), site);
    if let Some(Route::Admin(command)) = route {
        return Answer::Full(admin::answer(site, command, &request));
    }
    Answer::Full(match *request.method() {
        Method::OPTIONS => respond(StatusCode::NO_CONTENT, TEXT, ""),
        Method::GET | Method::HEAD => match route {
            Some(Route::Stream(mount)) => return stream(site, mount, &request),
            Some(route) => show(site, &route, &request),
            None => respond(StatusCode::NOT_FOUND, TEXT, "no such page or stream\n"),
        },
        _ => {
            let text = "only GET, HEAD and OPTIONS are supported\n";
            with(respond(StatusCode::METHOD_NOT_ALLOWED, TEXT, text), "allow", ALLOW)
        }
    })
}

/// Starts a stream from its burst. `Range` and unknown parameters are ignored: a `206` would make players
/// seek in an endless stream.
fn stream<B>(site: &Site, mount: &Arc<Mount>, request: &ClientRequest<B>) -> Answer {
    let headers = request.headers();
    let about = &mount.about;
    let titles = titles(site, headers, about.coding);
    let metaint = match titles {
        Titles::Icy(metaint) => Some(metaint),
        Titles::None | Titles::Heads => None,
    };
    if request.method() == Method::HEAD {
        let mut response = respond(StatusCode::OK, about.coding.content_type(), "");
        *response.version_mut() = Version::HTTP_10;
        for (name, value) in listen::headers(about, &request.base_url, metaint) {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("cleaned text is valid");
            response.headers_mut().insert(header_name(name), value);
        }
        return Answer::Full(response);
    }
    let agent = headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    let mut agent = clean(&agent.unwrap_or_default());
    agent.truncate(agent.floor_char_boundary(MAX_AGENT));
    let permit = site.audience.admit(site.listener_limits(), mount, request.address, &agent);
    let admitted = permit.and_then(|permit| {
        let listener = join_mount_or_fallback(mount).ok_or(Refusal::MountFull)?;
        permit.client.moved_to(&listener.mount.about.path);
        Ok((listener, permit))
    });
    match admitted {
        Ok((listener, permit)) => {
            let feed = Feed::new(listener, permit, titles);
            let head = listen::head(about, &request.base_url, metaint);
            Answer::Stream(Box::new(StreamStart { head, feed }))
        }
        Err(refusal) => {
            let response = respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{refusal}\n"));
            Answer::Full(with(response, "retry-after", "30"))
        }
    }
}

/// Joins `mount` or the first of its fallback mounts that has room, preferring mounts that are not silent.
fn join_mount_or_fallback(mount: &Arc<Mount>) -> Option<Listener> {
    let chain = || std::iter::successors(Some(mount.clone()), |mount| mount.fallback());
    let sounding =
        chain().filter(|mount| !api::is_silent(mount)).find_map(|mount| mount.try_join());
    sounding.or_else(|| chain().find_map(|mount| mount.try_join()))
}

/// How titles are sent to this client.
///
/// Icecast requests ICY metadata when it relays, but removes it from MP3 only; in Ogg the metadata would
/// corrupt pages.
fn titles(site: &Site, headers: &HeaderMap, coding: Coding) -> Titles {
    let agent = headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    match NonZeroUsize::new(site.server.metaint_bytes) {
        _ if coding.is_ogg() && agent.starts_with(b"Icecast") => Titles::Heads,
        Some(metaint) if wants_titles(headers) => Titles::Icy(metaint),
        _ => Titles::None,
    }
}

/// Any number but 0 requests titles, as in Icecast.
fn wants_titles(headers: &HeaderMap) -> bool {
    let value = headers.get("icy-metadata").and_then(|value| value.to_str().ok());
    value.and_then(|text| text.trim().parse::<u32>().ok()).is_some_and(|number| number > 0)
}

fn show<B>(site: &Site, route: &Route, request: &ClientRequest<B>) -> FullResponse {
    let (query, base_url) = (request.query(), request.base_url.as_str());
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
        Route::Bars(station) => {
            let after = query.get("after").and_then(|number| number.parse().ok());
            ok(JSON, to_json(&api::bars(station, after)))
        }
        Route::History(station) => ok(JSON, to_json(&api::history(station))),
        Route::M3u(mount) => ok("audio/x-mpegurl", page::m3u(&mount.about, base_url)),
        Route::Pls(mount) => ok("audio/x-scpls", page::pls(&mount.about, base_url)),
        Route::Xspf(_, mount) => ok("application/xspf+xml", page::xspf(mount, base_url)),
        Route::Hls(station, file) => hls::answer(station, file, request),
        Route::Stream(_) | Route::Admin(_) => unreachable!("answered by the caller"),
    }
}

fn health(site: &Site) -> FullResponse {
    let silent = api::silent_stations(site);
    // A refused radio.toml doesn't affect the stations on air, so it isn't a failure.
    let problem = site.problem.as_ref().map(|problem| format!("{problem}\n")).unwrap_or_default();
    let down: Vec<String> = site.supervisor.down().into_iter().map(|(name, _)| name).collect();
    let line = |what: &str, names: &[String]| match names {
        [] => String::new(),
        names => format!("{what}: {}\n", names.join(", ")),
    };
    // A disk that hangs doesn't affect the stations on air either.
    let problem = line("waiting for a disk", &site.supervisor.stuck()) + &problem;
    if silent.is_empty() && down.is_empty() {
        return respond(StatusCode::OK, TEXT, format!("on air\n{problem}"));
    }
    let silent: Vec<String> = silent.into_iter().map(str::to_owned).collect();
    let text = line("silent", &silent) + &line("down, being started again", &down) + &problem;
    respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, text)
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain numbers, strings and lists")
}
