//! Titles to a server that has our sound: a question of its own at each change, since MP3 has no
//! place for them.
//!
//! Icecast, Liquidsoap's harbor and `AzuraCast` all answer `/admin/metadata`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::StatusCode;
use tokio::{sync::watch, time::timeout};
use tracing::{debug, warn};

use crate::{
    config::Remote,
    out::{
        client::{Question, fields},
        push::{
            Wish,
            request::{login, one_line},
        },
    },
};

/// Before a title that did not arrive is told again, unless a newer comes first. Right after a push
/// has begun a server may not know its mount yet.
const PAUSE: Duration = Duration::from_secs(3);

/// Tells the server the newest of `titles` for as long as it is polled; one that is replaced while
/// the server is slow is left out.
pub async fn tell(wish: &Wish, mut titles: watch::Receiver<Arc<str>>) -> Infallible {
    let mut has_warned = false;
    loop {
        if titles.changed().await.is_err() {
            return std::future::pending().await;
        }
        loop {
            let title = titles.borrow_and_update().clone();
            let Err(reason) = tell_one(wish, &title).await else { break };
            let server = &wish.push.server;
            if has_warned {
                debug!(station = wish.station, "{server} takes no titles: {reason}");
            } else {
                warn!(station = wish.station, "{server} takes no titles: {reason}");
                has_warned = true;
            }
            // Whether a newer one has come or not, the newest is told.
            let _ = timeout(PAUSE, titles.changed()).await;
        }
    }
}

async fn tell_one(wish: &Wish, title: &str) -> Result<(), String> {
    let push = &wish.push;
    let question = Question {
        to: &push.server,
        ca_file: push.ca_file.as_deref(),
        target: target(&push.server, title),
        login: Some(login(push)),
        form: None,
    };
    let answer = question.ask().await.map_err(|error| error.to_string())?;
    match answer.status {
        StatusCode::OK => Ok(()),
        status => Err(format!("it answers {status}")),
    }
}

fn target(server: &Remote, title: &str) -> String {
    let mount = percent_encoding::percent_decode_str(&server.path).decode_utf8_lossy();
    let query =
        [("mount", &*mount), ("mode", "updinfo"), ("song", &one_line(title)), ("charset", "UTF-8")];
    format!("/admin/metadata?{}", fields(&query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_and_a_mount_with_odd_letters_arrive_as_they_are() {
        let server = "http://ice.example:8000/my%20mount.mp3".parse().unwrap();

        assert_eq!(
            target(&server, "Caf\u{e9} & tea\n100%"),
            "/admin/metadata?mount=%2Fmy%20mount.mp3&mode=updinfo&song=Caf%C3%A9%20%26%20tea%20100%25\
             &charset=UTF-8"
        );
    }
}
