//! Named threads.

use std::{
    io,
    thread::{self, JoinHandle},
};

/// The system refused to start a thread: a limit on threads or memory is reached.
#[derive(Debug, thiserror::Error)]
#[error("failed to spawn thread {name}: {source}")]
pub struct SpawnError {
    /// The thread's name.
    pub name: String,
    /// What the system answered.
    pub source: io::Error,
}

/// Runs `work` on a new thread called `name`, which debuggers and `top -H` show.
///
/// # Errors
/// The system refuses.
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
    fn a_thread_has_the_name_that_it_was_given() {
        let name = spawn("test-thread", || thread::current().name().map(str::to_owned));
        assert_eq!(name.unwrap().join().unwrap().as_deref(), Some("test-thread"));
    }
}
