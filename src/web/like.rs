//! `POST /api/stations/NAME/like`: a listener's like.

use std::time::Instant;

use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    station::history::{Heard, PastTitle},
    web::{
        likers::{Counts, MEMORY},
        origin,
        query::Query,
        request::ClientRequest,
        response::{FullResponse, JSON, TEXT, private, with},
        site::{ServedStation, Site},
    },
};

/// The answer to a like.
#[derive(Debug, Serialize)]
struct Liked {
    piece: u64,
    likes: u32,
    /// False if this address has liked the piece before.
    counted: bool,
}

/// Answers `POST /api/stations/NAME/like`: the listener likes the piece of bar `?bar=NUMBER`, or piece
/// `?piece=NUMBER`, or else what a new listener hears. Requests from pages of other sites are refused.
pub fn answer<B>(site: &Site, station: &ServedStation, request: &ClientRequest<B>) -> FullResponse {
    let refuse = |status, text: &'static str| private(status, TEXT, text);
    if request.method() != Method::POST {
        let response = refuse(StatusCode::METHOD_NOT_ALLOWED, "expected POST\n");
        return with(response, "allow", "POST");
    }
    let public_url = site.server.public_url.as_deref();
    if !origin::is_own(request.method(), request.headers(), public_url) {
        return refuse(StatusCode::FORBIDDEN, "expected a like from a page of this radio\n");
    }
    let Some((past, bar)) = liked(station, request.query(), Timestamp::now()) else {
        return refuse(StatusCode::NOT_FOUND, "expected a piece of the last hour\n");
    };
    let piece = past.heard.as_ref().map_or(0, |heard| heard.piece);
    let counts = site.likers.note(request.address, &station.name, piece, Instant::now());
    match counts {
        Counts::TooMany => {
            let text = "too many likes within an hour\n";
            return with(refuse(StatusCode::TOO_MANY_REQUESTS, text), "retry-after", "600");
        }
        Counts::Before => {}
        Counts::Yes => {
            if let Some(liked) = station.likes.note(&past, bar, Timestamp::now()) {
                station.state_sender.like(liked);
            }
        }
    }
    let liked = Liked { piece, likes: station.likes.n_of(piece), counted: counts == Counts::Yes };
    private(StatusCode::OK, JSON, json(&liked))
}

/// The history entry that is liked, and the bar.
fn liked(station: &ServedStation, query: Query, now: Timestamp) -> Option<(PastTitle, u64)> {
    let number = |name: &str| query.get(name).map(|text| text.parse::<u64>());
    let (bar, piece) = (number("bar").transpose().ok()?, number("piece").transpose().ok()?);
    let on_air = station.on_air.borrow().clone();
    let mut bars = on_air.bars.iter().rev().map(|aired| &aired.bar);
    let aired = match (bar, piece) {
        (Some(number), _) => bars.find(|bar| bar.number == number).cloned(),
        (None, Some(piece)) => bars.find(|bar| bar.piece == piece).cloned(),
        (None, None) => Some(station.now()?),
    };
    if let Some(bar) = aired {
        let past = PastTitle { at: now, title: bar.title.clone(), heard: Some(Heard::of(&bar)) };
        return Some((past, bar.number));
    }
    let past = match (bar, piece) {
        (Some(bar), _) => {
            station.history.find(|past| past.heard.as_ref().is_some_and(|heard| heard.bar <= bar))
        }
        (None, piece) => station.history.of_piece(piece?),
    }?;
    // A like is remembered for an hour, so anything older could be liked repeatedly.
    let oldest = now - SignedDuration::try_from(MEMORY).ok()?;
    let heard_at = past.heard.as_ref()?.bar;
    (oldest < past.at).then_some((past, bar.unwrap_or(heard_at)))
}

fn json(liked: &Liked) -> String {
    serde_json::to_string(liked).expect("numbers can be JSON")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hyper::Request;

    use super::*;
    use crate::web::site::tests::{aired, site, station};

    fn like(site: &Site, query: &str, address: &str, lines: &[(&str, &str)]) -> (u16, String) {
        let uri = format!("http://radio.example/api/stations/a/like{query}");
        let mut request = Request::post(uri).header("host", "radio.example");
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let (address, base_url) = (address.parse().unwrap(), String::new());
        let request = ClientRequest {
            request: &request,
            address,
            base_url,
            is_url_known: false,
            is_secure: false,
        };
        let answer = answer(site, &site.stations[0], &request);
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
        let (head, body) = answer.into_parts();
        let body = futures_util::FutureExt::now_or_never(http_body_util::BodyExt::collect(body));
        let text = String::from_utf8(body.unwrap().unwrap().to_bytes().to_vec()).unwrap();
        (head.status.as_u16(), text)
    }

    #[test]
    fn a_like_counts_once_for_an_address_and_only_from_the_radio_s_pages() {
        let (station, _writer, on_air) = station("a");
        on_air.send_modify(|now| {
            Arc::make_mut(now).bars.extend([aired(0, "one"), aired(1, "one")]);
        });
        let site = site(vec![station]);
        let own = ("sec-fetch-site", "same-origin");

        let first = like(&site, "?bar=1", "10.0.0.1", &[own]);
        assert_eq!(first, (200, "{\"piece\":0,\"likes\":1,\"counted\":true}".to_owned()));
        let again = like(&site, "", "10.0.0.1", &[]);
        assert_eq!(again, (200, "{\"piece\":0,\"likes\":1,\"counted\":false}".to_owned()));
        assert_eq!(like(&site, "?piece=0", "10.0.0.2", &[own]).0, 200);
        assert_eq!(like(&site, "", "10.0.0.3", &[("sec-fetch-site", "cross-site")]).0, 403);
        assert_eq!(like(&site, "", "10.0.0.3", &[("origin", "http://evil.example")]).0, 403);
        assert_eq!(like(&site, "?piece=9", "10.0.0.3", &[]).0, 404);
        assert_eq!(like(&site, "?bar=x", "10.0.0.3", &[]).0, 404);

        assert_eq!(site.stations[0].likes.n_of(0), 2);
    }
}
