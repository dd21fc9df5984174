//! Segments in a bucket that nobody may ask for any more.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::out::hls::upload::{bucket::Bucket, failure::Failure};

/// So many are deleted before new ones are looked after again.
const AT_ONCE: usize = 20;

/// No more are remembered, where the bucket lets us delete none; another run will find them.
const MOST: usize = 10_000;

/// What is to be deleted, now or later.
pub struct Old {
    /// How long anybody may ask for what is in the bucket when we begin.
    grace: Duration,
    due: VecDeque<String>,
    /// What an earlier run has left, and until when it stays; none: nobody has looked.
    left: Option<(Instant, Vec<String>)>,
}

impl Old {
    /// Nothing yet; what an earlier run has left stays for `max_age` seconds.
    pub fn new(max_age: u32) -> Self {
        let grace = Duration::from_secs(max_age.into());
        Self { grace, due: VecDeque::new(), left: None }
    }

    /// The segment of that name is no longer wanted.
    pub fn add(&mut self, name: String) {
        self.due.push_back(name);
        if MOST < self.due.len() {
            self.due.pop_front();
        }
    }

    /// Deletes some of them, as of `now`. What is there but not `is_ours` was left by an earlier run.
    ///
    /// # Errors
    /// The bucket does not let us.
    pub async fn clear(
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
        for _ in 0..AT_ONCE {
            let Some(name) = self.due.front() else { break };
            bucket.delete(name).await?;
            self.due.pop_front();
        }
        // Last: a key may be allowed to delete and not to list.
        if self.left.is_none() {
            let mut left = bucket.segments().await?;
            left.retain(|name| !is_ours(name));
            self.left = Some((now + self.grace, left));
        }
        Ok(())
    }
}
