//! `/studio`: the control room, where an operator plays the radio as an instrument.
//!
//! [`entry`] exchanges the key of this run, or a name and password, for a session's cookie; programs send
//! either with each request instead ([`identity`]). Viewers may only read. A browser may change something
//! only by POST from the studio's own page (`web::origin`). [`access`] holds the limits on sessions,
//! streams of [`events`], requests in progress, and changes per second.
//!
//! The page is made of the files in `page/`, and uses the [`api`], whose calls wait for the threads of a
//! station and therefore run on threads for blocking work ([`work`]).

pub mod access;
pub mod answers;
pub mod api;
pub mod call;
pub mod denial;
pub mod entry;
pub mod events;
pub mod identity;
pub mod lab;
pub mod page;
pub mod rate;
pub mod reply;
pub mod session;
pub mod tools;
pub mod work;

use std::sync::Arc;

use hyper::{Method, StatusCode};

use crate::web::{
    admission::{self, Answer},
    origin,
    request::ClientRequest,
    response::{FullResponse, HTML, JSON, sent, with},
    site::Site,
    studio::{
        entry::Login,
        identity::{COOKIE, identify},
        reply::{Failure, refuse},
        work::Work,
    },
};

/// The description of the API (`OpenAPI` 3.1).
pub const OPENAPI: &str = include_str!("openapi.json");

/// Answers a request for `path`, which is the part after `/studio`.
pub fn answer<B>(site: &Arc<Site>, path: &str, request: &ClientRequest<B>) -> Answer {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let is_post = *request.method() == Method::POST;
    if !is_read && !is_post {
        return Answer::Full(not_allowed("GET, HEAD, POST"));
    }
    if is_post && !origin::is_own(request.method(), request.headers(), public_url(site)) {
        let sentence = "a browser may change something only from a page of this server";
        return refused(&Failure::new(StatusCode::FORBIDDEN, sentence));
    }
    match (path, is_post) {
        ("", false) if *request.method() == Method::GET => {
            Answer::Full(entry::enter(site, request))
        }
        ("", false) => Answer::Full(reply::redirect("studio/", None)),
        ("/", false) => Answer::Full(index(site, request)),
        ("/api/openapi.json", false) => Answer::Full(reply::page(StatusCode::OK, JSON, OPENAPI)),
        ("/events", false) => answer_events(site, request),
        (path, false) if path.starts_with("/cue/") => answer_cue(site, request),
        ("/login", true) => {
            let login = Login::by(site, request);
            Answer::Later(Box::new(|body, _| Box::pin(async { sent(login.answer(body).await) })))
        }
        ("/logout", true) => {
            Answer::Full(entry::leave(site, request.cookie(COOKIE), request.is_secure))
        }
        ("/login" | "/logout", false) => Answer::Full(not_allowed("POST")),
        _ => match page::file(path.trim_start_matches('/')) {
            Some((content_type, text)) if !is_post => {
                Answer::Full(reply::page(StatusCode::OK, content_type, text))
            }
            _ => answer_call(site, path, request),
        },
    }
}

fn public_url(site: &Site) -> Option<&str> {
    site.server.public_url.as_deref()
}

/// The studio's page, or the login page without a session.
fn index<B>(site: &Site, request: &ClientRequest<B>) -> FullResponse {
    match identify(site, request) {
        Ok(_) => reply::page(StatusCode::OK, HTML, page::INDEX),
        Err(_) => entry::login_page(site, "./", None),
    }
}

fn answer_events<B>(site: &Arc<Site>, request: &ClientRequest<B>) -> Answer {
    if let Err(denial) = identify(site, request) {
        return refused(&denial.into());
    }
    let (site, station) = (site.clone(), request.query().get("station"));
    Answer::Later(Box::new(move |_, life| {
        Box::pin(async move { events::answer(&site, station, life) })
    }))
}

/// The stream of the cue at the request's path.
fn answer_cue<B>(site: &Site, request: &ClientRequest<B>) -> Answer {
    if let Err(denial) = identify(site, request) {
        return refused(&denial.into());
    }
    let lab = site.lab.as_ref();
    match lab.and_then(|lab| lab.cue_at(request.request.uri().path())) {
        Some(mount) => admission::stream(site, &mount, request),
        None => refused(&Failure::missing("this cue has ended")),
    }
}

fn answer_call<B>(site: &Arc<Site>, path: &str, request: &ClientRequest<B>) -> Answer {
    match Work::of(site, path, request) {
        Ok(work) => {
            Answer::Later(Box::new(|body, _| Box::pin(async { sent(work.answer(body).await) })))
        }
        Err(failure) => refused(&failure),
    }
}

fn refused(failure: &Failure) -> Answer {
    Answer::Full(refuse(failure))
}

fn not_allowed(allow: &'static str) -> FullResponse {
    let failure = Failure::new(StatusCode::METHOD_NOT_ALLOWED, format!("expected {allow}"));
    with(refuse(&failure), "allow", allow)
}
