//! Limits on takes: rendering them takes a core.

use std::{collections::HashSet, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::stream::client::address_block;

/// Most takes and moments made or sent at the same time, over all addresses.
const MOST_DOWNLOADS: usize = 8;

/// Most takes and moments rendered at the same time.
const MOST_TAKES: usize = 1;
const MOST_MOMENTS: usize = 2;

/// The limits on takes of a radio.
pub struct TakeLimits {
    /// A permit for each take that may be rendered.
    pub takes: Arc<Semaphore>,
    /// A permit for each moment that may be rendered.
    pub moments: Arc<Semaphore>,
    addresses: Arc<Mutex<HashSet<IpAddr>>>,
}

/// Why a client can't have a take now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTake {
    /// One for its address is being made or sent.
    #[error("a take for your address is being rendered or sent: expected one at a time")]
    AddressBusy,
    /// Too many are being made or sent.
    #[error(
        "too many takes are being sent: expected {MOST_DOWNLOADS} at most; try again in a minute"
    )]
    Full,
}

/// A client's permit to have a take made and sent; returned when dropped.
pub struct TakePermit {
    address: IpAddr,
    addresses: Arc<Mutex<HashSet<IpAddr>>>,
}

impl Default for TakeLimits {
    fn default() -> Self {
        Self {
            takes: Arc::new(Semaphore::new(MOST_TAKES)),
            moments: Arc::new(Semaphore::new(MOST_MOMENTS)),
            addresses: Arc::default(),
        }
    }
}

impl TakeLimits {
    /// A permit for a client at `address`.
    ///
    /// # Errors
    /// The address has one, or all are in use.
    pub fn permit(&self, address: IpAddr) -> Result<TakePermit, NoTake> {
        let address = address_block(address);
        let mut addresses = self.addresses.lock();
        if addresses.contains(&address) {
            return Err(NoTake::AddressBusy);
        }
        if addresses.len() == MOST_DOWNLOADS {
            return Err(NoTake::Full);
        }
        addresses.insert(address);
        Ok(TakePermit { address, addresses: self.addresses.clone() })
    }
}

impl Drop for TakePermit {
    fn drop(&mut self) {
        self.addresses.lock().remove(&self.address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_take_at_a_time_and_all_have_eight() {
        let limits = TakeLimits::default();
        let permit = |n: usize| limits.permit(format!("10.0.0.{n}").parse().unwrap());
        let first = permit(0).unwrap();
        assert_eq!(permit(0).err(), Some(NoTake::AddressBusy));
        let others: Vec<_> = (1..8).map(|n| permit(n).unwrap()).collect();
        assert_eq!(permit(9).err(), Some(NoTake::Full));

        drop(first);
        assert!(permit(0).is_ok());
        drop(others);
    }
}
