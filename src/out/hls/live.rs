//! The HLS variant of one mount: its segments, playlist and listeners.

use std::{
    hash::Hash,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::{
    config,
    out::hls::{
        clients::Clients,
        names,
        window::{Segment, Window},
    },
    station::history::History,
    stream::{mount::Mount, ring::Tap},
    units::Kbps,
};

/// Upper bound of a tag's size: texts of less than a kilobyte, and a cover.
const MOST_TAG_BYTES: u32 = 20_000;

/// The newest segments of a mount, shared by the web server, uploads and the task that fills it.
pub struct Live {
    settings: config::Hls,
    bitrate: Kbps,
    tap: Tap,
    /// For the covers of its titles.
    history: Arc<History>,
    /// The file of the segment numbers.
    file: Option<PathBuf>,
    /// The station's title.
    name: Mutex<Arc<str>>,
    window: watch::Sender<Window>,
    clients: Mutex<Clients>,
}

impl Live {
    /// A variant of `mount` without segments.
    pub fn new(
        mount: &Mount,
        history: Arc<History>,
        settings: config::Hls,
        file: Option<PathBuf>,
    ) -> Self {
        let window = Window::new(settings.segments, settings.segment_seconds);
        let client_timeout = Duration::from_secs(2 * u64::from(settings.segment_seconds));
        Self {
            settings,
            bitrate: mount.about.coding.mp3().unwrap_or_default(),
            tap: mount.tap.clone(),
            history,
            file,
            name: Mutex::new(mount.about.name.as_str().into()),
            window: watch::Sender::new(window),
            clients: Mutex::new(Clients::new(client_timeout)),
        }
    }

    /// The name of the file for its segment numbers.
    pub(super) fn file_name(station: &str, mount: &Mount) -> String {
        format!("{station}-{}k.json", mount.about.coding.kbps())
    }

    pub(super) fn settings(&self) -> &config::Hls {
        &self.settings
    }

    pub(super) fn bitrate(&self) -> Kbps {
        self.bitrate
    }

    pub(super) fn history(&self) -> Arc<History> {
        self.history.clone()
    }

    /// The station's title.
    pub(super) fn name(&self) -> Arc<str> {
        self.name.lock().clone()
    }

    /// The file of the segment numbers.
    pub(super) fn file(&self) -> Option<PathBuf> {
        self.file.clone()
    }

    pub(super) fn is_of(&self, mount: &Mount) -> bool {
        self.tap.is_same_ring(&mount.tap)
    }

    pub(super) fn rename(&self, name: &str) {
        *self.name.lock() = name.into();
    }

    /// Its entry in the main playlist.
    ///
    /// `mp4a.40.34` is MP3 by the object types of MPEG-4 (ISO/IEC 14496-3, 34: Layer-3).
    pub fn variant(&self) -> String {
        let bandwidth = u32::from(self.bitrate.get()) * 1000 + self.tag_bits();
        let playlist = self.playlist_name();
        format!("#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},CODECS=\"mp4a.40.34\"\n{playlist}\n")
    }

    /// Most bits per second that ID3 tags add.
    fn tag_bits(&self) -> u32 {
        8 * MOST_TAG_BYTES / self.settings.segment_seconds
    }

    /// The name of its playlist, by the bitrate, which is unique within a station.
    pub fn playlist_name(&self) -> String {
        names::playlist(self.bitrate)
    }

    /// Records a playlist request by `client`, which then counts as a listener for two segments.
    pub fn note(&self, client: impl Hash) {
        self.clients.lock().note(client, Instant::now());
    }

    /// Number of listeners.
    pub fn listeners(&self) -> usize {
        self.clients.lock().count(Instant::now())
    }

    /// The media playlist, once there is a segment.
    pub fn playlist(&self) -> Option<Bytes> {
        self.window.borrow().playlist()
    }

    /// The segment of that name, if it is still kept.
    pub fn segment(&self, name: &str) -> Option<Bytes> {
        self.window.borrow().find(name)
    }

    /// Size of all segments in bytes.
    pub fn n_bytes(&self) -> usize {
        self.window.borrow().n_bytes()
    }

    /// Lifetime of a segment in seconds, for caches: as long as clients may request it.
    pub fn max_age(&self) -> u32 {
        self.settings.segment_seconds * (2 * self.settings.segments as u32 + 1)
    }

    /// The `Cache-Control` of a segment, which never changes.
    pub fn cache_control(&self) -> String {
        format!("public, max-age={}, immutable", self.max_age())
    }

    pub(super) fn push(&self, segment: Segment) {
        self.window.send_modify(|window| window.push(segment));
    }

    /// Notifies of new segments.
    pub(super) fn window(&self) -> watch::Receiver<Window> {
        self.window.subscribe()
    }
}
