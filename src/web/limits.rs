//! Limits on connections that are not streams.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::stream::client::address_block;

/// Limit on connections that are not streams. Silent ones time out; the others are answered at once.
const MAX_CONNECTIONS: usize = 8192;

/// Limit on connections that are not streams, from one address.
const MAX_PER_ADDRESS: usize = 1024;

/// Limits on connections that are not streams.
pub struct ConnectionLimits {
    /// A permit for each connection.
    pub all: Arc<Semaphore>,
    per_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The permit of a connection while it is not a stream; returned when dropped.
pub struct ConnectionPermit {
    address: IpAddr,
    per_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(MAX_CONNECTIONS)), per_address: Arc::default() }
    }
}

impl ConnectionLimits {
    /// A permit for a connection from `address`; none if it has too many.
    pub fn permit(
        &self,
        address: IpAddr,
        permit: OwnedSemaphorePermit,
    ) -> Option<ConnectionPermit> {
        let address = address_block(address);
        let mut counts = self.per_address.lock();
        let n = counts.entry(address).or_default();
        if MAX_PER_ADDRESS <= *n {
            return None;
        }
        *n += 1;
        let per_address = self.per_address.clone();
        Some(ConnectionPermit { address, per_address, _permit: permit })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut counts = self.per_address.lock();
        match counts.get_mut(&self.address) {
            Some(n) if 1 < *n => *n -= 1,
            _ => drop(counts.remove(&self.address)),
        }
    }
}
