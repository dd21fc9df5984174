//! All listeners of the server, over all mounts: admission by limits, and counts.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::stream::{
    client::{Client, Order, address_block},
    mount::Mount,
};

/// Most probes at a time, in total and per address block. Further ones count as listeners.
const MAX_PROBES: usize = 64;
const MAX_PROBES_PER_ADDRESS: usize = 4;

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

/// All listeners of the server.
pub struct Audience {
    present: Mutex<Present>,
    /// Number of present listeners.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Present {
    last_id: u64,
    n_total: u64,
    clients: BTreeMap<u64, Arc<Client>>,
    per_address: HashMap<IpAddr, usize>,
    probes: HashMap<IpAddr, usize>,
}

/// The right to listen, returned when it is dropped.
pub struct Permit {
    /// The listener that holds it.
    pub client: Arc<Client>,
    audience: Arc<Audience>,
    limits: ListenerLimits,
    /// False for a probe.
    is_counted: bool,
}

impl Default for Audience {
    fn default() -> Self {
        Self { present: Mutex::default(), count: watch::Sender::new(0) }
    }
}

impl Audience {
    /// Admits a listener from `address` to `mount`, within the limits `limits`. The mount's own limit is
    /// checked by [`Mount::try_join`]. A probe is not counted until [`Permit::count`].
    ///
    /// # Errors
    /// A limit is reached.
    pub fn admit(
        self: &Arc<Self>,
        limits: ListenerLimits,
        mount: &Mount,
        address: IpAddr,
        agent: &str,
        is_probe: bool,
    ) -> Result<Permit, Refusal> {
        let mut present = self.present.lock();
        let is_counted = !(is_probe && present.add_probe(address_block(address)));
        if is_counted {
            present.check(limits, address_block(address))?;
        }
        present.last_id += 1;
        let client = Client::new(present.last_id, address, agent, &mount.about.path);
        let permit =
            Permit { client: Arc::new(client), audience: self.clone(), limits, is_counted };
        if is_counted {
            self.count.send_replace(present.add(&permit.client));
        }
        Ok(permit)
    }

    /// Orders the listener that has accepted nothing for longest, but at least for `stall`, to disconnect,
    /// so that a newcomer from `address`, refused at `path` for the reason `refusal`, can be admitted.
    pub fn make_room(&self, refusal: Refusal, path: &str, address: IpAddr, stall: Duration) {
        let is_in_the_way = |client: &Client| match refusal {
            Refusal::Full => true,
            Refusal::AddressFull => address_block(client.address) == address_block(address),
            Refusal::MountFull => client.path() == path,
        };
        let clients = self.clients();
        let stalled = clients.iter().filter(|client| !client.is_leaving() && is_in_the_way(client));
        let longest = stalled.max_by_key(|client| client.stalled_for());
        if let Some(client) = longest.filter(|client| stall < client.stalled_for()) {
            tracing::debug!("listener {} accepts nothing and is replaced", client.id);
            client.order(Order::Disconnect);
        }
    }

    /// Notifies of each listener that comes or leaves from now on.
    pub fn changes(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
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

impl Present {
    fn check(&self, limits: ListenerLimits, block: IpAddr) -> Result<(), Refusal> {
        let n_from_there = self.per_address.get(&block).copied().unwrap_or(0);
        if 0 < limits.per_address && limits.per_address <= n_from_there {
            return Err(Refusal::AddressFull);
        }
        if limits.all <= self.clients.len() {
            return Err(Refusal::Full);
        }
        Ok(())
    }

    /// Counts a listener. Returns the number of all.
    fn add(&mut self, client: &Arc<Client>) -> usize {
        self.n_total += 1;
        *self.per_address.entry(address_block(client.address)).or_default() += 1;
        self.clients.insert(client.id, client.clone());
        self.clients.len()
    }

    /// Counts a connection from `block` as a probe; false if there are too many probes.
    fn add_probe(&mut self, block: IpAddr) -> bool {
        let n_all: usize = self.probes.values().sum();
        let n_from_there = self.probes.get(&block).copied().unwrap_or(0);
        let has_room = n_all < MAX_PROBES && n_from_there < MAX_PROBES_PER_ADDRESS;
        if has_room {
            self.probes.insert(block, n_from_there + 1);
        }
        has_room
    }
}

/// Counts one less from `block`.
fn remove_one(counts: &mut HashMap<IpAddr, usize>, block: IpAddr) {
    match counts.get_mut(&block) {
        Some(n) if 1 < *n => *n -= 1,
        _ => drop(counts.remove(&block)),
    }
}

impl Permit {
    /// Whether the holder is counted as a listener.
    pub fn is_counted(&self) -> bool {
        self.is_counted
    }

    /// Counts a probe as a listener from now on.
    ///
    /// # Errors
    /// A limit is reached.
    pub fn count(&mut self) -> Result<(), Refusal> {
        if self.is_counted {
            return Ok(());
        }
        let mut present = self.audience.present.lock();
        let block = address_block(self.client.address);
        present.check(self.limits, block)?;
        remove_one(&mut present.probes, block);
        self.is_counted = true;
        self.audience.count.send_replace(present.add(&self.client));
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut present = self.audience.present.lock();
        let block = address_block(self.client.address);
        if !self.is_counted {
            return remove_one(&mut present.probes, block);
        }
        present.clients.remove(&self.client.id);
        remove_one(&mut present.per_address, block);
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
            |address: &str| audience.admit(limits, &mount, address.parse().unwrap(), "test", false);

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
    fn a_probe_counts_once_it_stays() {
        let (audience, mount) = (Arc::new(Audience::default()), mount());
        let limits = ListenerLimits { all: 3, per_address: 1 };
        let address = "10.0.0.1".parse().unwrap();
        let admit = |is_probe| audience.admit(limits, &mount, address, "Safari", is_probe);

        let mut probe = admit(true).unwrap();
        let listener = admit(false).unwrap();
        assert_eq!((audience.len(), probe.count()), (1, Err(Refusal::AddressFull)));
        drop(listener);
        assert_eq!((probe.count(), audience.len(), audience.n_total()), (Ok(()), 1, 2));
        drop(probe);

        let probes: Vec<_> = (0..MAX_PROBES_PER_ADDRESS).map(|_| admit(true).unwrap()).collect();
        assert!(admit(true).unwrap().is_counted());
        drop(probes);
        assert!(audience.present.lock().probes.is_empty() && audience.is_empty());
    }

    #[test]
    fn a_listener_is_known_while_it_is_connected() {
        let (audience, mount) = (Arc::new(Audience::default()), mount());
        let limits = ListenerLimits { all: 3, per_address: 0 };
        let address = "10.0.0.1".parse().unwrap();
        let permit = audience.admit(limits, &mount, address, "VLC", false).unwrap();
        let id = permit.client.id;

        let client = audience.client(id).unwrap();
        assert_eq!((client.agent.as_str(), client.path().as_str()), ("VLC", "/a.mp3"));
        drop(permit);

        assert!(audience.client(id).is_none() && audience.clients().is_empty());
    }
}
