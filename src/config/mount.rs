//! `[[stations.mounts]]`: where a station is heard, and in what quality.

use std::collections::HashMap;

use super::{
    problem::Fault,
    section::{Reading, Section},
    value::{quoted, set},
};
use crate::units::Kbps;

/// First parts of paths that are pages or other services.
const RESERVED: [&str; 3] = ["admin", "api", "hls"];

/// An address at which a station's sound is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The path of its URL, from the slash on; ends in `.mp3`. Default `/NAME.mp3`.
    pub path: String,
    /// How many bits its sound takes. Default the station's.
    pub bitrate: Kbps,
    /// How many may listen at a time, 1 to 100 000. Default as many as the server takes.
    pub max_listeners: Option<usize>,
    /// The path of the mount for those who find no seat here, or no sound. Default none.
    pub fallback: Option<String>,
}

/// A mount and where the file says so.
pub(super) struct Placed {
    pub mount: Mount,
    path_line: usize,
    fallback_line: usize,
}

impl Mount {
    /// The one of a station that names none.
    pub(super) fn of_station(name: &str, bitrate: Kbps) -> Self {
        Self { path: format!("/{name}.mp3"), bitrate, max_listeners: None, fallback: None }
    }

    /// Reads the mounts of the station called `name`: at least one.
    pub(super) fn read_all(section: &mut Section, name: &str, bitrate: Kbps) -> Vec<Placed> {
        let name_line = section.line_of("name");
        let mounts = section.repeated("mounts", |section| {
            let mut mount = Self::of_station(name, bitrate);
            set(&mut mount.path, section.text_as("path", path));
            set(&mut mount.bitrate, section.whole_as("bitrate_kbps"));
            mount.max_listeners = section.whole("max_listeners", 1..=100_000);
            mount.fallback = section.text_as("fallback", path);
            let (path_line, fallback_line) = (section.line_of("path"), section.line_of("fallback"));
            Placed { mount, path_line, fallback_line }
        });
        if mounts.is_empty() {
            let mount = Self::of_station(name, bitrate);
            return vec![Placed { mount, path_line: name_line, fallback_line: name_line }];
        }
        mounts
    }
}

/// Notes mounts that have the path of another, and fallbacks that lead nowhere or round in a circle.
pub(super) fn check(reading: &Reading, mounts: &[Placed]) {
    let mut by_path: HashMap<&str, &Placed> = HashMap::new();
    for placed in mounts {
        let path = placed.mount.path.as_str();
        if let Some(first) = by_path.get(path) {
            let (found, first_line) = (path.to_owned(), first.path_line);
            reading.note(placed.path_line, Fault::Taken { key: "path", found, first_line });
            continue;
        }
        by_path.insert(path, placed);
    }
    for placed in mounts {
        if let Err(sentence) = follow(&placed.mount, &by_path) {
            let fault = Fault::Value { key: "fallback".to_owned(), sentence };
            reading.note(placed.fallback_line, fault);
        }
    }
}

/// Goes from `mount` to the end of its fallbacks.
fn follow(mount: &Mount, by_path: &HashMap<&str, &Placed>) -> Result<(), String> {
    let mut way = vec![mount.path.as_str()];
    let mut next = mount.fallback.as_deref();
    while let Some(path) = next {
        let Some(placed) = by_path.get(path) else {
            // Whoever names it says so.
            let is_mine = way.len() == 1;
            let found = format!("expected the path of another mount, found {}", quoted(path));
            return if is_mine { Err(found) } else { Ok(()) };
        };
        way.push(path);
        if path == mount.path {
            return Err(format!("expected a way that ends, found {}", way.join(" to ")));
        }
        if mounts_twice(&way) {
            return Ok(());
        }
        next = placed.mount.fallback.as_deref();
    }
    Ok(())
}

/// Whether the last of `way` was there before: a circle of others.
fn mounts_twice(way: &[&str]) -> bool {
    way.split_last().is_some_and(|(last, before)| before.contains(last))
}

