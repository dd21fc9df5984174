//! Keeps a copy of a station's HLS files in its bucket.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use bytes::Bytes;
use futures_util::future::select_all;
use tokio::sync::watch;

use crate::out::hls::{
    live::Live,
    names::MAIN,
    upload::{bucket::Bucket, expired::Expired, failure::Failure},
    variants::main_playlist,
    window::Window,
};

/// The state of a station's copy in its bucket.
///
/// It buffers no audio: segments that leave their window before they are uploaded are skipped.
pub struct Mirror {
    bucket: Bucket,
    /// At least one.
    variants: Vec<Variant>,
    /// The main playlist, and whether it is uploaded.
    main: (String, bool),
    expired: Expired,
}

/// The copy of a variant.
struct Variant {
    live: Arc<Live>,
    window: watch::Receiver<Window>,
    /// Uploaded segments, oldest first.
    uploaded: VecDeque<String>,
    /// The number of the newest segment ever uploaded.
    newest: Option<u64>,
    /// The playlist that was uploaded last.
    playlist: Option<Bytes>,
}

/// Counts of segments.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Uploaded segments.
    pub n_put: u64,
    /// Skipped segments.
    pub n_missed: u64,
}

impl Mirror {
    /// A copy of the variants `lives` (at least one), of which nothing is uploaded yet.
    pub fn new(bucket: Bucket, lives: &[Arc<Live>]) -> Self {
        let max_age = lives.iter().map(|live| live.max_age()).max().unwrap_or_default();
        Self {
            bucket,
            variants: lives.iter().map(Variant::new).collect(),
            main: (main_playlist(lives), false),
            expired: Expired::new(max_age),
        }
    }

    /// Uploads everything that is missing and counts it in `progress`. Playlists are uploaded after the
    /// files that they list, so that players find those.
    ///
    /// # Errors
    /// An upload failed. Completed uploads are not repeated.
    pub async fn catch_up(&mut self, progress: &mut Progress) -> Result<(), Failure> {
        for variant in &mut self.variants {
            variant.catch_up(&self.bucket, progress).await?;
        }
        let (main, is_uploaded) = &mut self.main;
        if !*is_uploaded && self.variants.iter().all(|variant| variant.playlist.is_some()) {
            self.bucket.put_playlist(MAIN, main.clone().into()).await?;
            *is_uploaded = true;
        }
        Ok(())
    }

    /// Deletes a batch of the segments that have expired at `now`. Does nothing before the first upload,
    /// so that a radio without audio deletes nothing.
    ///
    /// # Errors
    /// Deleting or listing failed.
    pub async fn tidy(&mut self, now: Instant) -> Result<(), Failure> {
        if self.variants.iter().all(|variant| variant.newest.is_none()) {
            return Ok(());
        }
        for variant in &mut self.variants {
            variant.expire(&mut self.expired);
        }
        let Self { bucket, variants, expired, .. } = self;
        expired.delete(bucket, now, |name| variants.iter().any(|variant| variant.has(name))).await
    }

    /// Waits for a new segment of any variant.
    pub async fn changed(&mut self) {
        let changes = self.variants.iter_mut().map(|variant| Box::pin(variant.window.changed()));
        // Can't fail: each variant holds the sender of its window.
        let _ = select_all(changes).await;
    }
}

impl Variant {
    fn new(live: &Arc<Live>) -> Self {
        let (live, window) = (live.clone(), live.window());
        Self { live, window, uploaded: VecDeque::new(), newest: None, playlist: None }
    }

    fn has(&self, name: &str) -> bool {
        self.uploaded.iter().any(|uploaded| uploaded == name)
    }

