//! The HLS variant of one mount: its segments, playlist and listeners.

use std::{
    hash::Hash,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::{sync::watch, task::spawn_blocking};
use tracing::warn;

use crate::{
    config,
    out::hls::{
        clients::Clients,
        cutter::{Cutter, Piece},
        dates::Origin,
        names,
        numbers::Numbers,
        tag::tag,
        window::{Segment, Window},
    },
    stream::{
        mount::Mount,
        ring::{ReadError, Tap},
    },
    units::Kbps,
};

/// The newest segments of a mount, shared by the web server, uploads and the task that fills it.
pub struct Live {
    settings: config::Hls,
    bitrate: Kbps,
    tap: Tap,
    /// The file of the segment numbers.
    file: Option<PathBuf>,
    /// The station's title.
    name: Mutex<Arc<str>>,
    window: watch::Sender<Window>,
    clients: Mutex<Clients>,
}

impl Live {
    /// A variant of `mount` without segments.
    pub fn new(mount: &Mount, settings: config::Hls, file: Option<PathBuf>) -> Self {
        let window = Window::new(settings.segments, settings.segment_seconds);
        let client_timeout = Duration::from_secs(2 * u64::from(settings.segment_seconds));
        Self {
            settings,
            bitrate: mount.about.coding.mp3().unwrap_or_default(),
            tap: mount.tap.clone(),
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

    /// Most bits per second that ID3 tags add: a tag is shorter than a kilobyte.
    fn tag_bits(&self) -> u32 {
        8000 / self.settings.segment_seconds
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

/// Cuts the stream of `mount` into segments of `live` until it ends.
pub(super) async fn fill(live: Arc<Live>, mount: Arc<Mount>) {
    let mut reader = mount.tap.reader();
    let mut cutter = Cutter::new(live.settings.segment_seconds);
    let mut counter = Counter::begin(&live).await;
    loop {
        match reader.next().await {
            Ok(chunk) => {
                for piece in cutter.take(&chunk) {
                    let ahead = SignedDuration::from_secs_f64(mount.burst_seconds());
                    let segment = counter.number(&live, piece, Timestamp::now(), ahead);
                    counter.save(&live).await;
                    live.push(segment);
                }
            }
            Err(ReadError::Lagged { chunks }) => {
                warn!("{}: HLS is lagging, {chunks} chunks skipped", mount.about.path);
                cutter.forget();
                counter.start_run();
            }
            Err(ReadError::Ended) => return,
        }
    }
}

/// Assigns numbers, names and times to segments.
struct Counter {
    next: Numbers,
    /// When the counter was created, in ms since 1970; part of the names, which makes them unique.
    began: i64,
    /// None: the next segment starts a run.
    origin: Option<Origin>,
    is_saved: bool,
}

impl Counter {
    async fn begin(live: &Live) -> Self {
        let file = live.file.clone();
        let resume = move || Numbers::resume(file.as_deref(), SystemTime::now());
        // Fails only when the runtime shuts down, and this task with it.
        let next = spawn_blocking(resume).await;
        let next = next.unwrap_or_else(|_| Numbers::resume(None, SystemTime::now()));
        let began = Timestamp::now().as_millisecond();
        Self { next, began, origin: None, is_saved: true }
    }

    /// Starts a new run: the next segment does not follow the last one.
    fn start_run(&mut self) {
        if self.origin.take().is_some() {
            self.next.run += 1;
        }
    }

    fn number(
        &mut self,
        live: &Live,
        piece: Piece,
        now: Timestamp,
        ahead: SignedDuration,
    ) -> Segment {
        if self.origin.is_some_and(|origin| !origin.agrees(&piece, now, ahead)) {
            self.start_run();
        }
        let starts_run = self.origin.is_none();
        let origin = *self.origin.get_or_insert_with(|| Origin::of(&piece, now));
        let Numbers { segment: number, run } = self.next;
        self.next.segment += 1;
        let mut bytes = tag(piece.begins, &piece.title, &live.name.lock());
        bytes.extend_from_slice(&piece.audio);
        Segment {
            name: names::segment(live.bitrate, self.began, number),
            bytes: bytes.into(),
            number,
            run,
            starts_run,
            begins: origin.date(&piece),
            seconds: piece.seconds(),
        }
    }

    /// Saves the next numbers. After a failure they are derived from the clock at the next start.
    async fn save(&mut self, live: &Live) {
        let Some(file) = live.file.clone() else { return };
        let next = self.next;
        let saved = spawn_blocking(move || next.save(&file).map_err(|error| (file, error))).await;
        let Ok(saved) = saved else { return };
        if let (Err((file, error)), true) = (&saved, self.is_saved) {
            warn!("{}: {error}; HLS segment numbers will jump after a restart", file.display());
        }
        self.is_saved = saved.is_ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        out::testing::{mount, sound},
        stream::ring::Writer,
    };

    /// A mount whose ring has a burst of `burst` bytes, cut into segments of `segment_seconds`.
    fn live(burst: usize, segment_seconds: u32) -> (Writer, Arc<Mount>, Arc<Live>) {
        let (writer, mount) = mount(burst);
        let settings = config::Hls { enabled: true, segment_seconds, ..config::Hls::default() };
        let live = Arc::new(Live::new(&mount, settings, None));
        (writer, mount, live)
    }

    /// Pushes half a second, and waits until it is read if `is_read`.
    async fn push(writer: &mut Writer, is_read: bool) {
        writer.push(sound(19, "Test - A title of a usual length"));
        if is_read {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn segments_take_less_than_a_megabyte() {
        let (mut writer, mount, live) = live(65_536, 4);
        let filling = tokio::spawn(fill(live.clone(), mount));
        for _ in 0..240 {
            push(&mut writer, true).await;
        }
        drop(writer);
        filling.await.unwrap();

        let n_bytes = live.n_bytes();
        eprintln!("{n_bytes} bytes of segments");
        assert!((750_000..1_000_000).contains(&n_bytes), "{n_bytes}");
    }

    #[tokio::test]
    async fn missed_audio_is_a_discontinuity() {
        let (mut writer, mount, live) = live(16_000, 2);
        let filling = tokio::spawn(fill(live.clone(), mount));
        let breaks = |live: &Live| {
            let playlist = live.playlist().unwrap();
            str::from_utf8(&playlist).unwrap().matches("#EXT-X-DISCONTINUITY\n").count()
        };
        while live.playlist().is_none() {
            push(&mut writer, true).await;
        }
        assert_eq!(breaks(&live), 1);

        for n in 0..9 {
            push(&mut writer, n > 4).await;
        }
        drop(writer);
        filling.await.unwrap();

        assert_eq!(breaks(&live), 2);
    }
}
