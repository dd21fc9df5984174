//! Where recordings wait: put in by the thread that opens files, taken out by the one that mixes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::inserts::mix::Item;

/// A place for one recording of each playlist. Clones are the same rack; it is locked only as long as
/// it takes to put one in or take one out.
#[derive(Clone)]
pub struct Rack(Arc<Mutex<Vec<Option<Item>>>>);

impl Rack {
    /// Empty places for `n_playlists`.
    pub fn new(n_playlists: usize) -> Self {
        Self(Arc::new(Mutex::new((0..n_playlists).map(|_| None).collect())))
    }

    /// What waits at place `index`.
    pub fn take(&self, index: usize) -> Option<Item> {
        self.places().get_mut(index)?.take()
    }

    /// Whether something waits at place `index`.
    pub fn is_full(&self, index: usize) -> bool {
        self.places().get(index).is_some_and(Option::is_some)
    }

    /// Puts `item` at place `index`.
    pub fn put(&self, index: usize, item: Item) {
        if let Some(place) = self.places().get_mut(index) {
            *place = Some(item);
        }
    }

    fn places(&self) -> MutexGuard<'_, Vec<Option<Item>>> {
        // Places hold whole items or none: a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
