//! The task that fills a variant with the segments of its mount.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use crate::{
    out::hls::{counter::Counter, covers::Covers, cutter::Cutter, live::Live},
    stream::{mount::Mount, ring::ReadError},
};

/// Cuts the stream of `mount` into segments of `live` until it ends.
pub(super) async fn fill(live: Arc<Live>, mount: Arc<Mount>) {
    let mut reader = mount.tap.reader();
    let mut cutter = Cutter::new(live.settings().segment_seconds);
    let mut counter = Counter::begin(&live).await;
    let mut covers = Covers::new(live.history());
    loop {
        match reader.next().await {
            Ok(chunk) => {
                for piece in cutter.take(&chunk) {
                    let ahead = SignedDuration::from_secs_f64(mount.burst_seconds());
                    let cover = covers.next(&piece.title).await;
                    let segment = counter.number(&live, piece, cover, Timestamp::now(), ahead);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        config,
        out::testing::{mount, sound},
        stream::ring::Writer,
    };

    /// A mount whose ring has a burst of `burst` bytes, cut into segments of `segment_seconds`.
    fn live(burst: usize, segment_seconds: u32) -> (Writer, Arc<Mount>, Arc<Live>) {
        let (writer, mount) = mount(burst);
        let settings = config::Hls { enabled: true, segment_seconds, ..config::Hls::default() };
        let live = Arc::new(Live::new(&mount, Arc::default(), settings, None));
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
