//! Counts HLS clients by their playlist requests, since there are no connections to count.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash, RandomState},
    time::{Duration, Instant},
};

/// Most clients that are counted, so that invented client names can't fill the memory.
const MOST: usize = 100_000;

/// Clients that requested a playlist recently.
pub struct Clients {
    /// A client counts for this long after its last request.
    timeout: Duration,
    /// Only hashes of clients are stored.
    hasher: RandomState,
    asked: HashMap<u64, Instant>,
}

impl Clients {
    /// No clients yet; a client expires `timeout` after its last request.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, hasher: RandomState::new(), asked: HashMap::new() }
    }

    /// Records a request by `client` at `now`.
    pub fn note(&mut self, client: impl Hash, now: Instant) {
        let client = self.hasher.hash_one(client);
        if let Some(asked) = self.asked.get_mut(&client) {
            *asked = now;
            return;
        }
        // Expired clients are not removed here: each new client would cost a scan of all.
        if self.asked.len() < MOST {
            self.asked.insert(client, now);
        }
    }

    /// Number of clients at `now`.
    pub fn count(&mut self, now: Instant) -> usize {
        self.forget(now);
        self.asked.len()
    }

    fn forget(&mut self, now: Instant) {
        self.asked.retain(|_, asked| now.saturating_duration_since(*asked) <= self.timeout);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_counted_once_until_it_expires() {
        let mut clients = Clients::new(Duration::from_secs(8));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);

        for seconds in 0..5 {
            clients.note(("10.0.0.1", "mpv"), at(seconds));
        }
        clients.note(("10.0.0.1", "VLC"), at(4));
        clients.note(("10.0.0.2", "mpv"), at(8));

        assert_eq!(
            (clients.count(at(12)), clients.count(at(13)), clients.count(at(17))),
            (3, 1, 0)
        );
    }
}
