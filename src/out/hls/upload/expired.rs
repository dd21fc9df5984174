//! Deletes segments in a bucket that no client may request any more.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::out::hls::upload::{
    bucket::{Bucket, Listing},
    failure::Failure,
};

/// Most deletions at a time, between uploads.
const BATCH: usize = 20;

/// Most names kept if deletion fails; the next start finds the rest.
const MOST: usize = 10_000;

/// The segments to delete.
pub struct Expired {
    /// How long clients may still request segments of an earlier run.
    grace: Duration,
    due: VecDeque<String>,
    /// Segments of earlier runs, and until when they are kept. None: not listed yet.
    left: Option<(Instant, Vec<String>)>,
    /// At most one task, which lists them during uploads.
    listing: JoinSet<Result<Listing, Failure>>,
}

impl Expired {
    /// Nothing to delete yet; segments of earlier runs are kept for `max_age` seconds.
    pub fn new(max_age: u32) -> Self {
        let grace = Duration::from_secs(max_age.into());
        Self { grace, due: VecDeque::new(), left: None, listing: JoinSet::new() }
    }

    /// Marks a segment for deletion.
    pub fn add(&mut self, name: String) {
        self.due.push_back(name);
        if MOST < self.due.len() {
            self.due.pop_front();
        }
    }

    /// Deletes a batch of segments that have expired at `now`. Those in the bucket that are not `is_ours`
    /// are from an earlier run.
    ///
    /// # Errors
    /// Deleting or listing failed, or the listing has no end.
    pub async fn delete(
        &mut self,
        bucket: &Bucket,
        now: Instant,
        is_ours: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        if let Some((until, left)) = &mut self.left
            && *until <= now
        {
            self.due.extend(std::mem::take(left));
        }
        for _ in 0..BATCH {
            let Some(name) = self.due.front() else { break };
            bucket.delete(name).await?;
            self.due.pop_front();
        }
        // Last, since the access key may be allowed to delete but not to list.
        self.list(bucket, now, is_ours)
    }

    /// Whether the listing was received.
    #[cfg(test)]
    pub fn is_listed(&self) -> bool {
        self.left.is_some()
    }

    /// Starts the listing, or takes its result.
    fn list(
        &mut self,
        bucket: &Bucket,
        now: Instant,
        is_ours: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        if self.left.is_some() {
            return Ok(());
        }
        if self.listing.is_empty() {
            let bucket = bucket.clone();
            self.listing.spawn(async move { bucket.segments().await });
        }
        let Some(Ok(listed)) = self.listing.try_join_next() else { return Ok(()) };
        let Listing { mut names, is_complete } = listed?;
        names.retain(|name| !is_ours(name));
        let n = names.len();
        self.left = Some((now + self.grace, names));
        if is_complete { Ok(()) } else { Err(Failure::EndlessListing { n }) }
    }
}
