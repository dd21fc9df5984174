//! Entries of stations in a public directory (YP), such as dir.xiph.org.

pub mod listing;
pub mod protocol;

use std::{sync::Arc, time::Duration};

use tokio::{runtime::Handle, sync::mpsc, time::sleep};
use tracing::{debug, info, warn};

use crate::{
    config::Directory,
    out::{
        client::{ApiRequest, Body},
        directory::{listing::Listing, protocol::Entry},
    },
    stream::mount::Mount,
};

/// Delays that directories ask clients to keep.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Time on air before the first entry, so that short-lived stations make none.
    pub first: Duration,
    /// Delay after a failure; random jitter of up to as much is added.
    pub after_failure: Duration,
    /// Shortest interval of updates, whatever the directory asks for.
    pub least_touch: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            first: Duration::from_mins(1),
            after_failure: Duration::from_mins(20),
            least_touch: Duration::from_secs(30),
        }
    }
}

/// Keeps a station listed until this future is dropped, which also removes the entry.
///
/// The removal is complete when all clones of `leaving` have been dropped.
pub async fn run(listing: Listing, mount: Arc<Mount>, times: Times, leaving: mpsc::Sender<()>) {
    let mut has_warned = false;
    sleep(times.first).await;
    loop {
        let Err(reason) = stay_listed(&listing, &mount, times, &leaving).await;
        let Listing { station, directory, .. } = &listing;
        let wait = times.after_failure.mul_f64(1.0 + rand::random::<f64>());
        let minutes = wait.as_secs() / 60;
        let url = directory.url.as_ref().map(ToString::to_string).unwrap_or_default();
        if has_warned {
            debug!(station, "listing at {url} failed: {reason}");
        } else {
            warn!(station, "listing at {url} failed: {reason}; retry in {minutes} min");
            has_warned = true;
        }
        sleep(wait).await;
    }
}

/// Adds the entry and keeps it up to date. Returns only on a failure, with the reason.
async fn stay_listed(
    listing: &Listing,
    mount: &Mount,
    times: Times,
    leaving: &mpsc::Sender<()>,
) -> Result<std::convert::Infallible, String> {
    let Entry { id, mut every } = listing.post(protocol::add(listing, mount), "").await?;
    info!(station = listing.station, "listed in the directory, entry {id:?}");
    let mut listed = Listed { listing: listing.clone(), id, leaving: leaving.clone() };
    loop {
        sleep(every.max(times.least_touch)).await;
        let form = protocol::touch(listing, mount, &listed.id);
        match listing.post(form, &listed.id).await {
            Ok(entry) => Entry { id: listed.id, every } = entry,
            Err(reason) => {
                // The directory has dropped the entry, or will.
                listed.id.clear();
                return Err(reason);
            }
        }
    }
}

impl Listing {
    async fn post(&self, form: String, id: &str) -> Result<Entry, String> {
        let Directory { url: Some(to), ca_file } = &self.directory else {
            return Err("no directory".to_owned());
        };
        let request = ApiRequest {
            to,
            ca_file: ca_file.as_deref(),
            target: to.path.clone(),
            authorization: None,
            body: Some(Body::form(form)),
        };
        let response = request.send().await.map_err(|error| error.to_string())?;
        protocol::entry(&response.headers, id)
    }
}

/// An entry in a directory; dropping it removes the entry.
struct Listed {
    listing: Listing,
    /// Empty if the directory has dropped it.
    id: String,
    leaving: mpsc::Sender<()>,
}

