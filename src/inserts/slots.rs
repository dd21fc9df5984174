//! Slots for opened inserts: filled by the prefetch, emptied by the player.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::inserts::mix::Insert;

/// A slot for one insert of each list. Clones share the slots; the lock is held only while an insert
/// is moved in or out.
#[derive(Clone)]
pub struct Slots(Arc<Mutex<Vec<Option<Insert>>>>);

impl Slots {
    /// Empty slots for `n_lists`.
    pub fn new(n_lists: usize) -> Self {
        Self(Arc::new(Mutex::new((0..n_lists).map(|_| None).collect())))
    }

    /// Takes the insert out of slot `index`.
    pub fn take(&self, index: usize) -> Option<Insert> {
        self.0.lock().get_mut(index)?.take()
    }

    /// Whether slot `index` holds an insert.
    pub fn is_full(&self, index: usize) -> bool {
        self.0.lock().get(index).is_some_and(Option::is_some)
    }

    /// Puts `insert` into slot `index`, in place of the one there.
    pub fn put(&self, index: usize, insert: Insert) {
        // The replaced insert is dropped after the lock.
        let _replaced = self.0.lock().get_mut(index).and_then(|slot| slot.replace(insert));
    }
}
