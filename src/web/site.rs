//! What the server serves.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::sync::{Semaphore, watch};

use crate::{
    music::bar::Bar,
    station::{history::History, on_air::OnAir},
    stream::mount::Mount,
};

/// How much the server takes on and puts up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Listeners of all mounts together; those above are told to come back later.
    pub max_listeners: usize,
    /// For a request's head to arrive.
    pub header_timeout: Duration,
    /// For a listener to take the next bytes; who reads nothing for so long is cut.
    pub max_stall: Duration,
    /// For streams to end after the shutdown has begun.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_listeners: 1000,
            header_timeout: Duration::from_secs(15),
            max_stall: Duration::from_secs(30),
            drain: Duration::from_secs(3),
        }
    }
}

/// A station as the web shows it.
#[derive(Clone)]
pub struct Channel {
    /// Its name in URLs: `techno`.
    pub station: String,
    /// Where it is heard.
    pub mount: Arc<Mount>,
    /// What it plays.
    pub on_air: watch::Receiver<Arc<OnAir>>,
    /// What it has played.
    pub history: Arc<History>,
}

/// All stations and the house rules.
pub struct Site {
    /// In the order in which the page lists them.
    pub channels: Vec<Channel>,
    /// What its URLs begin with, if it is reached by another address than clients name.
    pub public_url: Option<String>,
    /// The house rules.
    pub limits: Limits,
    /// When it opened.
    pub started: SystemTime,
    /// What is wrong with the radio.toml that was last saved, if something is; it plays on by the
    /// one before.
    pub problem: Option<String>,
    pub(super) seats: Arc<Semaphore>,
}

impl Channel {
    /// The bar that one who joins now hears first.
    pub fn now(&self) -> Option<Arc<Bar>> {
        let on_air = self.on_air.borrow().clone();
        let second = on_air.rendered_seconds - self.mount.burst_seconds();
        on_air.bar_at(second).map(|aired| aired.bar.clone())
    }

    /// What to show as playing; the station's name before the first bar.
    pub fn title(&self) -> Arc<str> {
        self.now().map_or_else(|| self.mount.about.name.as_str().into(), |bar| bar.title.clone())
    }
}

impl Site {
    /// A site that opens now.
    pub fn new(channels: Vec<Channel>, public_url: Option<String>, limits: Limits) -> Self {
        let seats = Arc::new(Semaphore::new(limits.max_listeners));
        Self { channels, public_url, limits, started: SystemTime::now(), problem: None, seats }
    }

    /// The same site, its seats and its age, with other stations or another problem.
    pub fn changed(&self, channels: Vec<Channel>, problem: Option<String>) -> Self {
        Self {
            channels,
            public_url: self.public_url.clone(),
            limits: self.limits,
            started: self.started,
            problem,
            seats: self.seats.clone(),
        }
    }

    /// The channel of that name, if there is one.
    pub fn channel(&self, station: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.station == station)
    }

    /// What this client's URLs begin with, without a slash at the end.
    ///
    /// `host` is what the client says that it connected to, and is believed only if it is nothing
    /// but a name and a port; else it is `local`, our end of the connection.
    pub fn base_url(&self, host: Option<&str>, local: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        match host.filter(|host| is_host(host)) {
            Some(host) => format!("http://{host}"),
            None => format!("http://{local}"),
        }
    }
}

fn is_host(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (1..=255).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        music::bar::Hit,
        station::{on_air::AiredBar, rehearsal},
        stream::{
            mount::About,
            ring::{RingLimits, Writer, ring},
        },
        units::{Bpm, Kbps},
    };

    pub(in crate::web) const RING: RingLimits = RingLimits { burst: 65_536, keep: 524_288 };

    /// A station without a programme, and the two ends that one would hold.
    pub(in crate::web) fn channel(station: &str) -> (Channel, Writer, watch::Sender<Arc<OnAir>>) {
        let (writer, tap) = ring(RING);
        let about = About {
            path: format!("/{station}.mp3"),
            name: format!("Station {station}"),
            description: "for tests".into(),
            genre: "Test".into(),
            bitrate: Kbps::DEFAULT,
        };
        let (send, on_air) = watch::channel(Arc::default());
        let mount = Arc::new(Mount::new(about, tap));
        let history = Arc::default();
        (Channel { station: station.into(), mount, on_air, history }, writer, send)
    }

    /// A bar of two seconds with one kick in it.
    pub(in crate::web) fn aired(number: u64, title: &str) -> AiredBar {
        let kick = Hit { start_step: 0.1, n_steps: 1.0, pitch: 36, velocity: 100 };
        let bar = Bar {
            number,
            key: "A minor".parse().unwrap(),
            title: title.into(),
            parts: [vec![kick], vec![], vec![], vec![]],
            ..Bar::plain(Bpm::DEFAULT, rehearsal::mix())
        };
        AiredBar { start_second: 2.0 * number as f64, bar: bar.into() }
    }

    #[test]
    fn a_host_that_is_more_than_a_name_is_not_believed() {
        let mut site = Site::new(Vec::new(), None, Limits::default());
        let local = "127.0.0.1:8000".parse().unwrap();
        let long = "a".repeat(256);

        for host in ["radio.example:8000", "[::1]:8000", "10.0.0.2"] {
            assert_eq!(site.base_url(Some(host), local), format!("http://{host}"));
        }
        for host in ["", "a/b", "a b", "u@a", "a\r\nb", "a\"><script>", &long] {
            assert_eq!(site.base_url(Some(host), local), "http://127.0.0.1:8000");
        }
        assert_eq!(site.base_url(None, local), "http://127.0.0.1:8000");
        site.public_url = Some("https://radio.example/".into());
        assert_eq!(site.base_url(Some("a"), local), "https://radio.example");
    }
}
