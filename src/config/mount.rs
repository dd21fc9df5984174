//! `[[stations.mounts]]`: the URLs of a station, each with its codec, bitrate, limits and fallback.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::{
    config::{
        problem::Fault,
        section::{Reading, Section},
        text::quoted,
        value::set,
    },
    stream::coding::Coding,
};

/// First path segments that the server itself uses.
const RESERVED: [&str; 3] = ["admin", "api", "hls"];

/// A URL at which a station is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The path of the URL, with the leading slash; ends in `.mp3` or `.opus`. Default `/NAME.mp3`.
    pub path: String,
    /// Codec (by the end of the path) and bitrate. Default the station's for MP3, 96 kbit/s for Opus.
    pub coding: Coding,
    /// Most listeners at a time, 1 to 100 000. Default the server's limit.
    pub max_listeners: Option<usize>,
    /// The path of the fallback mount, used when this one is full or off air. Default none.
    pub fallback: Option<String>,
}

/// A mount with the lines of its keys.
pub(super) struct Located {
    pub mount: Mount,
    path_line: usize,
    fallback_line: usize,
}

impl Mount {
    /// The only mount of a station that has no `[[stations.mounts]]`.
    pub(super) fn of_station(name: &str, coding: Coding) -> Self {
        Self { path: format!("/{name}.mp3"), coding, max_listeners: None, fallback: None }
    }

    /// Reads the mounts of the station `name`: at least one, the first of them MP3.
    pub(super) fn read_all(section: &mut Section, name: &str, coding: Coding) -> Vec<Located> {
        let name_line = section.line_of("name");
        let mounts = section.repeated("mounts", |section| {
            let mut mount = Self::of_station(name, coding);
            let given = section.text_like("path", path_schema, path);
            let is_known = given.is_some() || !section.has("path");
            set(&mut mount.path, given);
            mount.coding = read_coding(section, &mount.path, coding, is_known);
            mount.max_listeners = section.whole("max_listeners", 1..=100_000);
            mount.fallback = section.text_like("fallback", path_schema, path);
            let (path_line, fallback_line) = (section.line_of("path"), section.line_of("fallback"));
            Located { mount, path_line, fallback_line }
        });
        if mounts.is_empty() {
            let mount = Self::of_station(name, coding);
            return vec![Located { mount, path_line: name_line, fallback_line: name_line }];
        }
        let Located { mount: first, path_line, .. } = &mounts[0];
        if first.coding.mp3().is_none() {
            let expected = "expected the first mount of a station to end in .mp3 (every player \
                            plays MP3)";
            let sentence = format!("{expected}, found {}", quoted(&first.path));
            section.reading.note(*path_line, Fault::Value { key: "path".to_owned(), sentence });
        }
        mounts
    }
}

/// The coding of a mount at `path`; `station` is the coding of its station. A wrong bitrate is only
/// reported if the path `is_known`, since the path decides which bitrates exist.
fn read_coding(section: &mut Section, path: &str, station: Coding, is_known: bool) -> Coding {
    let of_path = Coding::of(path).unwrap_or_default();
    let usual = if of_path.is_like(station) { station } else { of_path };
    let Some(kbps) = section.whole_about("bitrate_kbps", 32..=320) else { return usual };
    usual.at(kbps).unwrap_or_else(|sentence| {
        if is_known {
            section.note("bitrate_kbps", sentence);
        }
        usual
    })
}

/// Reports mounts with the same path, and fallbacks that are unknown or form a loop.
pub(super) fn check(reading: &Reading, mounts: &[Located]) {
    let mut by_path: HashMap<&str, &Located> = HashMap::new();
    for located in mounts {
        let path = located.mount.path.as_str();
        if let Some(first) = by_path.get(path) {
            let (found, first_line) = (path.to_owned(), first.path_line);
            reading.note(located.path_line, Fault::Taken { key: "path", found, first_line });
            continue;
        }
        by_path.insert(path, located);
    }
    for located in mounts {
        if let Err(sentence) = follow(&located.mount, &by_path) {
            let fault = Fault::Value { key: "fallback".to_owned(), sentence };
            reading.note(located.fallback_line, fault);
        }
    }
}

