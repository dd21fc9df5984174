//! Who listens, over all mounts: their number, their limits, and orders to them.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
    time::Instant,
};

use tokio::sync::watch;

use crate::stream::mount::Mount;

/// How many may listen at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// Over all mounts.
    pub all: usize,
    /// From one address; 0 is any number.
    pub per_address: usize,
}

/// Why one more may not listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The radio is full.
    #[error("all seats are taken, please try again soon")]
    Full,
    /// The mount is full, and so is what stands in for it.
    #[error("all seats of this stream are taken, please try again soon")]
    MountFull,
    /// There are as many from this address as may be.
    #[error("too many listen from this address")]
    AddressFull,
}

/// One who listens, as an operator sees it.
#[derive(Debug)]
pub struct Guest {
    /// Never given twice.
    pub id: u64,
    /// Where it comes from.
    pub address: IpAddr,
    /// What it calls its player.
    pub agent: String,
    /// When it came.
    pub since: Instant,
    /// Bytes that it was sent, heads not counted.
    pub n_bytes: AtomicU64,
    /// The path of the mount that it came to, or was moved to.
    path: Mutex<String>,
    order: Mutex<Option<Order>>,
}

/// What a listener is to do next.
#[derive(Debug, Clone)]
pub enum Order {
    /// Leave.
    Leave,
    /// Listen to another mount on the same connection.
    Move(Arc<Mount>),
}

/// Whose limits an address counts for: its own, or with IPv6 those of its network of 64 bits, all of
/// whose addresses one subscriber has.
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// Everybody who listens.
pub struct Audience {
    present: Mutex<Present>,
    /// How many are present.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Present {
    n_ever: u64,
    guests: BTreeMap<u64, Arc<Guest>>,
    per_address: HashMap<IpAddr, usize>,
}

/// A seat; free again when dropped.
pub struct Ticket {
    /// Who has it.
    pub guest: Arc<Guest>,
    audience: Arc<Audience>,
}

impl Guest {
    /// The path of the mount that it listens to.
    pub fn path(&self) -> String {
        lock(&self.path).clone()
    }

    /// Tells it what to do; it obeys with its next chunk.
    pub fn order(&self, order: Order) {
        *lock(&self.order) = Some(order);
    }

    /// What it was told to do, if it was.
    pub(super) fn take_order(&self) -> Option<Order> {
        lock(&self.order).take()
    }

    /// Notes that it listens to the mount at `path` now.
    pub fn moved_to(&self, path: &str) {
        path.clone_into(&mut lock(&self.path));
    }
}

impl Default for Audience {
    fn default() -> Self {
        Self { present: Mutex::default(), count: watch::Sender::new(0) }
    }
}

impl Audience {
    /// Lets one from `address` take a seat at `mount`, if `seats` has one.
    ///
    /// # Errors
    /// There is none.
    pub fn admit(
        self: &Arc<Self>,
        seats: Seats,
        mount: &Mount,
        address: IpAddr,
        agent: &str,
    ) -> Result<Ticket, Refusal> {
        let mut present = lock(&self.present);
        if seats.all <= present.guests.len() {
            return Err(Refusal::Full);
        }
        let household = household(address);
        let from_there = present.per_address.get(&household).copied().unwrap_or(0);
        if 0 < seats.per_address && seats.per_address <= from_there {
            return Err(Refusal::AddressFull);
        }
        present.n_ever += 1;
        present.per_address.insert(household, from_there + 1);
        let guest = Arc::new(Guest {
            id: present.n_ever,
            address,
            agent: agent.to_owned(),
            since: Instant::now(),
            n_bytes: AtomicU64::new(0),
            path: Mutex::new(mount.about.path.clone()),
            order: Mutex::default(),
        });
        present.guests.insert(guest.id, guest.clone());
        self.count.send_replace(present.guests.len());
        Ok(Ticket { guest, audience: self.clone() })
    }

    /// Everybody, in the order of their coming.
    pub fn guests(&self) -> Vec<Arc<Guest>> {
        lock(&self.present).guests.values().cloned().collect()
    }

    /// The one with this number, while it listens.
    pub fn guest(&self, id: u64) -> Option<Arc<Guest>> {
        lock(&self.present).guests.get(&id).cloned()
    }

    /// How many listen.
    pub fn len(&self) -> usize {
        *self.count.borrow()
    }

    /// Whether nobody listens.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many ever listened.
    pub fn n_ever(&self) -> u64 {
        lock(&self.present).n_ever
    }

    /// Comes when nobody listens any more.
    pub async fn emptied(&self) {
        // The sender is ours: it can't be gone.
        let _ = self.count.subscribe().wait_for(|&count| count == 0).await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut present = lock(&self.audience.present);
        present.guests.remove(&self.guest.id);
        let household = household(self.guest.address);
        match present.per_address.get_mut(&household) {
            Some(n) if 1 < *n => *n -= 1,
            _ => drop(present.per_address.remove(&household)),
        }
        self.audience.count.send_replace(present.guests.len());
    }
}

/// What is behind these locks is whole at any moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn seats_are_for_all_and_for_each_address() {
        let (audience, mount) = (Arc::new(Audience::default()), mount());
        let seats = Seats { all: 3, per_address: 2 };
        let admit = |address: &str| audience.admit(seats, &mount, address.parse().unwrap(), "test");

        let (a, b) = (admit("10.0.0.1").unwrap(), admit("10.0.0.1").unwrap());
        assert_eq!(admit("10.0.0.1").err(), Some(Refusal::AddressFull));
        let c = admit("10.0.0.2").unwrap();
        assert_eq!(admit("::1").err(), Some(Refusal::Full));

        drop((a, b, c));
        assert_eq!((audience.len(), audience.n_ever()), (0, 3));
        assert!(admit("10.0.0.1").is_ok());
        assert!(lock(&audience.present).per_address.is_empty(), "nothing is left of who left");
    }

    #[test]
    fn one_network_of_ipv6_is_one_household() {
        let of = |address: &str| household(address.parse().unwrap()).to_string();

        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(of("10.0.0.1"), "10.0.0.1");
    }

    #[test]
    fn a_guest_is_known_while_it_listens() {
        let (audience, mount) = (Arc::new(Audience::default()), mount());
        let seats = Seats { all: 3, per_address: 0 };
        let address = "10.0.0.1".parse().unwrap();
        let ticket = audience.admit(seats, &mount, address, "VLC").unwrap();
        let id = ticket.guest.id;

        let guest = audience.guest(id).unwrap();
        assert_eq!((guest.agent.as_str(), guest.path().as_str()), ("VLC", "/a.mp3"));
        drop(ticket);

        assert!(audience.guest(id).is_none() && audience.guests().is_empty());
    }
}
