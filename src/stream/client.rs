//! A listener as operators see it, and their orders to it.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::stream::mount::Mount;

/// A listener as shown to operators.
#[derive(Debug)]
pub struct Client {
    /// Unique over the life of the process.
    pub id: u64,
    /// The remote address.
    pub address: IpAddr,
    /// The `User-Agent` header.
    pub agent: String,
    /// When it connected.
    pub since: Instant,
    /// Bytes of the stream sent so far, without HTTP headers.
    pub n_bytes: AtomicU64,
    /// The path of its current mount.
    path: Mutex<String>,
    /// Where an operator moves it.
    destination: Mutex<Option<Arc<Mount>>>,
    is_leaving: AtomicBool,
    leaving: Notify,
    /// Since when its socket has accepted nothing, while bytes wait for it.
    stalled_since: Mutex<Option<Instant>>,
}

/// An operator's order to a listener.
#[derive(Debug, Clone)]
pub enum Order {
    /// Disconnect. Final: later orders have no effect.
    Disconnect,
    /// Continue with another mount on the same connection.
    MoveTo(Arc<Mount>),
}

impl Client {
    /// A listener that connects now and receives the mount at `path`.
    pub(super) fn new(id: u64, address: IpAddr, agent: &str, path: &str) -> Self {
        Self {
            id,
            address,
            agent: agent.to_owned(),
            since: Instant::now(),
            n_bytes: AtomicU64::new(0),
            path: Mutex::new(path.to_owned()),
            destination: Mutex::default(),
            is_leaving: AtomicBool::new(false),
            leaving: Notify::new(),
            stalled_since: Mutex::default(),
        }
    }

    /// The path of its current mount.
    pub fn path(&self) -> String {
        self.path.lock().clone()
    }

    /// Records that it now listens to the mount at `path`.
    pub fn moved_to(&self, path: &str) {
        path.clone_into(&mut self.path.lock());
    }

    /// Gives it an order, which is carried out at the next poll of its stream. Of several moves the last
    /// one counts.
    pub fn order(&self, order: Order) {
        match order {
            Order::Disconnect => {
                self.is_leaving.store(true, Relaxed);
                self.leaving.notify_one();
            }
            Order::MoveTo(mount) => *self.destination.lock() = Some(mount),
        }
    }

    /// Whether it was ordered to disconnect.
    pub fn is_leaving(&self) -> bool {
        self.is_leaving.load(Relaxed)
    }

    /// Completes when it is ordered to disconnect. One task at a time may wait.
    pub async fn left(&self) {
        while !self.is_leaving() {
            self.leaving.notified().await;
        }
    }

    /// Takes the mount that it was ordered to move to, if there is one.
    pub(super) fn take_destination(&self) -> Option<Arc<Mount>> {
        self.destination.lock().take()
    }

    /// Records whether its socket is full.
    pub fn set_stalled(&self, is_stalled: bool) {
        let mut since = self.stalled_since.lock();
        *since = is_stalled.then(|| since.unwrap_or_else(Instant::now));
    }

    /// For how long its socket has accepted nothing; zero if it accepts.
    pub fn stalled_for(&self) -> Duration {
        self.stalled_since.lock().map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// The address block that limits apply to: the IPv4 address itself, or the /64 network of an IPv6
/// address, since a subscriber usually has a whole /64. IPv4-mapped IPv6 addresses count as IPv4.
pub fn address_block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_block() {
        let of = |address: &str| address_block(address.parse().unwrap()).to_string();

        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(of("10.0.0.1"), "10.0.0.1");
    }

    #[test]
    fn a_stall_lasts_from_its_first_report() {
        let client = Client::new(1, IpAddr::from([10, 0, 0, 1]), "", "/a.mp3");
        client.set_stalled(true);
        let since = *client.stalled_since.lock();
        client.set_stalled(true);
        assert!(since.is_some() && *client.stalled_since.lock() == since);
        client.set_stalled(false);
        assert_eq!(client.stalled_for(), Duration::ZERO);
    }
}
