//! Paths and what they name.

use crate::web::site::{Channel, Site};

/// What a path names.
#[allow(missing_docs)] // The names say it.
pub enum Route<'a> {
    Player,
    PlayerScript,
    PlayerStyle,
    Health,
    /// `/status-json.xsl`
    IcecastStatus,
    /// `/api/stations`
    Stations,
    /// `/api/stations/NAME/bars`
    Bars(&'a Channel),
    /// `/hls/NAME/FILE`
    Hls(&'a Channel, &'a str),
    /// A mount's path.
    Stream(&'a Channel),
    /// `.m3u` after a station's name or its mount's path.
    M3u(&'a Channel),
    /// `.pls`, likewise.
    Pls(&'a Channel),
}

impl<'a> Route<'a> {
    /// What `path` names, if it names something. Paths are compared as they come, never decoded and
    /// never looked up on a disk.
    pub fn of(path: &'a str, site: &'a Site) -> Option<Self> {
        Some(match path {
            "/" => Self::Player,
            "/player.js" => Self::PlayerScript,
            "/style.css" => Self::PlayerStyle,
            "/healthz" => Self::Health,
            "/status-json.xsl" => Self::IcecastStatus,
            "/api/stations" => Self::Stations,
            _ => return Self::of_station(path, site),
        })
    }

    fn of_station(path: &'a str, site: &'a Site) -> Option<Self> {
        if let Some((station, file)) =
            path.strip_prefix("/hls/").and_then(|rest| rest.split_once('/'))
        {
            return Some(Self::Hls(site.channel(station)?, file));
        }
        if let Some(rest) = path.strip_prefix("/api/stations/") {
            return site.channel(rest.strip_suffix("/bars")?).map(Self::Bars);
        }
        if let Some(named) = path.strip_suffix(".m3u") {
            return mount_or_station(named, site).map(Self::M3u);
        }
        if let Some(named) = path.strip_suffix(".pls") {
            return mount_or_station(named, site).map(Self::Pls);
        }
        mount(path, site).map(Self::Stream)
    }
}

fn mount<'a>(path: &str, site: &'a Site) -> Option<&'a Channel> {
    site.channels.iter().find(|channel| channel.mount.about.path == path)
}

fn mount_or_station<'a>(path: &str, site: &'a Site) -> Option<&'a Channel> {
    mount(path, site).or_else(|| site.channel(path.strip_prefix('/')?))
}

/// The value of `name` in a query, percent signs decoded; invalid UTF-8 is replaced.
pub fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.into_iter().find(|(key, _)| *key == name)?.1;
    Some(String::from_utf8_lossy(&decode_percent(value)).into_owned())
}

fn decode_percent(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, later)) = rest.split_first() {
        let hex = later.get(..2).filter(|_| first == b'%').and_then(|hex| str::from_utf8(hex).ok());
        let coded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(coded.unwrap_or(first));
        rest = if coded.is_some() { &later[2..] } else { later };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::site::{Limits, tests::channel};

    #[test]
    fn a_playlist_is_found_under_the_mount_and_the_station() {
        let site = Site::new(vec![channel("a").0], None, Limits::default());

        for path in ["/a.m3u", "/a.mp3.m3u"] {
            assert!(matches!(Route::of(path, &site), Some(Route::M3u(_))), "{path}");
        }
        for path in ["/a.pls", "/a.mp3.pls"] {
            assert!(matches!(Route::of(path, &site), Some(Route::Pls(_))), "{path}");
        }
        assert!(matches!(Route::of("/a.mp3", &site), Some(Route::Stream(_))));
        assert!(matches!(Route::of("/api/stations/a/bars", &site), Some(Route::Bars(_))));
    }

    #[test]
    fn what_is_almost_a_path_is_none() {
        let site = Site::new(vec![channel("a").0], None, Limits::default());

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
            "/api/stations/",
            "/api/stations//bars",
            "/.m3u",
            "*",
        ] {
            assert!(Route::of(path, &site).is_none(), "{path}");
        }
    }

    #[test]
    fn a_parameter_is_decoded_whatever_it_holds() {
        let query = Some("x=1&mount=%2fa.mp3&bad=%2&worse=%zz%ff&mount=2&flag");

        assert_eq!(parameter(query, "mount").unwrap(), "/a.mp3");
        assert_eq!(parameter(query, "bad").unwrap(), "%2");
        assert_eq!(parameter(query, "worse").unwrap(), "%zz\u{fffd}");
        assert_eq!(parameter(query, "flag"), None);
        assert_eq!(parameter(None, "mount"), None);
    }
}
