//! Server-sent events: what happens on a station, for open pages.

use std::{convert::Infallible, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http_body_util::{BodyExt as _, Either, StreamBody};
use hyper::{StatusCode, body::Frame};
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, broadcast, watch},
    time::{Instant, sleep_until},
};

use crate::{
    station::{
        on_air::OnAir,
        studio::{Studio, event::Event},
    },
    web::{
        admission::Life,
        response::{SentResponse, sent},
        shutdown::Shutdown,
        site::Site,
        studio::reply::{self, Failure},
    },
};

/// How long a stream lasts; the browser then reconnects.
const MAX_STREAM: Duration = Duration::from_secs(50);

/// How long a browser waits before it reconnects, in milliseconds.
const RETRY: &str = "retry: 500\n\n";

/// A stream of events about one station, or about all.
struct Events {
    station: Option<String>,
    moves: broadcast::Receiver<Arc<Event>>,
    on_air: Option<watch::Receiver<Arc<OnAir>>>,
    last_bar: Option<u64>,
    /// The first text sent.
    first: Option<String>,
    until: Instant,
    shutdown: Shutdown,
    /// Released at the end.
    _permit: OwnedSemaphorePermit,
}

/// Streams the events of `station`, or of all stations, until the connection's `life` ends.
pub fn answer(site: &Site, station: Option<String>, life: Life) -> SentResponse {
    match open(site, station, life) {
        Ok(events) => {
            let body = StreamBody::new(frames(events)).boxed_unsync();
            let mut response =
                reply::page(StatusCode::OK, "text/event-stream", "").map(|_| Either::Right(body));
            let headers = response.headers_mut();
            // Proxies such as nginx would buffer the events.
            headers.insert("x-accel-buffering", hyper::header::HeaderValue::from_static("no"));
            headers.insert("connection", hyper::header::HeaderValue::from_static("close"));
            response
        }
        Err(failure) => sent(reply::refuse(&failure)),
    }
}

fn open(site: &Site, station: Option<String>, life: Life) -> Result<Events, Failure> {
    let studio = site.studio.as_ref().ok_or_else(|| Failure::missing("the studio is off"))?;
    let on_air = match &station {
        None => None,
        Some(name) => {
            let served = site.station(name);
            let missing = || Failure::missing(format!("no station {name:?}"));
            Some(served.ok_or_else(missing)?.on_air.clone())
        }
    };
    let permit = site.studio_access.event_streams.clone().try_acquire_owned().map_err(|_| {
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, "too many studios are open; close one")
    })?;
    // Subscribed first, so that nothing is missed in between.
    let events = studio.subscribe();
    let hand = station.as_ref().map(|name| hand(studio, name));
    let first = RETRY.to_owned() + &hand.unwrap_or_default();
    Ok(Events {
        station,
        moves: events,
        on_air,
        last_bar: None,
        first: Some(first),
        until: life.until.min(Instant::now() + MAX_STREAM),
        shutdown: life.shutdown,
        _permit: permit,
    })
}

fn frames(events: Events) -> impl Stream<Item = Result<Frame<Bytes>, Infallible>> {
    stream::unfold(events, |mut events| async move {
        let text = events.next().await?;
        Some((Ok(Frame::data(text.into())), events))
    })
}

impl Events {
    /// The text of the next event; none at the end. A page that has missed events is disconnected and
    /// reconnects.
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            tokio::select! {
                () = sleep_until(self.until) => return None,
                () = self.shutdown.clone().begun() => return None,
                event = self.moves.recv() => {
                    let event = event.ok()?;
                    if self.station.as_ref().is_none_or(|name| event.station() == name) {
                        return Some(data(&serde_json::to_value(&*event).ok()?));
                    }
                }
                bar = new_bar(&mut self.on_air, self.last_bar) => {
                    let (number, text) = bar?;
                    self.last_bar = Some(number);
                    return Some(text);
                }
            }
        }
    }
}

/// The event with all that is changed by hand now, for a page that connects.
fn hand(studio: &Studio, station: &str) -> String {
    let [n_undo, n_redo] = studio.steps(station);
    let (hand, station) = (Box::new(studio.hand(station)), station.to_owned());
    let event = serde_json::to_value(Event::Hand { station, hand, n_undo, n_redo });
    event.map(|event| data(&event)).unwrap_or_default()
}

fn data(event: &serde_json::Value) -> String {
    format!("data: {event}\n\n")
}

/// Number and event of the bar that begins next at the live edge; pending without a station, none when it
/// has stopped.
async fn new_bar(
    on_air: &mut Option<watch::Receiver<Arc<OnAir>>>,
    last: Option<u64>,
) -> Option<(u64, String)> {
    let Some(on_air) = on_air else { return std::future::pending().await };
    loop {
        let now = on_air.borrow_and_update().clone();
        let aired = now.bar_at(now.rendered_seconds).filter(|aired| Some(aired.bar.number) != last);
        if let Some(aired) = aired {
            let bar = &aired.bar;
            let event = json!({
                "type": "bar",
                "bar": bar.number,
                "section": bar.section.name(),
                "chord": bar.chord.to_string(),
                "key": bar.key.to_string(),
                "tempo_bpm": bar.tempo.get(),
                "title": bar.title,
                "piece": bar.piece,
                "puck": bar.puck,
                "start_second": aired.start_second,
                "rendered_seconds": now.rendered_seconds,
            });
            return Some((bar.number, data(&event)));
        }
        on_air.changed().await.ok()?;
    }
}
