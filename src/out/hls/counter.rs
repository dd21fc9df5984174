//! Numbers, names and times of a variant's segments.

use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use crate::{
    out::hls::{
        cutter::Piece, dates::Origin, live::Live, names, numbers::Numbers, tag::tag,
        window::Segment,
    },
    threads::blocking,
};

/// Numbers, names and dates the segments of a playlist.
pub(super) struct Counter {
    next: Numbers,
    /// When the counter was created, in ms since 1970; part of the names, which makes them unique.
    began: i64,
    /// None: the next segment starts a run.
    origin: Option<Origin>,
    is_saved: bool,
}

impl Counter {
    /// Continues with the saved numbers of `live`, in a new run.
    pub async fn begin(live: &Live) -> Self {
        let file = live.file();
        let resume = move || Numbers::resume(file.as_deref(), SystemTime::now());
        // Fails when the runtime shuts down with this task, or when there is no thread left.
        let next = blocking(resume).await;
        let next = next.unwrap_or_else(|_| Numbers::resume(None, SystemTime::now()));
        let began = Timestamp::now().as_millisecond();
        Self { next, began, origin: None, is_saved: true }
    }

    /// Starts a new run: the next segment does not follow the last one.
    pub fn start_run(&mut self) {
        if self.origin.take().is_some() {
            self.next.run += 1;
        }
    }

    /// The segment of `piece`, which was complete at `now`, with the picture `cover` if given. Audio may
    /// arrive `ahead` of its time.
    pub fn number(
        &mut self,
        live: &Live,
        piece: Piece,
        cover: Option<Vec<u8>>,
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
        let mut bytes = tag(piece.begins, &piece.title, &live.name(), cover);
        bytes.extend_from_slice(&piece.audio);
        Segment {
            name: names::segment(live.bitrate(), self.began, number),
            bytes: bytes.into(),
            number,
            run,
            starts_run,
            begins: origin.date(&piece),
            seconds: piece.seconds(),
        }
    }

    /// Saves the next numbers. After a failure they are derived from the clock at the next start.
    pub async fn save(&mut self, live: &Live) {
        let Some(file) = live.file() else { return };
        let next = self.next;
        let saved = blocking(move || next.save(&file).map_err(|error| (file, error))).await;
        let Ok(saved) = saved else { return };
        if let (Err((file, error)), true) = (&saved, self.is_saved) {
            warn!("{}: {error}; HLS segment numbers will jump after a restart", file.display());
        }
        self.is_saved = saved.is_ok();
    }
}
