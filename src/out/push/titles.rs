//! Title updates of a push: a separate request to `/admin/metadata` at each change, since MP3 can't
//! carry titles. Icecast, Liquidsoap's harbor and `AzuraCast` all support it.

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::StatusCode;
use tokio::{sync::watch, time::timeout};
use tracing::{debug, warn};

use crate::{
    config::Remote,
    out::{
        client::{ApiRequest, fields},
        push::{
            request::{authorization, one_line},
            target::Target,
        },
    },
};

/// Delay before a failed update is retried, unless the title changes first. Right after the start of a push
/// the server may lack the mount.
const RETRY: Duration = Duration::from_secs(3);

/// Sends the newest of `titles` at each change, until it is dropped. Titles that are replaced while the
/// server is slow are skipped.
pub async fn send_all(target: &Target, mut titles: watch::Receiver<Arc<str>>) -> Infallible {
    let mut has_warned = false;
    loop {
        if titles.changed().await.is_err() {
            return std::future::pending().await;
        }
        loop {
            let title = titles.borrow_and_update().clone();
            let Err(reason) = send(target, &title).await else { break };
            let (station, server) = (&target.station, &target.push.server);
            if has_warned {
                debug!(station, "title update at {server} failed: {reason}");
            } else {
                warn!(station, "title update at {server} failed: {reason}; retrying");
                has_warned = true;
            }
            // Then retry with the newest title, changed or not.
            let _ = timeout(RETRY, titles.changed()).await;
        }
    }
}

async fn send(target: &Target, title: &str) -> Result<(), String> {
    let push = &target.push;
    let request = ApiRequest {
        to: &push.server,
        ca_file: push.ca_file.as_deref(),
        target: path_and_query(&push.server, title),
        authorization: Some(authorization(push)),
        body: None,
    };
    let response = request.send().await.map_err(|error| error.to_string())?;
    match response.status {
        StatusCode::OK => Ok(()),
        status => Err(format!("status {status}")),
    }
}

fn path_and_query(server: &Remote, title: &str) -> String {
    let mount = percent_encoding::percent_decode_str(&server.path).decode_utf8_lossy();
    let query =
        [("mount", &*mount), ("mode", "updinfo"), ("song", &one_line(title)), ("charset", "UTF-8")];
    format!("/admin/metadata?{}", fields(&query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_mounts_are_percent_encoded() {
        let server = "http://ice.example:8000/my%20mount.mp3".parse().unwrap();

        assert_eq!(
            path_and_query(&server, "Caf\u{e9} & tea\n100%"),
            "/admin/metadata?mount=%2Fmy%20mount.mp3&mode=updinfo&song=Caf%C3%A9%20%26%20tea%20100%25\
             &charset=UTF-8"
        );
    }
}
