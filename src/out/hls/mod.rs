//! HTTP Live Streaming (RFC 8216): a mount as small files and a playlist of the newest.
//!
//! Files can be cached anywhere, so this and not the endless stream is what large audiences and
//! content networks take. MP3 goes as packed audio: frames after a tag, no container.
//!
//! Segments are in memory only. Their names hold the time at which their run of numbers began, so
//! that none is used twice, even where the numbers themselves were lost.

mod clients;
mod cutter;
mod dates;
mod live;
pub mod names;
mod numbers;
mod tag;
pub mod upload;
mod window;

pub use self::live::Live;

use std::{collections::HashSet, path::Path, sync::Arc};

use tokio::runtime::Handle;

use crate::{
    config,
    out::{
        followers::{Followers, unnamed},
        status::{Board, Told, Way},
    },
    stream::mount::Mount,
};

/// The playlist of a station whose variants are `lives`, to choose from by the speed of the line
/// (RFC 8216, 4.3.4).
pub fn main_playlist(lives: &[Arc<Live>]) -> String {
    let variants: Vec<String> = lives.iter().map(|live| live.variant()).collect();
    format!("#EXTM3U\n#EXT-X-VERSION:3\n{}", variants.concat())
}

/// All mounts that are cut into segments.
pub struct Hls {
    followers: Followers<Wish>,
    uploads: Followers<upload::Wish>,
    told: Board,
    lives: Vec<Arc<Live>>,
}

/// To fill a window; each is one of its own.
#[derive(Clone)]
struct Wish(Arc<Live>);

impl PartialEq for Wish {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Hls {
    /// None yet; tasks will run on `runtime`.
    pub fn on(runtime: Handle) -> Self {
        let followers = Followers::on(runtime.clone());
        let (uploads, told) = (Followers::on(runtime), Board::default());
        Self { followers, uploads, told, lives: Vec::new() }
    }

    /// Cuts `mounts`, each given with its station's name, as `settings` say.
    ///
    /// Only MP3 is cut. Of mounts of a station that have the same bitrate the first counts: they would
    /// be one variant. A mount that sounds on keeps its segments. One that is new, or all if they are
    /// to be cut in another way, begin with a break; what they have counted stands in the folder
    /// `state`.
    pub fn turn_to<'a>(
        &mut self,
        settings: &config::Hls,
        state: Option<&Path>,
        mounts: impl IntoIterator<Item = (&'a str, Arc<Mount>)>,
    ) {
        let mut variants = HashSet::new();
        let is_new = |(station, mount): &(&'a str, Arc<Mount>)| {
            let kbps = mount.about.coding.mp3();
            settings.enabled && kbps.is_some_and(|kbps| variants.insert((*station, kbps)))
        };
        let wanted: Vec<_> = mounts
            .into_iter()
            .filter(is_new)
            .map(|(station, mount)| {
                let is_same = |live: &Arc<Live>| {
                    let is_cut_like = live.settings().cuts_like(settings);
                    is_cut_like && Some(live.bitrate()) == mount.about.coding.mp3()
                };
                let live = self.live(&mount).filter(is_same);
                let live = live.unwrap_or_else(|| {
                    let file =
                        state.map(|folder| folder.join("hls").join(Live::file(station, &mount)));
                    Arc::new(Live::new(&mount, settings.clone(), file))
                });
                live.rename(&mount.about.name);
                (station, live, unnamed(&mount))
            })
            .collect();
        self.lives = wanted.iter().map(|(_, live, _)| live.clone()).collect();
        self.turn_uploads(settings, &wanted);
        let wanted = wanted.into_iter().map(|(_, live, mount)| (Wish(live), mount));
        self.followers.turn_to(wanted, |wish, mount| live::fill(wish.0, mount));
    }

    /// A station's variants go to the bucket together, with the main playlist.
    fn turn_uploads(&mut self, settings: &config::Hls, wanted: &[(&str, Arc<Live>, Arc<Mount>)]) {
        let stations = wanted.chunk_by(|(station, ..), (other, ..)| station == other);
        let wishes = stations.filter_map(|variants| {
            let (station, _, mount) = variants.first()?;
            let wish = upload::Wish {
                upload: settings.upload.clone()?,
                station: (*station).to_owned(),
                lives: variants.iter().map(|(_, live, _)| live.clone()).collect(),
            };
            Some((wish, mount.clone()))
        });
        self.uploads.turn_to(wishes, |wish, _| {
            let status = self.told.add(Way::Upload, &wish.station, wish.place());
            upload::follow(wish, status)
        });
        let place = |told: &Told| wanted.iter().position(|(station, ..)| *station == told.station);
        self.told.sort_by_key(place);
    }

    /// How each upload fares, in the order of the stations.
    pub fn told(&self) -> Vec<Told> {
        self.told.read()
    }

    /// The segments of `mount`, if it is cut.
    pub fn live(&self, mount: &Mount) -> Option<Arc<Live>> {
        self.lives.iter().find(|live| live.is_of(mount)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{out::testing::mount, stream::mount::About};

    #[tokio::test]
    async fn a_mount_that_sounds_on_keeps_its_segments_and_others_begin() {
        let mut hls = Hls::on(Handle::current());
        let settings = config::Hls { enabled: true, ..config::Hls::default() };
        let ((_a, a), (_b, b)) = (mount(8), mount(8));

        hls.turn_to(&settings, None, [("a", a.clone()), ("b", b.clone())]);
        let (of_a, of_b) = (hls.live(&a).unwrap(), hls.live(&b).unwrap());
        assert!(!Arc::ptr_eq(&of_a, &of_b));

        let about = About { name: "Other".into(), ..a.about.clone() };
        let renamed = Arc::new(a.told_as(about));
        // Two of one bitrate are one variant.
        hls.turn_to(&settings, None, [("a", renamed), ("a", b.clone())]);
        assert!(hls.live(&a).is_some_and(|live| Arc::ptr_eq(&live, &of_a)));
        assert!(hls.live(&b).is_none());

        let longer = config::Hls { segment_seconds: 8, ..settings.clone() };
        hls.turn_to(&longer, None, [("a", a.clone())]);
        assert!(hls.live(&a).is_some_and(|live| !Arc::ptr_eq(&live, &of_a)));

        hls.turn_to(&config::Hls { enabled: false, ..longer }, None, [("a", a.clone())]);
        assert!(hls.live(&a).is_none());
    }
}
