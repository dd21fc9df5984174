//! A snapshot of what the server serves: stations, settings and limits.

use std::{
    fmt,
    net::IpAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::sync::watch;

use crate::{
    config::{self, Admin, Alerts, Problems, Server},
    music::bar::Bar,
    out::{hls::Live, status::RegisteredTarget},
    station::{
        history::History,
        likes::Likes,
        on_air::OnAir,
        radio::StationError,
        state::StateSender,
        studio::Studio,
        takes::{memory::Takes, moment::Recompose},
    },
    stream::{
        audience::{Audience, ListenerLimits},
        client::Order,
        mount::Mount,
    },
    threads::Supervisor,
    web::{
        likers::Likers,
        logins::Logins,
        picture_files::PictureFiles,
        studio::{access::Access, answers::Answers, lab::Lab, tools::RunTool},
        takes::permit::TakeLimits,
    },
};

/// Time limits of the server, fixed at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a request's head or a TLS handshake.
    pub header: Duration,
    /// For a listener that accepts no bytes; it is then disconnected.
    pub stall: Duration,
    /// The same while no further listener is admitted.
    pub stall_when_full: Duration,
    /// How long sound is buffered before it is sent: fewer and larger writes.
    pub gather: Duration,
    /// For streams to end after the shutdown begins.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            stall_when_full: Duration::from_secs(3),
            gather: Duration::from_millis(1250),
            drain: Duration::from_secs(3),
        }
    }
}

/// A station as the web shows it.
#[derive(Clone)]
pub struct ServedStation {
    /// Name in URLs: `techno`.
    pub name: String,
    /// At least one mount, the main one first.
    pub mounts: Vec<Arc<Mount>>,
    /// The bars on air.
    pub on_air: watch::Receiver<Arc<OnAir>>,
    /// HLS segments, one list a bitrate; empty unless radio.toml enables HLS.
    pub hls: Vec<Arc<Live>>,
    /// The titles played.
    pub history: Arc<History>,
    /// What was on air recently.
    pub takes: Arc<Takes>,
    /// Likes of listeners.
    pub likes: Arc<Likes>,
    /// Saves likes.
    pub state_sender: StateSender,
}

/// All stations and settings at one moment. A change of radio.toml publishes a new one.
#[derive(Clone)]
pub struct Site {
    /// The stations, in the order of radio.toml.
    pub stations: Vec<ServedStation>,
    /// The settings of `[server]`.
    pub server: Server,
    /// The logins of `[admin]`, if they are set.
    pub admin: Option<Admin>,
    /// The listeners of all mounts.
    pub audience: Arc<Audience>,
    /// Failed logins.
    pub logins: Arc<Logins>,
    /// The settings of `[studio]`.
    pub studio_settings: config::Studio,
    /// Sessions of the studio, and limits on its requests.
    pub studio_access: Arc<Access>,
    /// The limits on takes.
    pub take_limits: Arc<TakeLimits>,
    /// Recomposes older moments. None: only the last minutes can be replayed.
    pub recompose: Option<Arc<Recompose>>,
    /// Recent likes by address.
    pub likers: Arc<Likers>,
    /// Pictures of pieces.
    pub pictures: Arc<PictureFiles>,
    /// What counts as trouble, and the webhook for it.
    pub alerts: Alerts,
    /// The folders that the radio writes to, each with the GB (10⁹ bytes) that must be free.
    pub disks: Vec<(PathBuf, f64)>,
    /// When the server started.
    pub started: SystemTime,
    /// Targets of pushes and uploads, past ones included, with their status.
    pub targets: Vec<RegisteredTarget>,
    /// The last change of radio.toml, if it was refused. The radio keeps the previous settings.
    pub refused: Option<RefusedChange>,
    /// Tracks which threads are down.
    pub supervisor: Supervisor,
    /// Decodes for the studio's pages, its anchors and cues. None: the studio is off.
    pub lab: Option<Arc<Lab>>,
    /// Receives moves by hand.
    pub studio: Option<Arc<Studio>>,
    /// Tools that answer clips. None: this build lacks them.
    pub tools: Option<Arc<RunTool>>,
    /// Recent answers of the tools.
    pub answers: Arc<Answers>,
}

/// A change of radio.toml that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedChange {
    /// Number of mistakes, at least one.
    pub n_mistakes: usize,
    /// The mistakes with their places, for operators only: they may show paths and values.
    pub text: String,
}

impl From<Problems> for RefusedChange {
    fn from(problems: Problems) -> Self {
        Self { n_mistakes: problems.problems.len(), text: problems.to_string() }
    }
}

impl From<StationError> for RefusedChange {
    fn from(error: StationError) -> Self {
        Self { n_mistakes: 1, text: error.to_string() }
    }
}

/// The public text.
impl fmt::Display for RefusedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mistakes = if self.n_mistakes == 1 { "mistake" } else { "mistakes" };
        let n = self.n_mistakes;
        write!(f, "radio.toml has {n} {mistakes}; the previous settings are kept")
    }
}

impl ServedStation {
    /// The main mount.
    pub fn main(&self) -> &Arc<Mount> {
        &self.mounts[0]
    }

    /// The bar that a new listener hears first.
    pub fn now(&self) -> Option<Arc<Bar>> {
        let on_air = self.on_air.borrow().clone();
        on_air.bar_at(self.heard_second()).map(|aired| aired.bar.clone())
    }

    /// The second of the station's sound that a new listener hears first.
    pub fn heard_second(&self) -> f64 {
        self.on_air.borrow().rendered_seconds - self.main().burst_seconds()
    }

    /// The title on air; the station's name before the first sound.
    pub fn title(&self) -> Arc<str> {
        title(self.main())
    }

