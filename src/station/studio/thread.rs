//! The thread `studio`: decodes, encodes and starts cues for the pages of the studio, one request after
//! the other, behind the composers.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tracing::info;

use crate::{
    musicvae::net::{device_choice::DeviceChoice, precision::Precision},
    station::{
        load::library::Library,
        studio::{cue::Cues, lab_error::LabError, looks::Looks},
    },
    threads::Supervisor,
};

/// Most requests that wait; more are rejected.
const MOST_WAITING: usize = 32;

/// Time without a request after which the encoders and all that was decoded are freed.
const IDLE: Duration = Duration::from_mins(5);

/// Interval of the checks for cues without listeners.
const TICK: Duration = Duration::from_secs(1);

/// Niceness of the thread: a composer that shares a core with it gets three quarters of it. With much more,
/// the pages would wait for minutes on a busy machine.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// The thread, spawned at the first request. It ends when this is dropped, and with it a cue.
pub struct StudioThread {
    requests: Mutex<Option<SyncSender<Request>>>,
    supervisor: Supervisor,
    precision: Precision,
}

/// What the thread works with.
pub struct Tools {
    /// The encoders in use.
    pub library: Library,
    /// What was decoded for the pages.
    pub looks: Looks,
    /// The cue.
    pub cues: Cues,
}

/// Work that sends its own answer.
type Request = Box<dyn FnOnce(&mut Tools) + Send>;

/// The answer to a request, once there is one. Dropping it cancels a request that still waits.
pub struct Answer<T> {
    reply: Receiver<Result<T, LabError>>,
    /// Dropping this cancels the request.
    _wanted: Arc<()>,
}

impl StudioThread {
    /// A thread, spawned later. It opens models in `precision`.
    pub fn new(supervisor: &Supervisor, precision: Precision) -> Self {
        Self { requests: Mutex::default(), supervisor: supervisor.clone(), precision }
    }

    /// Sends `work` to the thread.
    ///
    /// # Errors
    /// 32 requests wait already, or no thread can be spawned.
    pub fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tools) -> Result<T, LabError> + Send + 'static,
    ) -> Result<Answer<T>, LabError> {
        let (answer, reply) = sync_channel(1);
        let wanted = Arc::new(());
        let is_wanted = Arc::downgrade(&wanted);
        let request: Request = Box::new(move |tools| {
            // Skips a look no longer wanted: the mouse has left the place.
            if 0 < is_wanted.strong_count() {
                let _ = answer.send(work(tools));
            }
        });
        let mut requests = self.requests.lock();
        let sender = match &*requests {
            Some(sender) => sender,
            None => requests.insert(self.spawn()?),
        };
        match sender.try_send(request) {
            Ok(()) => Ok(Answer { reply, _wanted: wanted }),
            Err(TrySendError::Full(_)) => Err(LabError::Busy { n_waiting: MOST_WAITING }),
            Err(TrySendError::Disconnected(_)) => Err(LabError::NoAnswer),
        }
    }

    fn spawn(&self) -> Result<SyncSender<Request>, LabError> {
        let (sender, waiting) = sync_channel(MOST_WAITING);
        let mut tools = Tools {
            library: Library::on(DeviceChoice::Cpu, self.precision),
            looks: Looks::default(),
            cues: Cues::default(),
        };
        let work = move || follow(&waiting, &mut tools);
        self.supervisor.spawn("studio", work).map_err(crate::station::Error::from)?;
        Ok(sender)
    }
}

impl<T> Answer<T> {
    /// Waits for the answer; not to be called from a task.
    ///
    /// # Errors
    /// The work has failed, or the thread has.
    pub fn wait(self) -> Result<T, LabError> {
        self.reply.recv().unwrap_or(Err(LabError::NoAnswer))
    }

    /// Waits for the answer as [`Self::wait`], but not longer than `patience`; `None` after that.
    pub fn wait_for(self, patience: Duration) -> Option<Result<T, LabError>> {
        match self.reply.recv_timeout(patience) {
            Ok(answer) => Some(answer),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Err(LabError::NoAnswer)),
        }
    }
}

/// Handles requests until the handle is dropped.
fn follow(waiting: &Receiver<Request>, tools: &mut Tools) {
    lower_priority();
    let mut last = Instant::now();
    loop {
        match waiting.recv_timeout(TICK) {
            Ok(request) => {
                request(tools);
                last = Instant::now();
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        tools.cues.end_unheard(Instant::now());
        if IDLE < last.elapsed() && tools.cues.is_empty() {
            tools.library.forget();
            tools.looks = Looks::default();
            info!("studio: freed its encoders, unused for {} minutes", IDLE.as_secs() / 60);
            match waiting.recv() {
                Ok(request) => request(tools),
                Err(_) => return,
            }
            last = Instant::now();
        }
    }
}

/// Lowers this thread's priority.
fn lower_priority() {
    // If this fails, the thread competes with composers equally.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICE);
}

#[cfg(test)]
mod tests;
