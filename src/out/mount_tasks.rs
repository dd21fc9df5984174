//! Tasks that read mounts, kept in step with radio.toml.

use std::sync::Arc;

use tokio::{runtime::Handle, sync::watch, task::JoinHandle};

use crate::{
    stream::mount::{About, Mount},
    threads::Supervisor,
};

/// Tasks of one kind, each with its target `T` (what radio.toml says) and the mount that it reads. After
/// a panic a task is started again.
pub struct MountTasks<T> {
    /// Precedes the mount's path in the log and at `/healthz`.
    kind: &'static str,
    runtime: Handle,
    supervisor: Supervisor,
    running: Vec<MountTask<T>>,
}

struct MountTask<T> {
    target: T,
    mount: Arc<Mount>,
    /// None once aborted.
    task: Option<JoinHandle<()>>,
}

impl<T: PartialEq + Clone> MountTasks<T> {
    /// No tasks of this `kind` yet; they will run on `runtime`, supervised by `supervisor`.
    pub fn on(kind: &'static str, runtime: Handle, supervisor: &Supervisor) -> Self {
        Self { kind, runtime, supervisor: supervisor.clone(), running: Vec::new() }
    }

    /// Whether a task reads the ring of `mount`.
    pub fn has(&self, mount: &Mount) -> bool {
        self.running.iter().any(|task| task.mount.tap.is_same_ring(&mount.tap))
    }

    /// Aborts tasks that are no longer wanted and starts new ones. A task keeps running if its target,
    /// its mount's ring and its mount's description are unchanged. New tasks start when the aborted
    /// ones have ended: they may use the same file, or the same mount of another server.
    ///
    /// `work` returns the function that runs a task, at the start and after each panic.
    pub fn update<W, F>(
        &mut self,
        wanted: impl IntoIterator<Item = (T, Arc<Mount>)>,
        work: impl Fn(T, Arc<Mount>) -> W,
    ) where
        W: FnMut() -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let mut before = std::mem::take(&mut self.running);
        let wanted: Vec<_> = wanted.into_iter().collect();
        let kept = wanted.iter().map(|wanted| {
            let index = before.iter().position(|task| task.is_for(wanted));
            index.map(|index| before.swap_remove(index))
        });
        let kept: Vec<_> = kept.collect();
        let ends = self.abort_all(before);
        for ((target, mount), kept) in wanted.into_iter().zip(kept) {
            self.running.push(kept.unwrap_or_else(|| {
                let (work, mut ends) = (work(target.clone(), mount.clone()), ends.clone());
                let supervisor = self.supervisor.clone();
                let name = format!("{} {}", self.kind, mount.about.path);
                let task = self.runtime.spawn(async move {
                    let _ = ends.changed().await;
                    supervisor.run_task(&name, work).await;
                });
                MountTask { target, mount, task: Some(task) }
            }));
        }
    }

    /// Aborts `tasks`. The receiver is closed when all of them have ended; nothing is ever sent.
    fn abort_all(&self, tasks: Vec<MountTask<T>>) -> watch::Receiver<()> {
        let aborted: Vec<_> = tasks.into_iter().filter_map(MountTask::abort).collect();
        let (all_ended, ends) = watch::channel(());
        self.runtime.spawn(async move {
            for task in aborted {
                let _ = task.await;
            }
            drop(all_ended);
        });
        ends
    }
}

/// The mount without its descriptions, for tasks that use the audio alone: they keep running when a
/// station is renamed.
pub fn unnamed(mount: &Mount) -> Arc<Mount> {
    let About { path, coding, .. } = mount.about.clone();
    let (name, description, genre, public) = Default::default();
    Arc::new(mount.with_about(About { path, name, description, genre, coding, public }))
}

impl<T: PartialEq> MountTask<T> {
    /// Aborts the task; the handle resolves when it has ended.
    fn abort(mut self) -> Option<JoinHandle<()>> {
        self.task.take().inspect(JoinHandle::abort)
    }

    fn is_for(&self, (target, mount): &(T, Arc<Mount>)) -> bool {
        self.target == *target
            && self.mount.about == mount.about
            && self.mount.tap.is_same_ring(&mount.tap)
    }
}

impl<T> Drop for MountTask<T> {
    fn drop(&mut self) {
        self.task.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::out::testing::mount;

    #[tokio::test]
    async fn only_changed_tasks_restart() {
        let count = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(());
        let mut tasks = MountTasks::on("test", Handle::current(), &Supervisor::default());
        let start = |_: u8, _: Arc<Mount>| {
            count.fetch_add(1, Relaxed);
            let alive = ended.clone();
            move || {
                let alive = alive.clone();
                async move {
                    std::future::pending::<()>().await;
                    drop(alive);
                }
            }
        };
        let ((_a, a), (_b, b)) = (mount(8), mount(8));

        tasks.update([(1, a.clone()), (2, a.clone())], start);
        tasks.update([(2, a.clone()), (3, a.clone()), (2, b)], start);
        assert_eq!(count.load(Relaxed), 4);
        let renamed = Arc::new(a.with_about(About { name: "Other".into(), ..a.about.clone() }));
        tasks.update([(2, renamed)], start);
        assert_eq!(count.load(Relaxed), 5);

        tasks.update([], start);
        while Arc::strong_count(&ended) > 1 {
            tokio::task::yield_now().await;
        }
    }
    #[tokio::test]
    async fn a_task_that_panics_is_started_again() {
        let supervisor = Supervisor::default();
        let mut tasks = MountTasks::on("push", Handle::current(), &supervisor);
        let (sender, mut restarted) = tokio::sync::mpsc::channel(1);
        let (_a, a) = mount(8);

        tasks.update([(1, a)], |_: u8, _| {
            let (mut n, sender) = (0, sender.clone());
            move || {
                n += 1;
                let (n, sender) = (n, sender.clone());
                async move {
                    assert!(1 < n, "the first one fails");
                    sender.send(n).await.unwrap();
                }
            }
        });

        assert_eq!(restarted.recv().await, Some(2));
        assert_eq!((supervisor.n_restarts(), supervisor.down()), (1, vec![]));
    }
}