    /// Clients that request its HLS playlists.
    pub fn hls_listeners(&self) -> usize {
        self.hls.iter().map(|live| live.listeners()).sum()
    }

    /// Listeners on all mounts, without HLS.
    pub fn listeners(&self) -> u64 {
        self.mounts.iter().map(|mount| mount.listeners()).sum()
    }
}

/// The title on air on a mount; its name before the first sound.
pub fn title(mount: &Mount) -> Arc<str> {
    let title = mount.tap.title().filter(|title| !title.is_empty());
    title.unwrap_or_else(|| mount.about.name.as_str().into())
}

impl Site {
    /// A site of a server that starts now.
    pub fn new(stations: Vec<ServedStation>, server: Server, admin: Option<Admin>) -> Self {
        Self {
            stations,
            server,
            admin,
            audience: Arc::default(),
            logins: Arc::default(),
            studio_settings: config::Studio::default(),
            studio_access: Arc::default(),
            take_limits: Arc::default(),
            recompose: None,
            likers: Arc::default(),
            pictures: Arc::default(),
            started: SystemTime::now(),
            targets: Vec::new(),
            refused: None,
            alerts: Alerts::default(),
            disks: Vec::new(),
            supervisor: Supervisor::default(),
            studio: None,
            lab: None,
            tools: None,
            answers: Arc::default(),
        }
    }

    /// The current targets of pushes and uploads.
    pub fn current_targets(&self) -> impl Iterator<Item = &RegisteredTarget> {
        self.targets.iter().filter(|target| target.is_current())
    }

    /// The station called `name`.
    pub fn station(&self, name: &str) -> Option<&ServedStation> {
        self.stations.iter().find(|station| station.name == name)
    }

    /// All mounts, each with its station.
    pub fn mounts(&self) -> impl Iterator<Item = (&ServedStation, &Arc<Mount>)> {
        self.stations
            .iter()
            .flat_map(|station| station.mounts.iter().map(move |mount| (station, mount)))
    }

    /// The mount at `path`.
    pub fn mount(&self, path: &str) -> Option<(&ServedStation, &Arc<Mount>)> {
        self.mounts().find(|(_, mount)| mount.about.path == path)
    }

    /// The limits on listeners.
    pub fn listener_limits(&self) -> ListenerLimits {
        ListenerLimits {
            all: self.server.max_listeners,
            per_address: self.server.listeners_per_address,
        }
    }

    /// Whether radio.toml denies clients at `address`.
    pub fn denies(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.server.deny.iter().any(|network| network.contains(&address))
    }

    /// Disconnects the listeners that radio.toml denies.
    pub fn disconnect_denied(&self) {
        for client in self.audience.clients().iter().filter(|client| self.denies(client.address)) {
            client.order(Order::Disconnect);
        }
    }

    /// The base of this client's URLs, without a slash at the end: radio.toml's, or that of `host`, the
    /// request's `Host`, if it is a plain name and port. None if neither is known.
    pub fn known_url(&self, host: Option<&str>, is_secure: bool) -> Option<String> {
        if let Some(url) = &self.server.public_url {
            return Some(url.trim_end_matches('/').to_owned());
        }
        host.filter(|host| is_host(host)).map(|host| url_of(host, is_secure))
    }
}

/// The base of URLs at `host`, a name or address with its port.
pub fn url_of(host: &str, is_secure: bool) -> String {
    let scheme = if is_secure { "https" } else { "http" };
    format!("{scheme}://{host}")
}

fn is_host(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (1..=255).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        music::bar::{Hit, Mix},
        sound::testing::tiny_font,
        station::on_air::AiredBar,
        stream::{
            coding::Coding,
            mount::About,
            ring::{RingLimits, Writer, ring},
        },
        units::Bpm,
    };

    pub(in crate::web) const RING: RingLimits = RingLimits { burst: 65_536, keep: 524_288 };

    /// A station without threads, and the channel ends of its threads.
    pub(in crate::web) fn station(
        name: &str,
    ) -> (ServedStation, Writer, watch::Sender<Arc<OnAir>>) {
        let (writer, tap) = ring(RING);
        let about = About {
            path: format!("/{name}.mp3"),
            name: format!("Station {name}"),
            description: "for tests".into(),
            genre: "Test".into(),
            coding: Coding::default(),
            public: false,
        };
        let (send, on_air) = watch::channel(Arc::default());
        let mount = Arc::new(Mount::new(about, tap));
        let (name, mounts, hls) = (name.into(), vec![mount], Vec::new());
        let (history, likes) = (Arc::default(), Arc::default());
        let takes = Arc::new(Takes::new(&(&tiny_font()).into()));
        let state_sender = StateSender::default();
        let served =
            ServedStation { name, mounts, on_air, hls, history, takes, likes, state_sender };
        (served, writer, send)
    }

    /// A site of `stations` with default settings.
    pub(in crate::web) fn site(stations: Vec<ServedStation>) -> Site {
        Site::new(stations, Server::default(), None)
    }

    /// A bar of two seconds with one kick.
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
    fn a_host_other_than_name_and_port_is_ignored() {
        let mut site = site(Vec::new());
        let long = "a".repeat(256);

        for host in ["radio.example:8000", "[::1]:8000", "10.0.0.2"] {
            assert_eq!(site.known_url(Some(host), false), Some(format!("http://{host}")));
        }
        for host in ["", "a/b", "a b", "u@a", "a\r\nb", "a\"><script>", &long] {
            assert_eq!(site.known_url(Some(host), false), None);
        }
        assert_eq!(site.known_url(None, false), None);
        assert_eq!(site.known_url(Some("a"), true).as_deref(), Some("https://a"));
        site.server.public_url = Some("https://radio.example/".into());
        assert_eq!(site.known_url(None, true).as_deref(), Some("https://radio.example"));
    }
}
