//! Answers requests.

use std::sync::Arc;

use hyper::{Method, Request, StatusCode, Version, header::HOST};
use serde::Serialize;

use crate::web::{
    admin,
    admission::{self, Answer},
    api,
    client::{self, Ends},
    hls, like, metrics, page, pictures,
    request::ClientRequest,
    response::{CONTENT_POLICY, EMBED_POLICY, FullResponse, HTML, JSON, TEXT, respond, with},
    route::Route,
    shoutcast,
    site::{ServedStation, Site, url_of},
    status, status_page, studio, takes, troubles,
};

const ALLOW: &str = "GET, HEAD, OPTIONS";

/// Answers `request`, received on a connection with `ends`.
pub fn answer<B>(site: &Arc<Site>, request: &Request<B>, ends: Ends) -> Answer {
    let address =
        client::address(ends.remote.ip(), request.headers(), &site.server.trusted_proxies);
    if !has_one_host(request) {
        let text = "expected one Host header (RFC 9112, section 3.2)\n";
        return Answer::Full(respond(StatusCode::BAD_REQUEST, TEXT, text));
    }
    if site.denies(address) {
        let text = "your address is blocked\n";
        return Answer::Full(respond(StatusCode::FORBIDDEN, TEXT, text));
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let authority = request.uri().authority().map(hyper::http::uri::Authority::as_str).or(host);
    let is_secure = client::is_secure(ends, request.headers(), &site.server.trusted_proxies);
    let known_url = site.known_url(authority, is_secure);
    let is_url_known = known_url.is_some();
    // As a last resort, the server's end of the connection.
    let base_url = known_url.unwrap_or_else(|| url_of(&ends.local.to_string(), is_secure));
    let request = ClientRequest { request, address, base_url, is_url_known, is_secure };
    let route = route(site, &request);
    if let Some(Route::Admin(command)) = route {
        return Answer::Full(admin::answer(site, command, &request));
    }
    if let Some(Route::Kept(station, kept)) = route {
        return takes::answer(site, station, kept, &request);
    }
    if let Some(Route::Studio(path)) = route {
        return studio::answer(site, path, &request);
    }
    if let Some(Route::Like(station)) = route {
        return Answer::Full(like::answer(site, station, &request));
    }
    Answer::Full(match *request.method() {
        Method::OPTIONS => respond(StatusCode::NO_CONTENT, TEXT, ""),
        Method::GET | Method::HEAD => match route {
            Some(Route::Stream(mount)) => return admission::stream(site, mount, &request),
            Some(Route::Picture(picture, of_path)) => {
                let n_pixels = of_path.or_else(|| pictures::side(request.query()));
                return Answer::made_by(pictures::drawing(site, picture, n_pixels));
            }
            Some(route) => show(site, &route, &request),
            None => respond(StatusCode::NOT_FOUND, TEXT, "no such page or stream\n"),
        },
        _ => {
            let text = "only GET, HEAD and OPTIONS are supported\n";
            with(respond(StatusCode::METHOD_NOT_ALLOWED, TEXT, text), "allow", ALLOW)
        }
    })
}

/// The request's route. An audio player that requests the player page gets the first station's stream,
/// since it can't show a page.
fn route<'a, B>(site: &'a Site, request: &ClientRequest<'a, B>) -> Option<Route<'a>> {
    let route = Route::of(request.request.uri().path(), site);
    let first = site.stations.first().filter(|_| request.headers().contains_key("icy-metadata"));
    match (route, first) {
        (Some(Route::Player), Some(station)) => Some(Route::Stream(station.main())),
        (route, _) => route,
    }
}

/// Whether the request has one `Host`, as HTTP/1.1 requires (RFC 9112, section 3.2). Older clients may send
/// none.
fn has_one_host<B>(request: &Request<B>) -> bool {
    let n = request.headers().get_all(HOST).iter().count();
    n == 1 || n == 0 && request.version() < Version::HTTP_11
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
        Route::Asset(asset) => respond(StatusCode::OK, asset.content_type, asset.text),
        Route::Embed => with(
            respond(StatusCode::OK, HTML, page::EMBED),
            "content-security-policy",
            EMBED_POLICY,
        ),
        Route::AdminWithoutSlash => {
            with(respond(StatusCode::MOVED_PERMANENTLY, TEXT, ""), "location", "admin/")
        }
        Route::Health => health(site),
        Route::Metrics => ok("text/plain; version=0.0.4; charset=UTF-8", metrics::text(site)),
        Route::IcecastStatus => {
            let mount = query.get("mount");
            ok(JSON, status::icecast(site, base_url, mount.as_deref()).to_string())
        }
        Route::StatusPage => ok(HTML, status_page::html(site)),
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
        Route::History(station) => ok(JSON, to_json(&api::history(station, base_url))),
        Route::M3u(mount) => ok("audio/x-mpegurl", page::m3u(&mount.about, base_url)),
        Route::Pls(mount) => ok("audio/x-scpls", page::pls(&mount.about, base_url)),
        Route::Xspf(_, mount) => ok("application/xspf+xml", page::xspf(mount, base_url)),
        Route::Hls(station, file) => hls::answer(station, file, request),
        Route::Stream(_)
        | Route::Admin(_)
        | Route::Studio(_)
        | Route::Kept(..)
        | Route::Like(_)
        | Route::Picture(..) => {
            unreachable!("answered by the caller")
        }
    }
}

fn health(site: &Site) -> FullResponse {
    let silent = api::silent_stations(site);
    let inaudible = |station: &ServedStation| {
        let fault = troubles::sound_fault(site, station)?;
        Some(format!("{}: {fault}\n", station.name))
    };
    let inaudible: String = site.stations.iter().filter_map(inaudible).collect();
    // A refused radio.toml doesn't affect the stations on air, so it isn't a failure.
    let refused = site.refused.as_ref().map(|refused| format!("{refused}\n")).unwrap_or_default();
    let down: Vec<String> = site.supervisor.down().into_iter().map(|(name, _)| name).collect();
    let line = |what: &str, names: &[String]| match names {
        [] => String::new(),
        names => format!("{what}: {}\n", names.join(", ")),
    };
    // A disk that hangs doesn't affect the stations on air either.
    let problem = line("waiting for a disk", &site.supervisor.stuck()) + &refused;
    if silent.is_empty() && down.is_empty() && !inaudible.is_empty() {
        let text = format!("inaudible\n{inaudible}{problem}");
        return respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, text);
    }
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
