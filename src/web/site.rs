//! What the server serves.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::sync::watch;

use crate::{
    config::{Admin, Server},
    music::bar::Bar,
    out::{hls::Live, status::Told},
    station::{history::History, on_air::OnAir},
    stream::{
        audience::{Audience, Seats},
        mount::Mount,
    },
    web::logins::Logins,
};

/// What the server puts up with; fixed at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a request's head, or a TLS handshake, to arrive.
    pub header: Duration,
    /// For a listener to take the next bytes; who reads nothing for so long is cut.
    pub stall: Duration,
    /// For sound to wait until it can be sent with what follows it: less work for each second.
    pub gather: Duration,
    /// For streams to end after the shutdown has begun.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            gather: Duration::from_millis(1250),
            drain: Duration::from_secs(3),
        }
    }
}

/// A station as the web shows it.
#[derive(Clone)]
pub struct Channel {
    /// Its name in URLs: `techno`.
    pub station: String,
    /// Where it is heard, the best known first; at least one.
    pub mounts: Vec<Arc<Mount>>,
    /// What it plays.
    pub on_air: watch::Receiver<Arc<OnAir>>,
    /// Its sound in segments, each bitrate once; none unless radio.toml wants them.
    pub hls: Vec<Arc<Live>>,
    /// What it has played.
    pub history: Arc<History>,
}

/// All stations and the house rules, at one moment: a save of radio.toml gives another.
#[derive(Clone)]
pub struct Site {
    /// In the order in which the page lists them.
    pub channels: Vec<Channel>,
    /// The house rules.
    pub server: Server,
    /// Who runs it from afar, if somebody may.
    pub admin: Option<Admin>,
    /// Who listens.
    pub audience: Arc<Audience>,
    /// Who failed to log in.
    pub logins: Arc<Logins>,
    /// When it opened.
    pub started: SystemTime,
    /// What is or was sent to servers of others, and how that fares.
    pub sent: Vec<Told>,
    /// What is wrong with the radio.toml that was last saved, if something is; it plays on by the
    /// one before.
    pub problem: Option<String>,
}

impl Channel {
    /// The mount that stands for the station.
    pub fn main(&self) -> &Arc<Mount> {
        &self.mounts[0]
    }

    /// The bar that one who joins now hears first.
    pub fn now(&self) -> Option<Arc<Bar>> {
        let on_air = self.on_air.borrow().clone();
        let second = on_air.rendered_seconds - self.main().burst_seconds();
        on_air.bar_at(second).map(|aired| aired.bar.clone())
    }

    /// What to show as playing; the station's name before the first sound.
    pub fn title(&self) -> Arc<str> {
        title(self.main())
    }

    /// How many ask for its HLS playlists.
    pub fn hls_listeners(&self) -> usize {
        self.hls.iter().map(|live| live.listeners()).sum()
    }

    /// How many listen, on all mounts.
    pub fn listeners(&self) -> u64 {
        self.mounts.iter().map(|mount| mount.listeners()).sum()
    }
}

/// What to show as playing on a mount; its name before the first sound.
pub fn title(mount: &Mount) -> Arc<str> {
    let title = mount.tap.title().filter(|title| !title.is_empty());
    title.unwrap_or_else(|| mount.about.name.as_str().into())
}

impl Site {
    /// A site that opens now.
    pub fn new(channels: Vec<Channel>, server: Server, admin: Option<Admin>) -> Self {
        Self {
            channels,
            server,
            admin,
            audience: Arc::default(),
            logins: Arc::default(),
            started: SystemTime::now(),
            sent: Vec::new(),
            problem: None,
        }
    }

    /// What is sent to servers of others now, and how that fares.
    pub fn sent(&self) -> impl Iterator<Item = &Told> {
        self.sent.iter().filter(|told| told.is_current())
    }

    /// The channel of that name, if there is one.
    pub fn channel(&self, station: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.station == station)
    }

    /// All mounts, each with its station.
    pub fn mounts(&self) -> impl Iterator<Item = (&Channel, &Arc<Mount>)> {
        self.channels
            .iter()
            .flat_map(|channel| channel.mounts.iter().map(move |mount| (channel, mount)))
    }

    /// The mount of that path, if there is one.
    pub fn mount(&self, path: &str) -> Option<(&Channel, &Arc<Mount>)> {
        self.mounts().find(|(_, mount)| mount.about.path == path)
    }

    /// How many may listen.
    pub fn seats(&self) -> Seats {
        Seats { all: self.server.max_listeners, per_address: self.server.listeners_per_address }
    }

    /// What this client's URLs begin with, without a slash at the end.
    ///
    /// `host` is what the client says that it connected to, and is believed only if it is nothing
    /// but a name and a port; else it is `local`, our end of the connection.
    pub fn base_url(&self, host: Option<&str>, local: SocketAddr, is_secure: bool) -> String {
        if let Some(url) = &self.server.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let scheme = if is_secure { "https" } else { "http" };
        match host.filter(|host| is_host(host)) {
            Some(host) => format!("{scheme}://{host}"),
            None => format!("{scheme}://{local}"),
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
        music::bar::Mix,
        station::on_air::AiredBar,
        stream::{
            coding::Coding,
            mount::About,
            ring::{RingLimits, Writer, ring},
        },
        units::Bpm,
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
            coding: Coding::default(),
            public: false,
        };
        let (send, on_air) = watch::channel(Arc::default());
        let mount = Arc::new(Mount::new(about, tap));
        let (station, mounts, hls) = (station.into(), vec![mount], Vec::new());
        let history = Arc::default();
        (Channel { station, mounts, on_air, hls, history }, writer, send)
    }

    /// A site of these stations under the usual rules.
    pub(in crate::web) fn site(channels: Vec<Channel>) -> Site {
        Site::new(channels, Server::default(), None)
    }

    /// A bar of two seconds with one kick in it.
    pub(in crate::web) fn aired(number: u64, title: &str) -> AiredBar {
        let kick = Hit { start_step: 0.1, n_steps: 1.0, pitch: 36, velocity: 100 };
        let bar = Bar {
            number,
            key: "A minor".parse().unwrap(),
            title: title.into(),
            parts: [vec![kick], vec![], vec![], vec![]],
            ..Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain()))
        };
        AiredBar { start_second: 2.0 * number as f64, bar: bar.into() }
    }

    #[test]
    fn a_host_that_is_more_than_a_name_is_not_believed() {
        let mut site = site(Vec::new());
        let local = "127.0.0.1:8000".parse().unwrap();
        let long = "a".repeat(256);

        for host in ["radio.example:8000", "[::1]:8000", "10.0.0.2"] {
            assert_eq!(site.base_url(Some(host), local, false), format!("http://{host}"));
        }
        for host in ["", "a/b", "a b", "u@a", "a\r\nb", "a\"><script>", &long] {
            assert_eq!(site.base_url(Some(host), local, false), "http://127.0.0.1:8000");
        }
        assert_eq!(site.base_url(None, local, false), "http://127.0.0.1:8000");
        assert_eq!(site.base_url(Some("a"), local, true), "https://a");
        site.server.public_url = Some("https://radio.example/".into());
        assert_eq!(site.base_url(Some("a"), local, true), "https://radio.example");
    }
}