/// Follows the fallbacks from `mount` to their end.
fn follow(mount: &Mount, by_path: &HashMap<&str, &Located>) -> Result<(), String> {
    let mut chain = vec![mount.path.as_str()];
    let mut next = mount.fallback.as_deref();
    while let Some(path) = next {
        let Some(located) = by_path.get(path) else {
            // Reported at the mount that names the unknown path.
            let is_mine = chain.len() == 1;
            let found = format!("expected the path of another mount, found {}", quoted(path));
            return if is_mine { Err(found) } else { Ok(()) };
        };
        if chain.len() == 1 && !located.mount.coding.is_like(mount.coding) {
            let expected = format!("expected a mount that ends in {}", mount.coding.ending());
            return Err(format!("{expected} (players can't change codecs), found {path}"));
        }
        chain.push(path);
        if path == mount.path {
            return Err(format!("fallback loop: {}", chain.join(", ")));
        }
        if ends_in_loop(&chain) {
            return Ok(());
        }
        next = located.mount.fallback.as_deref();
    }
    Ok(())
}

/// Whether the last path of `chain` occurs earlier: other mounts form a loop, reported at them.
fn ends_in_loop(chain: &[&str]) -> bool {
    chain.split_last().is_some_and(|(last, before)| before.contains(last))
}

/// What the schema says of a mount's path.
fn path_schema() -> Value {
    json!({ "pattern": "^/.*\\.(mp3|opus)$" })
}

/// `text` if it is a valid mount path. It is written into URLs, playlists and headers unescaped.
fn path(text: &str) -> Result<String, String> {
    let expected = "expected a path such as \"/techno-low.mp3\": letters, digits, '-', '_', '.' and \
                    '/', ending in .mp3 or .opus";
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

    /// The mounts of stations `a` and `b`; `lines` follow the first and begin at line 5.
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
    fn a_station_without_mounts_has_one_of_its_name() {
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
    fn duplicate_and_invalid_paths_are_reported() {
        let lines = "[[stations.mounts]]\npath = \"/b.mp3\"\n[[stations.mounts]]\npath = \"a.mp3\"\n\
            [[stations.mounts]]\npath = \"/api/a.mp3\"\n[[stations.mounts]]\npath = \"/../a.mp3\"\n";
        let plain = "expected a path such as \"/techno-low.mp3\": letters, digits, '-', '_', '.' and \
                     '/', ending in .mp3 or .opus";

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
        assert!(
            found.contains("radio.toml:14: path: \"/b.mp3\" is already used in line 6"),
            "{found}"
        );
    }

    #[test]
    fn the_path_decides_the_codec() {
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
            "radio.toml:6: path: expected the first mount of a station to end in .mp3 (every player \
             plays MP3), found \"/a.opus\"\n\
             radio.toml:7: bitrate_kbps: expected 32 to 256 kbit/s for Opus, found 320\n\
             radio.toml:8: fallback: expected a mount that ends in .opus (players can't change \
             codecs), found /b.mp3\n\
             radio.toml:10: bitrate_kbps: expected one of 96, 112, 128, 160, 192, 224, 256, 320 \
             kbit/s, found 100"
        );
    }

    #[test]
    fn unknown_fallbacks_and_loops_are_reported() {
        let lines = "[[stations.mounts]]\nfallback = \"/c.mp3\"\n\
            [[stations.mounts]]\npath = \"/c.mp3\"\nfallback = \"/d.mp3\"\n\
            [[stations.mounts]]\npath = \"/d.mp3\"\nfallback = \"/c.mp3\"\n\
            [[stations.mounts]]\npath = \"/e.mp3\"\nfallback = \"/e.mp3\"\n\
            [[stations.mounts]]\npath = \"/f.mp3\"\nfallback = \"/gone.mp3\"\n";

        assert_eq!(
            read(lines).unwrap_err(),
            "radio.toml:9: fallback: fallback loop: /c.mp3, /d.mp3, /c.mp3\n\
             radio.toml:12: fallback: fallback loop: /d.mp3, /c.mp3, /d.mp3\n\
             radio.toml:15: fallback: fallback loop: /e.mp3, /e.mp3\n\
             radio.toml:18: fallback: expected the path of another mount, found \"/gone.mp3\""
        );
    }
}
