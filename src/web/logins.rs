//! Failed logins: addresses that guess passwords must wait.

use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// Failures after which an address must wait.
const MAX_FAILURES: u32 = 5;

/// How long an address must wait, and how long failures are remembered.
const PENALTY: Duration = Duration::from_mins(1);

/// The most addresses that are remembered; one more clears them all, so that memory stays bounded.
const MAX_ADDRESSES: usize = 10_000;

/// Failures by address.
#[derive(Default)]
pub struct Logins(Mutex<HashMap<IpAddr, Failures>>);

struct Failures {
    count: u32,
    last: Instant,
}

impl Logins {
    /// Whether `address` has failed too often lately.
    pub fn must_wait(&self, address: IpAddr, now: Instant) -> bool {
        let failures = self.0.lock();
        let failures = failures.get(&address);
        failures.is_some_and(|of| MAX_FAILURES <= of.count && now.duration_since(of.last) < PENALTY)
    }

    /// Counts a failure.
    pub fn failed(&self, address: IpAddr, now: Instant) {
        let mut all = self.0.lock();
        if MAX_ADDRESSES <= all.len() {
            all.retain(|_, failures| now.duration_since(failures.last) < PENALTY);
        }
        if MAX_ADDRESSES <= all.len() {
            all.clear();
        }
        let failures = all.entry(address).or_insert(Failures { count: 0, last: now });
        let is_old = PENALTY <= now.duration_since(failures.last);
        failures.count = if is_old { 1 } else { failures.count + 1 };
        failures.last = now;
    }

    /// Clears the failures of `address`.
    pub fn succeeded(&self, address: IpAddr) {
        self.0.lock().remove(&address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_fails_five_times_waits_a_minute() {
        let (logins, now) = (Logins::default(), Instant::now());
        let [guesser, other] = ["10.0.0.1", "10.0.0.2"].map(|address| address.parse().unwrap());

        (0..4).for_each(|_| logins.failed(guesser, now));
        assert!(!logins.must_wait(guesser, now));
        logins.failed(guesser, now);
        assert!(logins.must_wait(guesser, now) && !logins.must_wait(other, now));
        assert!(!logins.must_wait(guesser, now + PENALTY));

        logins.failed(guesser, now + PENALTY);
        assert!(!logins.must_wait(guesser, now + PENALTY), "old failures still count");
        (0..4).for_each(|_| logins.failed(other, now));
        logins.succeeded(other);
        logins.failed(other, now);
        assert!(!logins.must_wait(other, now));
    }

    #[test]
    fn memory_is_bounded_for_any_number_of_addresses() {
        let (logins, now) = (Logins::default(), Instant::now());
        for number in 0..30_000u32 {
            logins.failed(std::net::Ipv4Addr::from(number).into(), now);
        }
        assert!(logins.0.lock().len() <= MAX_ADDRESSES);
    }
}
