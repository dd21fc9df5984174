//! The shutdown signal for connections.

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// Signals the shutdown to connections, and the deadline for streams.
#[derive(Clone)]
pub struct Shutdown(pub(super) watch::Receiver<Option<Instant>>);

impl Shutdown {
    /// Completes when the shutdown begins.
    pub async fn begun(mut self) {
        self.deadline_once_known().await;
    }

    /// Completes when all streams must have ended.
    pub async fn deadline(mut self) {
        sleep_until(self.deadline_once_known().await).await;
    }

    async fn deadline_once_known(&mut self) -> Instant {
        let known = self.0.wait_for(Option::is_some).await;
        // The sender was dropped with the server: stop at once.
        known.ok().and_then(|deadline| *deadline).unwrap_or_else(Instant::now)
    }
}
