//! Ctrl-C and SIGTERM as a flag, for commands that finish their work before they exit.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

/// Whether the process was asked to end.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Whether a signal has come.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The flag of this process. The first call installs the handler; the radio uses its own.
///
/// # Errors
/// The handler can't be installed.
pub fn flag() -> io::Result<Interrupt> {
    static FLAG: OnceLock<Interrupt> = OnceLock::new();
    if let Some(flag) = FLAG.get() {
        return Ok(flag.clone());
    }
    let flag = FLAG.get_or_init(Interrupt::default).clone();
    let set = flag.clone();
    match ctrlc::set_handler(move || set.0.store(true, Ordering::Relaxed)) {
        // Another thread of a test was first.
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(flag),
        Err(ctrlc::Error::System(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}
