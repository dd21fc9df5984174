//! Maps paths to routes.

use std::sync::Arc;

use crate::{
    stream::mount::Mount,
    web::{
        page::Asset,
        pictures::Picture,
        site::{ServedStation, Site},
        takes::Kept,
    },
};

/// What a path names.
#[allow(missing_docs)] // The names say it.
pub enum Route<'a> {
    Player,
    /// A file that a page uses.
    Asset(&'static Asset),
    Health,
    /// `/metrics`
    Metrics,
    /// `/status-json.xsl`
    IcecastStatus,
    /// `/status.xsl`, the status page.
    StatusPage,
    /// `/7.html`, `SHOUTcast`'s status in one line.
    SevenHtml,
    /// `/stats`, `SHOUTcast`'s status as XML or JSON.
    ShoutcastStats,
    /// `/currentsong`
    CurrentSong,
    /// `/api/stations`
    Stations,
    /// `/api/stations/NAME/bars`
    Bars(&'a ServedStation),
    /// `/api/stations/NAME/take.wav` and others
    Kept(&'a ServedStation, Kept),
    /// `/hls/NAME/FILE`
    Hls(&'a ServedStation, &'a str),
    /// `/api/stations/NAME/history`
    History(&'a ServedStation),
    /// `/api/stations/NAME/like`
    Like(&'a ServedStation),
    /// `/art/NAME.png` and the like, and the icon with the side in its name.
    Picture(Picture, Option<u32>),
    /// `/embed/NAME`
    Embed,
    /// A mount's path, or `SHOUTcast`'s names for the first mount.
    Stream(&'a Arc<Mount>),
    /// `.m3u` or `.m3u8` after a station's name or a mount's path.
    M3u(&'a Arc<Mount>),
    /// `.pls`, likewise.
    Pls(&'a Arc<Mount>),
    /// `.xspf`, likewise.
    Xspf(&'a ServedStation, &'a Arc<Mount>),
    /// The path after `/admin/`.
    Admin(&'a str),
    /// The path after `/studio`: empty, or with a leading slash.
    Studio(&'a str),
    /// `/admin`, where relative links would be wrong.
    AdminWithoutSlash,
}

impl<'a> Route<'a> {
    /// The route of `path`. Paths are compared undecoded and never looked up on a disk.
    pub fn of(path: &'a str, site: &'a Site) -> Option<Self> {
        Some(match path {
            "/" => Self::Player,
            "/icon-192.png" => Self::Picture(Picture::icon(), Some(192)),
            "/icon-512.png" => Self::Picture(Picture::icon(), Some(512)),
            "/healthz" => Self::Health,
            "/metrics" => Self::Metrics,
            "/status-json.xsl" => Self::IcecastStatus,
            "/status.xsl" => Self::StatusPage,
            "/7.html" => Self::SevenHtml,
            "/stats" => Self::ShoutcastStats,
            "/currentsong" => Self::CurrentSong,
            "/api/stations" => Self::Stations,
            "/admin" => Self::AdminWithoutSlash,
            "/listen.pls" => Self::Pls(site.stations.first()?.main()),
            "/listen.m3u" => Self::M3u(site.stations.first()?.main()),
            _ => {
                let asset = Asset::at(path).map(Self::Asset);
                let other = || Self::of_station(path, site).or_else(|| shoutcast(path, site));
                return asset.or_else(other);
            }
        })
    }

    fn of_station(path: &'a str, site: &'a Site) -> Option<Self> {
        if let Some(rest) = path.strip_prefix("/hls/") {
            let (station, file) = rest.split_once('/')?;
            return Some(Self::Hls(site.station(station)?, file));
        }
        if let Some(rest) = path.strip_prefix("/studio")
            && (rest.is_empty() || rest.starts_with('/'))
        {
            let is_on = site.studio_settings.enabled && site.studio.is_some();
            return is_on.then_some(Self::Studio(rest));
        }
        if let Some(picture) = path.strip_prefix("/art/") {
            return Some(Self::Picture(Picture::of(picture, site)?, None));
        }
        if let Some(station) = path.strip_prefix("/embed/") {
            return site.station(station).map(|_| Self::Embed);
        }
        if let Some(command) = path.strip_prefix("/admin/") {
            return Some(Self::Admin(command));
        }
        if let Some(rest) = path.strip_prefix("/api/stations/") {
            let (station, what) = rest.rsplit_once('/')?;
            let station = site.station(station)?;
            return match what {
                "bars" => Some(Self::Bars(station)),
                "history" => Some(Self::History(station)),
                "like" => Some(Self::Like(station)),
                file => Kept::of(file).map(|kept| Self::Kept(station, kept)),
            };
        }
        let (named, ending) = path.rsplit_once('.')?;
        let listed = || mount_or_station(named, site);
        match ending {
            "m3u" | "m3u8" => listed().map(|(_, mount)| Self::M3u(mount)),
            "pls" => listed().map(|(_, mount)| Self::Pls(mount)),
            "xspf" => listed().map(|(station, mount)| Self::Xspf(station, mount)),
            _ => site.mount(path).map(|(_, mount)| Self::Stream(mount)),
        }
    }
}

/// The stream paths of `SHOUTcast`: `/;`, which may be encoded and followed by any name, and `/stream`,
/// which may be followed by the number of the station, from 1.
fn shoutcast<'a>(path: &str, site: &'a Site) -> Option<Route<'a>> {
    let is_first = ["/;", "/%3b", "/%3B"].iter().any(|start| path.starts_with(start));
    let index = match path.strip_prefix("/stream") {
        _ if is_first => 0,
        Some("" | "/") => 0,
        Some(rest) => {
            let number = rest.strip_prefix('/')?.split(['/', ';']).next()?;
            number.parse::<usize>().ok()?.checked_sub(1)?
        }
        None => return None,
    };
    Some(Route::Stream(site.stations.get(index)?.main()))
}

fn mount_or_station<'a>(path: &str, site: &'a Site) -> Option<(&'a ServedStation, &'a Arc<Mount>)> {
    let station = || site.station(path.strip_prefix('/')?).map(|station| (station, station.main()));
    site.mount(path).or_else(station)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        station::takes::file::SoundFile,
        web::site::tests::{site, station},
    };

    #[test]
    fn playlists_are_found_by_mount_and_by_station() {
        let site = site(vec![station("a").0]);

        for path in ["/a.m3u", "/a.mp3.m3u", "/a.m3u8"] {
            assert!(matches!(Route::of(path, &site), Some(Route::M3u(_))), "{path}");
        }
        for path in ["/a.pls", "/a.mp3.pls"] {
            assert!(matches!(Route::of(path, &site), Some(Route::Pls(_))), "{path}");
        }
        for path in [
            "/a.mp3",
            "/;",
            "/;stream.mp3",
            "/;stream.nsv",
            "/;?icy=http",
            "/%3B",
            "/%3bstream.nsv",
            "/stream",
            "/stream/",
            "/stream/1",
            "/stream/1/",
            "/stream/1/;stream.mp3",
        ] {
            assert!(matches!(Route::of(path, &site), Some(Route::Stream(_))), "{path}");
        }
        assert!(matches!(Route::of("/listen.pls", &site), Some(Route::Pls(_))));
        assert!(matches!(Route::of("/admin", &site), Some(Route::AdminWithoutSlash)));
        assert!(matches!(Route::of("/a.mp3.xspf", &site), Some(Route::Xspf(..))));
        assert!(matches!(Route::of("/hls/a/b.m3u8", &site), Some(Route::Hls(_, "b.m3u8"))));
        assert!(matches!(Route::of("/api/stations/a/bars", &site), Some(Route::Bars(_))));
        let take = Route::of("/api/stations/a/take.flac", &site);
        assert!(matches!(take, Some(Route::Kept(_, Kept::Sound(SoundFile::Flac)))));
        let moment = Route::of("/api/stations/a/moment.mp3", &site);
        assert!(matches!(moment, Some(Route::Kept(_, Kept::Moment))));
        assert!(matches!(Route::of("/api/stations/a/like", &site), Some(Route::Like(_))));
        assert!(matches!(Route::of("/art/a.svg", &site), Some(Route::Picture(_, None))));
        assert!(matches!(Route::of("/icon-192.png", &site), Some(Route::Picture(_, Some(192)))));
        assert!(matches!(Route::of("/embed/a", &site), Some(Route::Embed)));
        assert!(matches!(Route::of("/admin/stats", &site), Some(Route::Admin("stats"))));
    }

    #[test]
    fn near_misses_have_no_route() {
        let site = site(vec![station("a").0]);

        for path in [
            "",
            "//",
            "//a.mp3",
            "/a.mp3/",
            "/a.mp3\\",
            "/a.mp3.",
            "/../a.mp3",
            "/..%2fa.mp3",
            "/a.mp3%00",
            "/a",
            "a.m3u",
            "/hls/a",
            "/hls/b/live.m3u8",
            "/api/stations/",
            "/api/stations/b/like",
            "/art/b.png",
            "/art/",
            "/embed/b",
            "/embed/",
            "/api/stations//bars",
            "/api/stations/a/take.mp3",
            "/api/stations/a/take",
            "/.m3u",
            "/stream/0",
            "/stream/2",
            "/stream/x",
            "/streams",
            "*",
        ] {
            assert!(Route::of(path, &site).is_none(), "{path}");
        }
        assert!(
            Route::of("/stream", &crate::web::route::Site { stations: Vec::new(), ..site })
                .is_none()
        );
    }
}
