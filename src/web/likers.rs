//! The likes of the last hour by address, so that a like counts once.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::stream::client::address_block;

/// How long a like is remembered.
pub const MEMORY: Duration = Duration::from_hours(1);

/// Most likes of an address within [`MEMORY`].
const MAX_LIKES: usize = 60;

/// Most addresses that are remembered; others can't like anything until some expire.
const MAX_ADDRESSES: usize = 10_000;

/// The likes of the last hour. Addresses and pieces are hashed with a key of this run, which is never
/// saved.
#[derive(Default)]
pub struct Likers {
    key: RandomState,
    given: Mutex<HashMap<u64, Vec<(Instant, u64)>>>,
}

/// Whether a like counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// It counts.
    Yes,
    /// The address has liked the piece before.
    Before,
    /// Too many likes by the address, or by all addresses.
    TooMany,
}

impl Likers {
    /// Records that `address` likes piece number `piece` of `station` at `now`. An IPv6 network of 64 bits
    /// counts as one address.
    pub fn note(&self, address: IpAddr, station: &str, piece: u64, now: Instant) -> Counts {
        let who = self.key.hash_one(address_block(address));
        let what = self.key.hash_one((station, piece));
        let mut given = self.given.lock();
        given.retain(|_, likes| {
            likes.retain(|(at, _)| now.saturating_duration_since(*at) < MEMORY);
            !likes.is_empty()
        });
        let n_addresses = given.len();
        match given.get(&who) {
            Some(likes) if likes.iter().any(|(_, liked)| *liked == what) => return Counts::Before,
            Some(likes) if MAX_LIKES <= likes.len() => return Counts::TooMany,
            None if MAX_ADDRESSES <= n_addresses => return Counts::TooMany,
            _ => {}
        }
        given.entry(who).or_default().push((now, what));
        Counts::Yes
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn an_address_likes_a_piece_once_and_is_forgotten_after_an_hour() {
        let (likers, now) = (Likers::default(), Instant::now());
        let [one, other] = ["10.0.0.1", "10.0.0.2"].map(|address| address.parse().unwrap());

        assert_eq!(likers.note(one, "a", 1, now), Counts::Yes);
        assert_eq!(likers.note(one, "a", 1, now), Counts::Before);
        assert_eq!(likers.note(other, "a", 1, now), Counts::Yes);
        assert_eq!(likers.note(one, "b", 1, now), Counts::Yes);
        assert_eq!(likers.note(one, "a", 1, now + MEMORY), Counts::Yes);
        assert_eq!(likers.given.lock().len(), 1);
    }

    #[test]
    fn floods_are_bounded() {
        let (likers, now) = (Likers::default(), Instant::now());
        let address = |number: u32| IpAddr::from(Ipv4Addr::from(number));

        let of_one =
            (0..200).filter(|piece| likers.note(address(1), "a", *piece, now) == Counts::Yes);
        assert_eq!(of_one.count(), MAX_LIKES);
        for number in 2..=MAX_ADDRESSES as u32 {
            likers.given.lock().insert(u64::from(number), vec![(now, 0)]);
        }
        assert_eq!(likers.note(address(9), "a", 1, now), Counts::TooMany);
        assert_eq!(likers.note(address(9), "a", 1, now + MEMORY), Counts::Yes);
    }
}
