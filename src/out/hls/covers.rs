//! Covers: the picture of a piece in the tags of some of its segments.

use std::sync::Arc;

use tracing::warn;

use crate::{art::raster, station::history::History, threads::blocking};

/// Side of the picture in pixels. Small, since it is sent with the sound.
const SIDE: u32 = 128;

/// Segments between repeats of the picture, for clients that join later; they add 2 % on average.
const EVERY: u32 = 10;

/// Finds the cover of each new title.
pub(super) struct Covers {
    history: Arc<History>,
    shown: Option<Arc<str>>,
    /// Segments with that title so far.
    n_segments: u32,
}

impl Covers {
    /// Covers of the pieces in `history`.
    pub fn new(history: Arc<History>) -> Self {
        Self { history, shown: None, n_segments: 0 }
    }

    /// The cover of the next segment, titled `title`, as PNG: for the first segment of a title and every
    /// tenth one.
    pub async fn next(&mut self, title: &Arc<str>) -> Option<Vec<u8>> {
        if self.shown.replace(title.clone()).as_ref() != Some(title) {
            self.n_segments = 0;
        }
        self.n_segments += 1;
        if !(self.n_segments - 1).is_multiple_of(EVERY) {
            return None;
        }
        let cover = self.history.find(|past| past.title == *title)?.heard?.cover;
        let drawn = blocking(move || raster::png(&cover, SIDE)).await;
        let drawn = drawn.and_then(|drawn| drawn.map_err(|error| error.to_string()));
        drawn.inspect_err(|why| warn!("a segment goes without its cover: {why}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        music::bar::{Bar, Mix},
        units::Bpm,
    };

    #[tokio::test]
    async fn the_first_segment_of_a_piece_has_its_cover_and_some_later_ones() {
        let history = Arc::new(History::default());
        let bar = Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain()));
        let [one, two]: [Arc<str>; 2] = ["one".into(), "two".into()];
        history.note(&one, Some(&bar), Timestamp::UNIX_EPOCH);
        let mut covers = Covers::new(history);

        let file = covers.next(&one).await.unwrap();
        assert!(file.starts_with(b"\x89PNG") && file.len() < 20_000, "{} bytes", file.len());
        for _ in 1..EVERY {
            assert_eq!(covers.next(&one).await, None);
        }
        assert_eq!(covers.next(&one).await.as_ref(), Some(&file));
        assert_eq!(covers.next(&two).await, None);
        assert_eq!(covers.next(&one).await, Some(file));
    }
}
