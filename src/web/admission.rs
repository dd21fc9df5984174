//! Admits listeners: answers with a stream or a refusal.

use std::{
    net::IpAddr,
    num::NonZeroUsize,
    sync::{Arc, Once},
};

use futures_util::future::BoxFuture;
use hyper::{
    HeaderMap, Method, StatusCode, Version,
    body::Incoming,
    header::{HeaderValue, USER_AGENT},
};
use tokio::time::Instant;

use crate::{
    stream::{
        audience::Refusal,
        coding::Coding,
        feed::{Feed, Titles},
        icy::clean,
        mount::{Listener, Mount},
    },
    threads::blocking,
    web::{
        api,
        download::Download,
        listen::{self, StreamStart},
        range,
        request::ClientRequest,
        response::{FullResponse, SentResponse, TEXT, header_name, respond, sent, with},
        shutdown::Shutdown,
        site::Site,
    },
};

/// The longest `User-Agent` that is kept, in bytes.
const MAX_AGENT: usize = 200;

/// Makes a response from a request's body and the connection's lifetime.
pub type Later = Box<dyn FnOnce(Incoming, Life) -> BoxFuture<'static, SentResponse> + Send>;

/// The lifetime of a connection.
pub struct Life {
    /// When it is closed, unless it has become a stream.
    pub until: Instant,
    /// Signals the shutdown of the server.
    pub shutdown: Shutdown,
}

/// A full response, or a stream to send in its place.
pub enum Answer {
    /// Sent by hyper.
    Full(FullResponse),
    /// Made by a future, which may read the request's body.
    Later(Later),
    /// Sent by [`listen::begin`].
    Stream(Box<StreamStart>),
    /// Made and sent by [`download::send`](crate::web::download::send).
    Download(Box<Download>),
    /// There is no room for another listener now.
    Refused {
        /// The limit that is reached.
        refusal: Refusal,
        /// The client's address.
        address: IpAddr,
        /// Sent unless room is made in time.
        response: Box<FullResponse>,
    },
}

impl Answer {
    /// Made by `work`, on a thread that may block.
    pub fn made_by(work: impl FnOnce() -> FullResponse + Send + 'static) -> Self {
        let response = async { sent(blocking(work).await.unwrap_or_else(unmade)) };
        Self::Later(Box::new(|_, _| Box::pin(response)))
    }
}

/// The response if making one panicked, or found no thread.
fn unmade(why: String) -> FullResponse {
    tracing::error!("a response can't be made: {why}");
    respond(StatusCode::INTERNAL_SERVER_ERROR, TEXT, "the response can't be made\n")
}

/// Starts a stream from its burst. `Range` and unknown parameters are ignored: a `206` would make players
/// seek in an endless stream.
pub fn stream<B>(site: &Site, mount: &Arc<Mount>, request: &ClientRequest<B>) -> Answer {
    let headers = request.headers();
    let about = &mount.about;
    let titles = titles(site, request, about.coding);
    let metaint = match titles {
        Titles::Icy { metaint, .. } => Some(metaint),
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
    let limits = site.listener_limits();
    let permit =
        site.audience.admit(limits, mount, request.address, &agent, range::is_probe(headers));
    let admitted = permit.and_then(|permit| {
        let join = if permit.is_counted() {
            Mount::try_join
        } else {
            |mount: &_| Some(Mount::probe(mount))
        };
        let listener = join_mount_or_fallback(mount, join).ok_or(Refusal::MountFull)?;
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
            hint_at_proxy(site, request, refusal);
            let response = respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{refusal}\n"));
            let response = Box::new(with(response, "retry-after", "30"));
            Answer::Refused { refusal, address: request.address, response }
        }
    }
}

/// Logs once if a proxy that radio.toml does not name may have reached the limit per address.
fn hint_at_proxy<B>(site: &Site, request: &ClientRequest<B>, refusal: Refusal) {
    static HINT: Once = Once::new();
    let is_proxied = request.headers().contains_key("x-forwarded-for");
    if refusal == Refusal::AddressFull && is_proxied && site.server.trusted_proxies.is_empty() {
        let address = request.address;
        HINT.call_once(|| {
            tracing::warn!(
                "{address} has as many listeners as listeners_per_address allows; if it is a proxy, \
                 name it in trusted_proxies"
            );
        });
    }
}

/// Joins `mount` or the first of its fallback mounts that has room, preferring mounts that are not silent.
fn join_mount_or_fallback(
    mount: &Arc<Mount>,
    join: fn(&Arc<Mount>) -> Option<Listener>,
) -> Option<Listener> {
    let chain = || std::iter::successors(Some(mount.clone()), |mount| mount.fallback());
    let sounding = chain().filter(|mount| !api::is_silent(mount)).find_map(|mount| join(&mount));
    sounding.or_else(|| chain().find_map(|mount| join(&mount)))
}

/// How titles are sent to this client.
///
/// Icecast requests ICY metadata when it relays, but removes it from MP3 only; in Ogg the metadata would
/// corrupt pages.
fn titles<B>(site: &Site, request: &ClientRequest<B>, coding: Coding) -> Titles {
    let headers = request.headers();
    let agent = headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    match NonZeroUsize::new(site.server.metaint_bytes) {
        _ if coding.is_ogg() && agent.starts_with(b"Icecast") => Titles::Heads,
        Some(metaint) if wants_titles(headers) => {
            let base_url = request.is_url_known.then(|| request.base_url.as_str().into());
            Titles::Icy { metaint, base_url }
        }
        _ => Titles::None,
    }
}

/// Any number but 0 requests titles, as in Icecast.
fn wants_titles(headers: &HeaderMap) -> bool {
    let value = headers.get("icy-metadata").and_then(|value| value.to_str().ok());
    value.and_then(|text| text.trim().parse::<u32>().ok()).is_some_and(|number| number > 0)
}