/// `text` if it can be a path of ours: it goes into URLs, playlists and headers as it is.
fn path(text: &str) -> Result<String, String> {
    let expected =
        "expected a path such as \"/techno-low.mp3\": letters, digits, '-', '_', '.' and '/'";
    let inner = text.strip_prefix('/').and_then(|text| text.strip_suffix(".mp3"));
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let is_path = inner.is_some_and(|inner| inner.split('/').all(is_plain)) && text.len() <= 100;
    if !is_path {
        return Err(format!("{expected}, found {}", quoted(text)));
    }
    let first = text.split('/').nth(1).filter(|first| RESERVED.contains(first));
    match first {
        Some(first) => Err(format!("expected a path outside /{first}/, found {}", quoted(text))),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::parse;

    /// The mounts of stations `a` and `b` with `lines` after the first, which begin at line 5.
    fn read(lines: &str) -> Result<Vec<Vec<Mount>>, String> {
        let text = format!(
            "[themes.x]\n[[stations]]\nname = \"a\"\ntheme = \"x\"\n{lines}\
             [[stations]]\nname = \"b\"\ntheme = \"x\"\nbitrate_kbps = 96\n"
        );
        let config = parse(&text, "radio.toml", Path::new(""));
        let mounts = config.map(|config| config.stations.into_iter().map(|s| s.mounts).collect());
        mounts.map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_station_has_its_mounts_or_one_of_its_name() {
        let lines = "bitrate_kbps = 192\n[[stations.mounts]]\nfallback = \"/low/a.mp3\"\n\
            [[stations.mounts]]\npath = \"/low/a.mp3\"\nbitrate_kbps = 96\nmax_listeners = 10\n";
        let kbps = |rate: i64| Kbps::try_from(rate).unwrap();

        let mounts = read(lines).unwrap();

        let high = Mount::of_station("a", kbps(192));
        assert_eq!(mounts[0][0], Mount { fallback: Some("/low/a.mp3".into()), ..high });
        let low = Mount { path: "/low/a.mp3".into(), ..Mount::of_station("a", kbps(96)) };
        assert_eq!(mounts[0][1], Mount { max_listeners: Some(10), ..low });
        assert_eq!(mounts[1], [Mount::of_station("b", kbps(96))]);
    }

    #[test]
    fn paths_that_are_taken_or_unfit_are_told() {
        let lines = "[[stations.mounts]]\npath = \"/b.mp3\"\n[[stations.mounts]]\npath = \"a.mp3\"\n\
            [[stations.mounts]]\npath = \"/api/a.mp3\"\n[[stations.mounts]]\npath = \"/../a.mp3\"\n";
        let plain =
            "expected a path such as \"/techno-low.mp3\": letters, digits, '-', '_', '.' and '/'";

        let found = read(lines).unwrap_err();

        assert!(
            found.contains(&format!("radio.toml:8: path: {plain}, found \"a.mp3\"")),
            "{found}"
        );
        assert!(
            found.contains("radio.toml:10: path: expected a path outside /api/, found"),
            "{found}"
        );
        assert!(found.contains(&format!("radio.toml:12: path: {plain}, found \"/../a.mp3\"")));
        assert!(found.contains("radio.toml:14: path: \"/b.mp3\" is taken by line 6"), "{found}");
    }

    #[test]
    fn fallbacks_lead_to_a_mount_and_never_back() {
        let lines = "[[stations.mounts]]\nfallback = \"/c.mp3\"\n\
            [[stations.mounts]]\npath = \"/c.mp3\"\nfallback = \"/d.mp3\"\n\
            [[stations.mounts]]\npath = \"/d.mp3\"\nfallback = \"/c.mp3\"\n\
            [[stations.mounts]]\npath = \"/e.mp3\"\nfallback = \"/e.mp3\"\n\
            [[stations.mounts]]\npath = \"/f.mp3\"\nfallback = \"/gone.mp3\"\n";

        assert_eq!(
            read(lines).unwrap_err(),
            "radio.toml:9: fallback: expected a way that ends, found /c.mp3 to /d.mp3 to /c.mp3\n\
             radio.toml:12: fallback: expected a way that ends, found /d.mp3 to /c.mp3 to /d.mp3\n\
             radio.toml:15: fallback: expected a way that ends, found /e.mp3 to /e.mp3\n\
             radio.toml:18: fallback: expected the path of another mount, found \"/gone.mp3\""
        );
    }
}
