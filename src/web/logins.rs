//! Failed logins: who guesses passwords must wait.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failures that an address may have before it must wait.
const MOST: u32 = 5;

/// How long it must wait, and how long failures are remembered.
const PENALTY: Duration = Duration::from_mins(1);

/// Addresses that are remembered; more are forgotten together rather than fill the memory.
const MOST_ADDRESSES: usize = 10_000;

/// Failures by address.
#[derive(Default)]
pub struct Logins(Mutex<HashMap<IpAddr, Failures>>);

struct Failures {
    count: u32,
    last: Instant,
}

impl Logins {
    /// Whether `address` failed so often lately that it isn't listened to.
    pub fn must_wait(&self, address: IpAddr, now: Instant) -> bool {
        let failures = self.lock();
        let failures = failures.get(&address);
        failures.is_some_and(|of| MOST <= of.count && now.duration_since(of.last) < PENALTY)
    }

    /// Notes a failure.
    pub fn failed(&self, address: IpAddr, now: Instant) {
        let mut all = self.lock();
        if MOST_ADDRESSES <= all.len() {
            all.retain(|_, failures| now.duration_since(failures.last) < PENALTY);
        }
        if MOST_ADDRESSES <= all.len() {
            all.clear();
        }
        let failures = all.entry(address).or_insert(Failures { count: 0, last: now });
        let is_old = PENALTY <= now.duration_since(failures.last);
        failures.count = if is_old { 1 } else { failures.count + 1 };
        failures.last = now;
    }

    /// Forgets the failures of who knew the password.
    pub fn succeeded(&self, address: IpAddr) {
        self.lock().remove(&address);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_five_times_waits_a_minute() {
        let (logins, now) = (Logins::default(), Instant::now());
        let [guesser, other] = ["10.0.0.1", "10.0.0.2"].map(|address| address.parse().unwrap());

        (0..4).for_each(|_| logins.failed(guesser, now));
        assert!(!logins.must_wait(guesser, now));
        logins.failed(guesser, now);
        assert!(logins.must_wait(guesser, now) && !logins.must_wait(other, now));
        assert!(!logins.must_wait(guesser, now + PENALTY));

        logins.failed(guesser, now + PENALTY);
        assert!(!logins.must_wait(guesser, now + PENALTY), "old failures are forgotten");
        (0..4).for_each(|_| logins.failed(other, now));
        logins.succeeded(other);
        logins.failed(other, now);
        assert!(!logins.must_wait(other, now));
    }

    #[test]
    fn a_flood_of_addresses_does_not_fill_the_memory() {
        let (logins, now) = (Logins::default(), Instant::now());
        for number in 0..30_000u32 {
            logins.failed(std::net::Ipv4Addr::from(number).into(), now);
        }
        assert!(logins.lock().len() <= MOST_ADDRESSES);
    }
}
