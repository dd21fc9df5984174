//! Who listens: there is no connection to count, only questions.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash, RandomState},
    time::{Duration, Instant},
};

/// More than these are not told apart, so that nobody fills the memory under invented names.
const MOST: usize = 100_000;

/// Clients that asked for a playlist not long ago.
pub struct Clients {
    patience: Duration,
    /// Nobody's name is kept, only its hash.
    hasher: RandomState,
    asked: HashMap<u64, Instant>,
}

impl Clients {
    /// Nobody yet; who asks for nothing for `patience` is gone.
    pub fn new(patience: Duration) -> Self {
        Self { patience, hasher: RandomState::new(), asked: HashMap::new() }
    }

    /// `client` asks at `now`.
    pub fn note(&mut self, client: impl Hash, now: Instant) {
        let client = self.hasher.hash_one(client);
        if let Some(asked) = self.asked.get_mut(&client) {
            *asked = now;
            return;
        }
        // To look through all of them for each new one would be work that anyone could make us do.
        if self.asked.len() < MOST {
            self.asked.insert(client, now);
        }
    }

    /// How many there are at `now`.
    pub fn count(&mut self, now: Instant) -> usize {
        self.forget(now);
        self.asked.len()
    }

    fn forget(&mut self, now: Instant) {
        self.asked.retain(|_, asked| now.saturating_duration_since(*asked) <= self.patience);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_counted_once_and_until_it_asks_no_more() {
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
