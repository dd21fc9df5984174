//! Spawning of named threads, and their supervision.

mod panic;
mod supervisor;

use std::{
    io,
    thread::{self, JoinHandle},
};

use tokio::task::spawn_blocking;

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
    /// The I/O error.
    pub source: io::Error,
}

/// Runs `work` on a new thread called `name`, which debuggers and `top -H` show.
///
/// # Errors
/// The system is out of threads or memory.
pub fn spawn<T: Send + 'static>(
    name: impl Into<String>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, SpawnError> {
    let name = name.into();
    let spawned = thread::Builder::new().name(name.clone()).spawn(work);
    spawned.map_err(|source| SpawnError { name, source })
}

/// Runs `work`, which may block, beside the runtime.
///
/// # Errors
/// It panicked, no thread can be spawned (where tokio's own function panics), or the runtime shuts down.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let spawned = catch_panic(|| spawn_blocking(work))?;
    spawned.await.map_err(|error| error.to_string())
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
