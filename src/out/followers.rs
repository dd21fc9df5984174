//! Tasks that follow mounts for as long as radio.toml wants them.

use std::sync::Arc;

use tokio::{runtime::Handle, sync::watch, task::JoinHandle};

use crate::stream::mount::{About, Mount};

/// Tasks of one kind, each for a wish of the operator's and the mount that it is about.
pub struct Followers<W> {
    runtime: Handle,
    running: Vec<Follower<W>>,
}

struct Follower<W> {
    wish: W,
    mount: Arc<Mount>,
    /// None once it was told to end.
    task: Option<JoinHandle<()>>,
}

impl<W: PartialEq + Clone> Followers<W> {
    /// Nobody yet; tasks will run on `runtime`.
    pub fn on(runtime: Handle) -> Self {
        Self { runtime, running: Vec::new() }
    }

    /// Whether one of them follows the sound of `mount`.
    pub fn follow(&self, mount: &Mount) -> bool {
        self.running.iter().any(|follower| follower.mount.tap.is_of_same_ring(&mount.tap))
    }

    /// Ends the tasks that are no longer wanted, begins those that are new, and leaves alone those
    /// whose wish, sound and name are what they were.
    pub fn turn_to<F>(
        &mut self,
        wanted: impl IntoIterator<Item = (W, Arc<Mount>)>,
        begin: impl Fn(W, Arc<Mount>) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut before = std::mem::take(&mut self.running);
        let wanted: Vec<_> = wanted.into_iter().collect();
        let kept = wanted.iter().map(|wanted| {
            let index = before.iter().position(|follower| follower.is_for(wanted));
            index.map(|index| before.swap_remove(index))
        });
        let kept: Vec<_> = kept.collect();
        // Who takes over a file or a mount of another server shall find it free.
        let ended: Vec<_> = before.into_iter().filter_map(Follower::end).collect();
        let (all_ended, ends) = watch::channel(());
        self.runtime.spawn(async move {
            for task in ended {
                let _ = task.await;
            }
            drop(all_ended);
        });
        for ((wish, mount), kept) in wanted.into_iter().zip(kept) {
            self.running.push(kept.unwrap_or_else(|| {
                let (follow, mut ends) = (begin(wish.clone(), mount.clone()), ends.clone());
                let task = self.runtime.spawn(async move {
                    // Comes as an error: nothing is ever sent.
                    let _ = ends.changed().await;
                    follow.await;
                });
                Follower { wish, mount, task: Some(task) }
            }));
        }
    }
}

/// The same stream without what people read of it: who follows the sound alone begins anew only where
/// that does, not where a station is called something else.
pub fn unnamed(mount: &Mount) -> Arc<Mount> {
    let About { path, coding, .. } = mount.about.clone();
    let (name, description, genre, public) = Default::default();
    Arc::new(mount.told_as(About { path, name, description, genre, coding, public }))
}

impl<W: PartialEq> Follower<W> {
    /// Tells it to end; what is given back comes when it has.
    fn end(mut self) -> Option<JoinHandle<()>> {
        self.task.take().inspect(JoinHandle::abort)
    }

    fn is_for(&self, (wish, mount): &(W, Arc<Mount>)) -> bool {
        self.wish == *wish
            && self.mount.about == mount.about
            && self.mount.tap.is_of_same_ring(&mount.tap)
    }
}

impl<W> Drop for Follower<W> {
    fn drop(&mut self) {
        self.task.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::stream::{
        coding::Coding,
        mount::About,
        ring::{RingLimits, Writer, ring},
    };

    fn mount(path: &str) -> (Writer, Arc<Mount>) {
        let about = About {
            path: path.into(),
            name: "Test".into(),
            description: String::new(),
            genre: String::new(),
            coding: Coding::default(),
            public: false,
        };
        let (writer, tap) = ring(RingLimits { burst: 8, keep: 16 });
        (writer, Arc::new(Mount::new(about, tap)))
    }

    #[tokio::test]
    async fn only_what_changed_begins_anew() {
        let count = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(());
        let mut followers = Followers::on(Handle::current());
        let begin = |_: u8, _: Arc<Mount>| {
            count.fetch_add(1, Relaxed);
            let alive = ended.clone();
            async move {
                std::future::pending::<()>().await;
                drop(alive);
            }
        };
        let ((_a, a), (_b, b)) = (mount("/a.mp3"), mount("/b.mp3"));

        followers.turn_to([(1, a.clone()), (2, a.clone())], begin);
        followers.turn_to([(2, a.clone()), (3, a.clone()), (2, b)], begin);
        assert_eq!(count.load(Relaxed), 4);
        let renamed = Arc::new(a.told_as(About { name: "Other".into(), ..a.about.clone() }));
        followers.turn_to([(2, renamed)], begin);
        assert_eq!(count.load(Relaxed), 5);

        followers.turn_to([], begin);
        while Arc::strong_count(&ended) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
