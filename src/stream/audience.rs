//! All listeners of the server, over all mounts: admission by limits, counts, and an operator's
//! orders to single listeners.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, atomic::AtomicU64},
    time::Instant,
};

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::stream::mount::Mount;

/// Limits on the number of listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenerLimits {
    /// Most listeners over all mounts.
    pub all: usize,
    /// Most listeners per address block (see [`address_block`]); 0 is no limit.
    pub per_address: usize,
}

/// Why a listener is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The server has its maximum number of listeners.
    #[error("the server is full, please try again later")]
    Full,
    /// The mount and its fallbacks have their maximum number of listeners.
    #[error("this stream is full, please try again later")]
    MountFull,
    /// The address block has its maximum number of listeners.
    #[error("too many listeners from this address")]
    AddressFull,
}

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
    order: Mutex<Option<Order>>,
}

/// An operator's order to a listener.
#[derive(Debug, Clone)]
pub enum Order {
    /// Disconnect.
    Disconnect,
    /// Continue with another mount on the same connection.
    MoveTo(Arc<Mount>),
}

/// The address block that limits apply to: the IPv4 address itself, or the /64 network of an IPv6
/// address, since a subscriber usually has a whole /64. IPv4-mapped IPv6 addresses count as IPv4.
pub fn address_block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// All listeners of the server.
pub struct Audience {
    present: Mutex<Present>,
    /// Number of present listeners.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Present {
    n_total: u64,
    clients: BTreeMap<u64, Arc<Client>>,
    per_address: HashMap<IpAddr, usize>,
}

/// The right to listen; counted until it is dropped.
pub struct Permit {
    /// The listener that holds it.
    pub client: Arc<Client>,
    audience: Arc<Audience>,
}

impl Client {
    /// The path of its current mount.
    pub fn path(&self) -> String {
        self.path.lock().clone()
    }

    /// Gives it an order, which is carried out with its next chunk. A second order replaces the first.
    pub fn order(&self, order: Order) {
        *self.order.lock() = Some(order);
    }

    /// Takes the order, if there is one.
    pub(super) fn take_order(&self) -> Option<Order> {
        self.order.lock().take()
    }

    /// Records that it now listens to the mount at `path`.
    pub fn moved_to(&self, path: &str) {
        path.clone_into(&mut self.path.lock());
    }
}

impl Default for Audience {
    fn default() -> Self {
        Self { present: Mutex::default(), count: watch::Sender::new(0) }
    }
}

impl Audience {
    /// Admits a listener from `address` to `mount`, within the limits `limits`. The mount's own limit is
    /// checked by [`Mount::try_join`].
    ///
    /// # Errors
    /// A limit is reached.
    pub fn admit(
        self: &Arc<Self>,
        limits: ListenerLimits,
        mount: &Mount,
        address: IpAddr,
        agent: &str,
    ) -> Result<Permit, Refusal> {
        let mut present = self.present.lock();
        if limits.all <= present.clients.len() {
            return Err(Refusal::Full);
        }
        let block = address_block(address);
        let n_before = present.per_address.get(&block).copied().unwrap_or(0);
        if 0 < limits.per_address && limits.per_address <= n_before {
            return Err(Refusal::AddressFull);
        }
        present.n_total += 1;
        present.per_address.insert(block, n_before + 1);
        let client = Arc::new(Client {
            id: present.n_total,
            address,
            agent: agent.to_owned(),
            since: Instant::now(),
            n_bytes: AtomicU64::new(0),
            path: Mutex::new(mount.about.path.clone()),
            order: Mutex::default(),
        });
        present.clients.insert(client.id, client.clone());
        self.count.send_replace(present.clients.len());
        Ok(Permit { client, audience: self.clone() })
    }

    /// All listeners, the oldest first.
    pub fn clients(&self) -> Vec<Arc<Client>> {
        self.present.lock().clients.values().cloned().collect()
    }

    /// The listener with this ID, while it is connected.
    pub fn client(&self, id: u64) -> Option<Arc<Client>> {
        self.present.lock().clients.get(&id).cloned()
    }

    /// Number of listeners.
    pub fn len(&self) -> usize {
        *self.count.borrow()
    }

    /// Whether there is no listener.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of listeners since the start.
    pub fn n_total(&self) -> u64 {
        self.present.lock().n_total
    }

    /// Waits until there is no listener.
    pub async fn wait_until_empty(&self) {
        // Can't fail: `self` holds the sender.
        let _ = self.count.subscribe().wait_for(|&count| count == 0).await;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut present = self.audience.present.lock();
        present.clients.remove(&self.client.id);
        let block = address_block(self.client.address);
        match present.per_address.get_mut(&block) {
            Some(n) if 1 < *n => *n -= 1,
            _ => drop(present.per_address.remove(&block)),
        }
        self.audience.count.send_replace(present.clients.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{
        coding::Coding,
        mount::About,
        ring::{RingLimits, ring},
    };

    fn mount() -> Mount {
        let about = About {
            path: "/a.mp3".into(),
            name: "A".into(),
            description: String::new(),
            genre: String::new(),
            coding: Coding::default(),
            public: false,
        };
        Mount::new(about, ring(RingLimits { burst: 8, keep: 16 }).1)
    }

    #[test]
    fn limits_hold_for_the_server_and_for_each_address() {
        let (audience, mount) = (Arc::new(Audience::default()), mount());
        let limits = ListenerLimits { all: 3, per_address: 2 };
        let admit =
            |address: &str| audience.admit(limits, &mount, address.parse().unwrap(), "test");

        let (a, b) = (admit("10.0.0.1").unwrap(), admit("10.0.0.1").unwrap());
        assert_eq!(admit("10.0.0.1").err(), Some(Refusal::AddressFull));
        let c = admit("10.0.0.2").unwrap();
        assert_eq!(admit("::1").err(), Some(Refusal::Full));

        drop((a, b, c));
        assert_eq!((audience.len(), audience.n_total()), (0, 3));
        assert!(admit("10.0.0.1").is_ok());
        assert!(audience.present.lock().per_address.is_empty(), "a counter is left behind");
    }

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_block() {
        let of = |address: &str| address_block(address.parse().unwrap()).to_string();

        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(of("10.0.0.1"), "10.0.0.1");
    }

    #[test]
    fn a_listener_is_known_while_it_is_connected() {
        let (audience, mount) = (Arc::new(Audience::default()), mount());
        let limits = ListenerLimits { all: 3, per_address: 0 };
        let address = "10.0.0.1".parse().unwrap();
        let permit = audience.admit(limits, &mount, address, "VLC").unwrap();
        let id = permit.client.id;

        let client = audience.client(id).unwrap();
        assert_eq!((client.agent.as_str(), client.path().as_str()), ("VLC", "/a.mp3"));
        drop(permit);

        assert!(audience.client(id).is_none() && audience.clients().is_empty());
    }
}
