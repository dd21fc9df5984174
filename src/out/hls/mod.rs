//! HTTP Live Streaming (RFC 8216): a mount as short segment files and a playlist of the newest.
//!
//! Files can be cached, unlike an endless stream: this suits CDNs and large audiences. MP3 is sent as
//! packed audio (section 3.4): an ID3 tag and frames, no container.
//!
//! Segments are kept in memory only. Their names contain the time at which the counter was created, so
//! that no name is used twice even if the saved numbers are lost.

mod clients;
mod counter;
mod covers;
mod cutter;
mod dates;
mod fill;
mod live;
pub mod names;
mod numbers;
mod tag;
pub mod upload;
mod variants;
mod window;

pub use self::{live::Live, variants::main_playlist};

use std::{collections::HashSet, path::Path, sync::Arc};

use tokio::runtime::Handle;

use crate::{
    config,
    out::{
        mount_tasks::{MountTasks, unnamed},
        status::{RegisteredTarget, Registry, TargetKind},
    },
    station::history::History,
    stream::mount::Mount,
    threads::Supervisor,
};

/// The HLS variants of all stations, and their uploads.
pub struct Hls {
    cutters: MountTasks<Cut>,
    uploads: MountTasks<upload::Target>,
    registry: Registry,
    lives: Vec<Arc<Live>>,
}

/// The variant that a task fills; compared by identity.
#[derive(Clone)]
struct Cut(Arc<Live>);

impl PartialEq for Cut {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Hls {
    /// No variants yet; tasks will run on `runtime`, supervised by `supervisor`.
    pub fn on(runtime: Handle, supervisor: &Supervisor) -> Self {
        let cutters = MountTasks::on("hls", runtime.clone(), supervisor);
        let uploads = MountTasks::on("upload", runtime, supervisor);
        Self { cutters, uploads, registry: Registry::default(), lives: Vec::new() }
    }

    /// Cuts `mounts`, each given with its station's name and history, according to `settings`.
    ///
    /// Only MP3 is cut. Of a station's mounts with the same bitrate only the first is cut: they are one
    /// variant. Unchanged mounts keep their segments; new mounts, and all mounts if the settings of
    /// segments change, start with a discontinuity. Segment numbers are saved in the folder `state`.
    pub fn update<'a>(
        &mut self,
        settings: &config::Hls,
        state: Option<&Path>,
        mounts: impl IntoIterator<Item = (&'a str, Arc<Mount>, Arc<History>)>,
    ) {
        let mut variants = HashSet::new();
        let is_new = |(station, mount, _): &(&'a str, Arc<Mount>, Arc<History>)| {
            let kbps = mount.about.coding.mp3();
            settings.enabled && kbps.is_some_and(|kbps| variants.insert((*station, kbps)))
        };
        let wanted: Vec<_> = mounts
            .into_iter()
            .filter(is_new)
            .map(|(station, mount, history)| {
                let live = self.same_live(settings, &mount).unwrap_or_else(|| {
                    let folder = state.map(|state| state.join("hls"));
                    let file = folder.map(|folder| folder.join(Live::file_name(station, &mount)));
                    Arc::new(Live::new(&mount, history, settings.clone(), file))
                });
                live.rename(&mount.about.name);
                (station, live, unnamed(&mount))
            })
            .collect();
        self.lives = wanted.iter().map(|(_, live, _)| live.clone()).collect();
        self.update_uploads(settings, &wanted);
        let wanted = wanted.into_iter().map(|(_, live, mount)| (Cut(live), mount));
        self.cutters.update(wanted, |cut, mount| move || fill::fill(cut.0.clone(), mount.clone()));
    }

    /// The existing variant of `mount`, if it would be cut in the same way.
    fn same_live(&self, settings: &config::Hls, mount: &Mount) -> Option<Arc<Live>> {
        self.live(mount).filter(|live| {
            live.settings().cuts_like(settings) && Some(live.bitrate()) == mount.about.coding.mp3()
        })
    }

    /// One upload per station, for all of its variants and the main playlist.
    fn update_uploads(&mut self, settings: &config::Hls, wanted: &[(&str, Arc<Live>, Arc<Mount>)]) {
        let stations = wanted.chunk_by(|(station, ..), (other, ..)| station == other);
        let targets = stations.filter_map(|variants| {
            let (station, _, mount) = variants.first()?;
            let target = upload::Target {
                upload: settings.upload.clone()?,
                station: (*station).to_owned(),
                lives: variants.iter().map(|(_, live, _)| live.clone()).collect(),
            };
            Some((target, mount.clone()))
        });
        self.uploads.update(targets, |target, _| {
            let status = self.registry.add(TargetKind::Upload, &target.station, target.url());
            move || upload::run(target.clone(), status.clone())
        });
        let place = |target: &RegisteredTarget| {
            wanted.iter().position(|(station, ..)| *station == target.station)
        };
        self.registry.sort_by_key(place);
    }

    /// The status of each upload, in the order of the stations.
    pub fn statuses(&self) -> Vec<RegisteredTarget> {
        self.registry.read()
    }

    /// The variant of `mount`, if it is cut.
    pub fn live(&self, mount: &Mount) -> Option<Arc<Live>> {
        self.lives.iter().find(|live| live.is_of(mount)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{out::testing::mount, stream::mount::About};

    #[tokio::test]
    async fn unchanged_mounts_keep_their_segments() {
        let mut hls = Hls::on(Handle::current(), &Supervisor::default());
        let settings = config::Hls { enabled: true, ..config::Hls::default() };
        let ((_a, a), (_b, b)) = (mount(8), mount(8));
        let history = Arc::new(History::default());
        let of = |station, mount: &Arc<Mount>| (station, mount.clone(), history.clone());

        hls.update(&settings, None, [of("a", &a), of("b", &b)]);
        let (of_a, of_b) = (hls.live(&a).unwrap(), hls.live(&b).unwrap());
        assert!(!Arc::ptr_eq(&of_a, &of_b));

        let about = About { name: "Other".into(), ..a.about.clone() };
        let renamed = Arc::new(a.with_about(about));
        // Two mounts of one bitrate are one variant.
        hls.update(&settings, None, [of("a", &renamed), of("a", &b)]);
        assert!(hls.live(&a).is_some_and(|live| Arc::ptr_eq(&live, &of_a)));
        assert!(hls.live(&b).is_none());

        let longer = config::Hls { segment_seconds: 8, ..settings.clone() };
        hls.update(&longer, None, [of("a", &a)]);
        assert!(hls.live(&a).is_some_and(|live| !Arc::ptr_eq(&live, &of_a)));

        hls.update(&config::Hls { enabled: false, ..longer }, None, [of("a", &a)]);
        assert!(hls.live(&a).is_none());
    }
}