    async fn catch_up(&mut self, to: &Bucket, progress: &mut Progress) -> Result<(), Failure> {
        let Some(listing) = self.window.borrow_and_update().listing() else { return Ok(()) };
        for segment in listing.segments {
            if self.newest.is_some_and(|newest| segment.number <= newest) {
                continue;
            }
            to.put_segment(&segment.name, segment.bytes, self.live.cache_control()).await?;
            let due = self.newest.map_or(segment.number, |newest| newest + 1);
            progress.n_put += 1;
            progress.n_missed += segment.number - due;
            self.newest = Some(segment.number);
            self.uploaded.push_back(segment.name);
        }
        if self.playlist.as_ref() != Some(&listing.playlist) {
            to.put_playlist(&self.live.playlist_name(), listing.playlist.clone()).await?;
            self.playlist = Some(listing.playlist);
        }
        Ok(())
    }

    /// Marks segments that have left the window for deletion.
    fn expire(&mut self, expired: &mut Expired) {
        let window = self.window.borrow();
        while let Some(name) = self.uploaded.pop_front_if(|name| window.find(name).is_none()) {
            expired.add(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{slice::from_ref, time::Duration};

    use object_store::Attribute::{CacheControl, ContentType};
    use tokio::time::timeout;

    use super::*;
    use crate::out::hls::upload::testing::{ALL, Endless, LISTED, Storage, live, push};

    async fn catch_up(mirror: &mut Mirror) -> (u64, u64) {
        let mut progress = Progress::default();
        mirror.catch_up(&mut progress).await.unwrap();
        (progress.n_put, progress.n_missed)
    }

    #[tokio::test]
    async fn playlists_are_uploaded_after_the_files_they_list() {
        let (storage, high, low) = (Storage::default(), live(128), live(96));
        let mut mirror = Mirror::new(storage.bucket(), &[high.clone(), low.clone()]);
        (0..9).for_each(|number| push(&high, number));

        assert_eq!(catch_up(&mut mirror).await, (3, 0));
        let put = ["put 128k-0-6.mp3", "put 128k-0-7.mp3", "put 128k-0-8.mp3", "put 128k.m3u8"];
        assert_eq!(storage.done(), put);

        push(&low, 0);
        assert_eq!(catch_up(&mut mirror).await, (1, 0));
        assert_eq!(storage.done(), ["put 96k-0-0.mp3", "put 96k.m3u8", "put live.m3u8"]);
        assert_eq!(catch_up(&mut mirror).await, (0, 0));
        assert_eq!(storage.done(), [""; 0]);
    }

    #[tokio::test]
    async fn uploaded_files_equal_those_of_the_server() {
        let (storage, live) = (Storage::default(), live(128));
        let lives = [live.clone()];
        push(&live, 0);
        catch_up(&mut Mirror::new(storage.bucket(), &lives)).await;

        let (bytes, about) = storage.get("radio/a/128k-0-0.mp3").await;
        assert_eq!(Some(bytes), live.segment("128k-0-0.mp3"));
        assert_eq!(about.get(&ContentType).map(AsRef::as_ref), Some("audio/mpeg"));
        assert_eq!(about.get(&CacheControl).map(AsRef::as_ref), Some(&*live.cache_control()));
        let (bytes, about) = storage.get("radio/a/128k.m3u8").await;
        assert_eq!(Some(bytes), live.playlist());
        let playlist = Some("application/vnd.apple.mpegurl");
        assert_eq!(about.get(&ContentType).map(AsRef::as_ref), playlist);
        assert_eq!(about.get(&CacheControl).map(AsRef::as_ref), Some("public, max-age=1"));
        let (bytes, about) = storage.get("radio/a/live.m3u8").await;
        assert_eq!(bytes, main_playlist(&lives));
        assert_eq!(about.get(&ContentType).map(AsRef::as_ref), playlist);
    }

    #[tokio::test]
    async fn segments_are_skipped_while_the_storage_is_down() {
        let (storage, live) = (Storage::default(), live(128));
        let mut mirror = Mirror::new(storage.bucket(), from_ref(&live));
        push(&live, 0);
        catch_up(&mut mirror).await;
        storage.done();

        storage.refuse(ALL);
        for number in 1..1000 {
            push(&live, number);
            assert!(mirror.catch_up(&mut Progress::default()).await.is_err());
        }
        storage.refuse(&[]);
        storage.done();

        assert_eq!(catch_up(&mut mirror).await, (LISTED as u64, 999 - LISTED as u64));
        assert_eq!(storage.done()[..2], ["put 128k-0-997.mp3", "put 128k-0-998.mp3"]);
    }

    #[tokio::test]
    async fn expired_segments_are_deleted_and_failed_deletions_do_not_stop_uploads() {
        let (storage, live) = (Storage::default(), live(128));
        let mut mirror = Mirror::new(storage.bucket(), from_ref(&live));
        storage.refuse(&["delete"]);
        for number in 0..10 {
            push(&live, number);
            assert_eq!(catch_up(&mut mirror).await, (1, 0));
            assert_eq!(mirror.tidy(Instant::now()).await.is_ok(), number <= 2 * LISTED as u64);
        }
        storage.refuse(&[]);
        storage.done();
        mirror.tidy(Instant::now()).await.unwrap();

        let gone = ["delete 128k-0-0.mp3", "delete 128k-0-1.mp3", "delete 128k-0-2.mp3"];
        assert_eq!(storage.done(), gone);
    }

    #[tokio::test]
    async fn segments_of_an_earlier_run_are_deleted_after_their_lifetime_and_nothing_else() {
        let (storage, live) = (Storage::default(), live(128));
        let others = ["radio/a/128k-0-1.txt", "radio/a/b/128k-0-1.mp3", "radio/b/128k-0-1.mp3"];
        for place in others.into_iter().chain(["radio/a/64k-0-7.mp3", "radio/a/128k-0-0.mp3"]) {
            storage.put(place).await;
        }
        let mut mirror = Mirror::new(storage.bucket(), from_ref(&live));
        push(&live, 0);
        catch_up(&mut mirror).await;

        let began = Instant::now();
        let after = |seconds: u32| began + Duration::from_secs(seconds.into());
        until_listed(&mut mirror, &storage, began).await.unwrap();
        mirror.tidy(after(live.max_age() - 1)).await.unwrap();
        assert_eq!(storage.places().await.len(), 7);

        mirror.tidy(after(live.max_age())).await.unwrap();
        let mut stay = others.to_vec();
        stay.extend(["radio/a/128k-0-0.mp3", "radio/a/128k.m3u8", "radio/a/live.m3u8"]);
        stay.sort_unstable();
        assert_eq!(storage.places().await, stay);
    }

    /// Tidies until the segments of earlier runs are listed.
    async fn until_listed(
        mirror: &mut Mirror,
        storage: &Storage,
        at: Instant,
    ) -> Result<(), Failure> {
        storage.done();
        loop {
            mirror.tidy(at).await?;
            if mirror.expired.is_listed() {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_listing_without_end_is_given_up() {
        for endless in [Endless::NewTokens, Endless::SameToken] {
            let (storage, live) = (Storage::endless(endless), live(128));
            storage.put("radio/a/64k-0-7.mp3").await;
            let mut mirror = Mirror::new(storage.bucket(), from_ref(&live));
            push(&live, 0);
            catch_up(&mut mirror).await;

            let failure = until_listed(&mut mirror, &storage, Instant::now()).await.unwrap_err();

            assert!(failure.to_string().contains("does not end"), "{failure}");
            assert!(storage.done().len() <= 20);
            mirror.tidy(Instant::now()).await.unwrap();
            assert_eq!(storage.done(), [""; 0], "it is listed again");
        }
    }

    #[tokio::test]
    async fn uploads_do_not_wait_for_a_listing() {
        let (storage, live) = (Storage::endless(Endless::Silent), live(128));
        let mut mirror = Mirror::new(storage.bucket(), from_ref(&live));
        for number in 0..3 {
            push(&live, number);
            assert_eq!(catch_up(&mut mirror).await, (1, 0));
            mirror.tidy(Instant::now()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_segment_of_any_variant_ends_the_wait() {
        let lives = [live(128), live(96)];
        let mut mirror = Mirror::new(Storage::default().bucket(), &lives);
        assert!(timeout(Duration::ZERO, mirror.changed()).await.is_err());

        push(&lives[1], 0);

        mirror.changed().await;
    }
}
