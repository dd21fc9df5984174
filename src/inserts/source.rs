//! Where the player takes opened inserts from.

use crate::inserts::{mix::Insert, prefetch::Prefetch};

/// A source of opened inserts, by the number of their list.
pub trait InsertSource: Send {
    /// The next insert of list `index`; none while none is ready.
    fn take(&mut self, index: usize) -> Option<Insert>;
}

/// Opens files on the caller's thread: for renderings, which can wait for a disk and must place the
/// same inserts on every machine.
impl InsertSource for Prefetch {
    fn take(&mut self, index: usize) -> Option<Insert> {
        self.refresh();
        self.slots().take(index)
    }
}