impl Drop for Listed {
    fn drop(&mut self) {
        let (listing, id) = (self.listing.clone(), std::mem::take(&mut self.id));
        let leaving = self.leaving.clone();
        // Without a runtime the removal can't be sent, and the entry expires.
        let Ok(runtime) = Handle::try_current() else { return };
        if !id.is_empty() {
            runtime.spawn(async move {
                let removed = listing.post(protocol::remove(&id), &id).await;
                debug!(station = listing.station, "directory entry removed: {removed:?}");
                drop(leaving);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;
    use crate::stream::{
        coding::Coding,
        mount::About,
        ring::{Chunk, RingLimits, Writer, ring},
    };

    const TIMES: Times = Times {
        first: Duration::from_millis(10),
        after_failure: Duration::from_millis(10),
        least_touch: Duration::from_millis(10),
    };

    fn mount() -> (Writer, Arc<Mount>) {
        let about = About {
            path: "/a.mp3".into(),
            name: "Night & Day".into(),
            description: "Test".into(),
            genre: "Techno".into(),
            coding: Coding::default(),
            public: true,
        };
        let (writer, tap) = ring(RingLimits { burst: 8, keep: 16 });
        (writer, Arc::new(Mount::new(about, tap)))
    }

    /// Accepts one form and responds with `headers`.
    async fn take(directory: &TcpListener, headers: &str) -> String {
        let (mut socket, _) = directory.accept().await.unwrap();
        let mut request = Vec::new();
        let (mut n_body, mut text) = (usize::MAX, String::new());
        while text.split_once("\r\n\r\n").is_none_or(|(_, body)| body.len() < n_body) {
            socket.read_buf(&mut request).await.unwrap();
            text = String::from_utf8(request.clone()).unwrap();
            let length = text.split("content-length: ").nth(1).and_then(|t| t.lines().next());
            n_body = length.map_or(usize::MAX, |length| length.parse().unwrap());
        }
        let answer = format!("HTTP/1.0 200 OK\r\n{headers}\r\n\r\n");
        socket.write_all(answer.as_bytes()).await.unwrap();
        assert!(text.starts_with("POST /yp HTTP/1.1\r\n"), "{text}");
        text.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    #[tokio::test]
    async fn a_station_is_listed_updated_relisted_and_removed() {
        let directory = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/yp", directory.local_addr().unwrap()).parse().unwrap();
        let listing = Listing {
            station: "a".into(),
            directory: Directory { url: Some(url), ca_file: None },
            home: "http://radio.example".into(),
            max_listeners: 500,
        };
        let (mut writer, mount) = mount();
        let (leaving, mut left) = mpsc::channel(1);
        let listener = mount.join();
        let following = tokio::spawn(run(listing, mount, TIMES, leaving));

        let yes = "YPResponse: 1\r\nYPMessage: ok\r\nSID: 7 7\r\nTouchFreq: 0";
        assert!(
            take(&directory, "YPResponse: 0\r\nYPMessage: no").await.starts_with("action=add&")
        );
        assert_eq!(
            take(&directory, yes).await,
            "action=add&sn=Night%20%26%20Day&genre=Techno&cpswd=&desc=Test\
             &url=http%3A%2F%2Fradio.example&listenurl=http%3A%2F%2Fradio.example%2Fa.mp3\
             &type=audio%2Fmpeg&stype=&b=128&samplerate=44100&channels=2"
        );
        let sounding = tokio::spawn(async move {
            loop {
                writer.push(Chunk::mp3(vec![0; 4], "Caf\u{e9}"));
                sleep(Duration::from_millis(5)).await;
            }
        });
        assert_eq!(
            take(&directory, yes).await,
            "action=touch&sid=7%207&st=Caf%C3%A9&listeners=1&max_listeners=500&stype="
        );
        assert!(take(&directory, "YPResponse: 0").await.starts_with("action=touch&"));
        assert!(take(&directory, yes).await.starts_with("action=add&"));

        // It can be removed only once its ID is known.
        assert!(take(&directory, yes).await.starts_with("action=touch&"));
        following.abort();
        assert_eq!(take(&directory, yes).await, "action=remove&sid=7%207");
        assert_eq!(left.recv().await, None);
        sounding.abort();
        drop(listener);
    }
}
