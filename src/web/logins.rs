//! Failed logins: addresses that guess passwords must wait.

use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::web::summary::Summary;

/// Failures after which an address must wait.
const MAX_FAILURES: u32 = 5;

/// Failures within [`PENALTY`], over all addresses, after which only addresses that have logged in before
/// may try: this limits guessing from many networks.
const MAX_FAILURES_OF_ALL: u32 = 300;

/// How long an address must wait, and how long failures are remembered.
const PENALTY: Duration = Duration::from_mins(1);

/// The most addresses with failures, and with a login, that are remembered. The oldest is forgotten
/// for a new one.
const MAX_ADDRESSES: usize = 10_000;
const MAX_KNOWN: usize = 100;

/// Failures by address.
#[derive(Default)]
pub struct Logins(Mutex<Attempts>);

#[derive(Default)]
struct Attempts {
    failures: HashMap<IpAddr, Failures>,
    /// When each address last logged in.
    known: HashMap<IpAddr, Instant>,
    /// Failures of all addresses; `last` is when the counted minute began.
    of_all: Option<Failures>,
    n_total: u64,
    summary: Summary,
}

struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    fn is_old(&self, now: Instant) -> bool {
        PENALTY <= now.saturating_duration_since(self.last)
    }
}

impl Logins {
    /// Whether `address` has too many failures, or all addresses have and this one is not known.
    pub fn must_wait(&self, address: IpAddr, now: Instant) -> bool {
        let attempts = self.0.lock();
        let has = |failures: Option<&Failures>, most| {
            failures.is_some_and(|of| most <= of.count && !of.is_old(now))
        };
        has(attempts.failures.get(&address), MAX_FAILURES)
            || !attempts.known.contains_key(&address)
                && has(attempts.of_all.as_ref(), MAX_FAILURES_OF_ALL)
    }

    /// Counts and logs a failure; at a high rate one line covers many.
    pub fn failed(&self, address: IpAddr, now: Instant) {
        let mut attempts = self.0.lock();
        attempts.n_total += 1;
        let all = attempts.of_all.get_or_insert(Failures { count: 0, last: now });
        if all.is_old(now) {
            *all = Failures { count: 0, last: now };
        }
        all.count += 1;
        attempts.count(address, now);
        match attempts.summary.note(now) {
            Some(1) => tracing::warn!("failed login from {address}"),
            Some(n) => tracing::warn!("{n} failed logins, the last from {address}"),
            None => {}
        }
    }

    /// Clears the failures of `address`, which has logged in.
    pub fn succeeded(&self, address: IpAddr, now: Instant) {
        let mut attempts = self.0.lock();
        attempts.failures.remove(&address);
        if MAX_KNOWN <= attempts.known.len() && !attempts.known.contains_key(&address) {
            let oldest =
                attempts.known.iter().min_by_key(|(_, at)| **at).map(|(address, _)| *address);
            oldest.map(|address| attempts.known.remove(&address));
        }
        attempts.known.insert(address, now);
    }

    /// Failures since the start.
    pub fn n_failed(&self) -> u64 {
        self.0.lock().n_total
    }
}

impl Attempts {
    /// Counts a failure of `address`.
    fn count(&mut self, address: IpAddr, now: Instant) {
        let all = &mut self.failures;
        if MAX_ADDRESSES <= all.len() && !all.contains_key(&address) {
            let oldest = all.iter().min_by_key(|(_, of)| of.last).map(|(address, _)| *address);
            oldest.map(|address| all.remove(&address));
        }
        let failures = all.entry(address).or_insert(Failures { count: 0, last: now });
        failures.count = if failures.is_old(now) { 1 } else { failures.count + 1 };
        failures.last = now;
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

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
        logins.succeeded(other, now);
        logins.failed(other, now);
        assert!(!logins.must_wait(other, now));
    }

    #[test]
    fn the_oldest_of_too_many_addresses_is_forgotten() {
        let (logins, start) = (Logins::default(), Instant::now());
        let address = |number: u32| IpAddr::from(Ipv4Addr::from(number));
        let at = |number: u32| start + Duration::from_micros(number.into());
        let guesser = address(u32::MAX);
        for number in 0..10_100 {
            logins.failed(address(number), at(number));
            if number == 10_000 {
                (0..5).for_each(|_| logins.failed(guesser, at(number)));
            }
        }

        let attempts = logins.0.lock();
        assert_eq!(attempts.failures.len(), MAX_ADDRESSES);
        assert!(!attempts.failures.contains_key(&address(0)));
        assert_eq!(attempts.failures[&guesser].count, 5);
    }

    #[test]
    fn guesses_from_many_networks_are_limited_together() {
        let (logins, now) = (Logins::default(), Instant::now());
        let address = |number: u32| IpAddr::from(Ipv4Addr::from(number));
        logins.succeeded(address(1), now);

        let n_allowed = (100..10_000).filter(|&number| {
            let is_allowed = !logins.must_wait(address(number), now);
            if is_allowed {
                logins.failed(address(number), now);
            }
            is_allowed
        });
        assert_eq!(n_allowed.count(), MAX_FAILURES_OF_ALL as usize);

        assert!(!logins.must_wait(address(1), now), "the operator is locked out");
        assert!(!logins.must_wait(address(2), now + PENALTY));
    }
}
