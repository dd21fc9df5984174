//! Decoding for the studio's page, and for its anchors and cues.

use std::{path::Path, sync::Arc, time::Duration};

use hyper::StatusCode;
use parking_lot::Mutex;

use crate::{
    musicvae::net::precision::Precision,
    station::studio::{
        anchor_files::AnchorFiles,
        cue::CueMount,
        lab_error::LabError,
        thread::{StudioThread, Tools},
    },
    stream::mount::Mount,
    threads::Supervisor,
    web::studio::reply::Failure,
};

/// How long a call waits for the thread, which yields to the composers.
const PATIENCE: Duration = Duration::from_secs(40);

/// The thread that decodes for the studio, the files of its anchors, and the mount of its cue.
pub struct Lab {
    thread: StudioThread,
    /// The files of anchors made by hand.
    pub files: AnchorFiles,
    cue: Mutex<Option<CueMount>>,
}

impl Lab {
    /// A lab whose anchors are saved in the folder `state`. Models that a cue needs besides those on air
    /// are decoded in `precision`.
    pub fn new(state: Option<&Path>, precision: Precision, supervisor: &Supervisor) -> Self {
        let thread = StudioThread::new(supervisor, precision);
        Self { thread, files: AnchorFiles::in_state(state), cue: Mutex::default() }
    }

    /// Runs `work` on the thread, and waits. Call it from a thread for blocking work.
    ///
    /// # Errors
    /// The work fails or takes too long, or the queue is full.
    pub fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tools) -> Result<T, LabError> + Send + 'static,
    ) -> Result<T, Failure> {
        let late = || {
            let sentence = "the studio is still decoding; try again in a moment";
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
        };
        Ok(self.thread.ask(work)?.wait_for(PATIENCE).ok_or_else(late)??)
    }

    /// Sets the mount that all cues share.
    pub fn keep_cue(&self, mount: CueMount) {
        *self.cue.lock() = Some(mount);
    }

    /// The mount of the cue at `path`.
    pub fn cue_at(&self, path: &str) -> Option<Arc<Mount>> {
        self.cue.lock().as_ref()?.at(path)
    }
}

impl From<LabError> for Failure {
    fn from(error: LabError) -> Self {
        let status = match &error {
            LabError::Value { .. } | LabError::Load(_) | LabError::Tool(_) => {
                StatusCode::BAD_REQUEST
            }
            LabError::NoCue | LabError::NoFolder => StatusCode::CONFLICT,
            LabError::Busy { .. } | LabError::NoAnswer => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error)
    }
}
