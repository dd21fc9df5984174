//! `[[stations.mounts]]`: where a station is heard, and in what quality.

use std::collections::HashMap;

use crate::{
    config::{
        problem::Fault,
        section::{Reading, Section},
        value::{quoted, set},
    },
    stream::coding::Coding,
};

/// First parts of paths that are pages or other services.
const RESERVED: [&str; 3] = ["admin", "api", "hls"];

/// An address at which a station's sound is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The path of its URL, from the slash on; ends in `.mp3` or `.opus`. Default `/NAME.mp3`.
    pub path: String,
    /// How its sound is coded, as the path says. Default of MP3 the station's rate, of Opus 96 kbit/s.
    pub coding: Coding,
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
    pub(super) fn of_station(name: &str, coding: Coding) -> Self {
        Self { path: format!("/{name}.mp3"), coding, max_listeners: None, fallback: None }
    }

    /// Reads the mounts of the station called `name`: at least one, and the first is MP3.
    pub(super) fn read_all(section: &mut Section, name: &str, coding: Coding) -> Vec<Placed> {
        let name_line = section.line_of("name");
        let mounts = section.repeated("mounts", |section| {
            let mut mount = Self::of_station(name, coding);
            let given = section.text_as("path", path);
            let is_known = given.is_some() || !section.has("path");
            set(&mut mount.path, given);
            mount.coding = read_coding(section, &mount.path, coding, is_known);
            mount.max_listeners = section.whole("max_listeners", 1..=100_000);
            mount.fallback = section.text_as("fallback", path);
            let (path_line, fallback_line) = (section.line_of("path"), section.line_of("fallback"));
            Placed { mount, path_line, fallback_line }
        });
        if mounts.is_empty() {
            let mount = Self::of_station(name, coding);
            return vec![Placed { mount, path_line: name_line, fallback_line: name_line }];
        }
        let Placed { mount: first, path_line, .. } = &mounts[0];
        if first.coding.mp3().is_none() {
            let expected =
                "expected a station's first mount to end in .mp3, which all players play";
            let sentence = format!("{expected}, found {}", quoted(&first.path));
            section.reading.note(*path_line, Fault::Value { key: "path".to_owned(), sentence });
        }
        mounts
    }
}

/// How a mount at `path` is coded in a station of `station`'s rate; what is wrong is only told where the
/// path `is_known`.
fn read_coding(section: &mut Section, path: &str, station: Coding, is_known: bool) -> Coding {
    let of_path = Coding::of(path).unwrap_or_default();
    let usual = if of_path.is_like(station) { station } else { of_path };
    let Some(kbps) = section.whole_as::<i64>("bitrate_kbps") else { return usual };
    usual.at(kbps).unwrap_or_else(|sentence| {
        if is_known {
            section.note("bitrate_kbps", sentence);
        }
        usual
    })
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
        if way.len() == 1 && !placed.mount.coding.is_like(mount.coding) {
            let expected = format!("expected a mount that ends in {}", mount.coding.ending());
            return Err(format!("{expected} too, since players can't change over, found {path}"));
        }
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
    let expected = "expected a path such as \"/techno-low.mp3\": letters, digits, '-', '_', '.' and \
                    '/', at the end .mp3 or .opus";
    let ending = Coding::of(text).map(Coding::ending);
    let inner = text.strip_prefix('/').and_then(|text| text.strip_suffix(ending?));
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
        let kbps = |rate: i64| Coding::default().at(rate).unwrap();

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
        let plain = "expected a path such as \"/techno-low.mp3\": letters, digits, '-', '_', '.' and \
                     '/', at the end .mp3 or .opus";

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
    fn paths_say_how_the_sound_is_coded() {
        let lines = "bitrate_kbps = 192\n[[stations.mounts]]\n\
            [[stations.mounts]]\npath = \"/a.opus\"\n\
            [[stations.mounts]]\npath = \"/low.opus\"\nbitrate_kbps = 48\nfallback = \"/a.opus\"\n";

        let codings =
            read(lines).unwrap()[0].iter().map(|m| m.coding.to_string()).collect::<Vec<_>>();

        assert_eq!(codings, ["MP3, 192 kbit/s", "Opus, 96 kbit/s", "Opus, 48 kbit/s"]);

        let mistakes = "[[stations.mounts]]\npath = \"/a.opus\"\nbitrate_kbps = 320\n\
            fallback = \"/b.mp3\"\n[[stations.mounts]]\nbitrate_kbps = 100\n";
        assert_eq!(
            read(mistakes).unwrap_err(),
            "radio.toml:6: path: expected a station's first mount to end in .mp3, which all players \
             play, found \"/a.opus\"\n\
             radio.toml:7: bitrate_kbps: expected 32 to 256 kbit/s for Opus, found 320\n\
             radio.toml:8: fallback: expected a mount that ends in .opus too, since players can't \
             change over, found /b.mp3\n\
             radio.toml:10: bitrate_kbps: expected one of 96, 112, 128, 160, 192, 224, 256, 320 \
             kbit/s, found 100"
        );
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
