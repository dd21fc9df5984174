//! Spawning of named threads, and their supervision.

mod panic;
mod supervisor;

use std::{
    io,
    thread::{self, JoinHandle},
};

pub use self::{
    panic::{catch_panic, retry_delay},
    supervisor::{Busy, Supervisor},
};

/// Spawning a thread failed: a limit on threads or memory is reached.
#[derive(Debug, thiserror::Error)]
#[error("failed to spawn thread {name}: {source}")]
pub struct SpawnError {
    /// The thread's name.
    pub name: String,
    /// The error of the system.
    pub source: io::Error,
}

/// Runs `work` on a new thread called `name`, which debuggers and `top -H` show.
///
/// # Errors
/// The system has no thread or memory left.
pub fn spawn<T: Send + 'static>(
    name: impl Into<String>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, SpawnError> {
    let name = name.into();
    let spawned = thread::Builder::new().name(name.clone()).spawn(work);
    spawned.map_err(|source| SpawnError { name, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spawned_thread_has_its_name() {
        let name = spawn("test-thread", || thread::current().name().map(str::to_owned));
        assert_eq!(name.unwrap().join().unwrap().as_deref(), Some("test-thread"));
    }
}
