//! Whole files: defaults, inheritance, and the sentence of every mistake.

use std::{fs, path::Path, sync::Arc};

use crate::{
    config::{
        Alerts, Archive, AssetRef, Config, Directory, Hls, Server, Studio, Theme,
        load::{load, parse},
    },
    musicvae::net::{device_choice::DeviceChoice, precision::Precision},
    patterns::style::Style,
};

/// The smallest valid file: 4 lines, after which tests append their own.
pub(super) const LEAST: &str = "[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n";

pub(super) fn config(text: &str) -> Config {
    parse(text, "radio.toml", Path::new("/nowhere")).unwrap()
}

/// The mistakes in `text`, one per line.
pub(super) fn problems(text: &str) -> String {
    parse(text, "radio.toml", Path::new("/nowhere")).unwrap_err().to_string()
}

#[test]
fn missing_keys_have_their_defaults() {
    let Config {
        server,
        admin,
        studio,
        alerts,
        hls,
        archive,
        directory,
        state,
        seed,
        device,
        precision,
        soundfont,
        stations,
    } = config(LEAST);
    assert_eq!((admin, state, studio), (None, None, Studio::default()));
    assert_eq!((hls, archive, alerts), (Hls::default(), Archive::default(), Alerts::default()));
    assert_eq!(precision, Precision::Q8);
    assert_eq!(device, DeviceChoice::Auto);

    assert_eq!((server, directory), (Server::default(), Directory::default()));
    assert_eq!((seed, soundfont), (None, AssetRef::SOUNDFONT));
    assert_eq!(*stations[0].theme, Theme { name: "x".to_owned(), ..Theme::default() });
    assert_eq!((stations[0].title.as_str(), stations[0].genre.as_str()), ("x", "x"));
    let mount = stations[0].main();
    assert_eq!((mount.coding.kbps(), mount.path.as_str()), (128, "/x.mp3"));
}

#[test]
fn stations_of_one_theme_share_it() {
    let config = config(&format!("{LEAST}[[stations]]\nname = \"y\"\ntheme = \"x\"\n"));

    assert!(Arc::ptr_eq(&config.stations[0].theme, &config.stations[1].theme));
}

#[test]
fn all_mistakes_are_listed_by_line() {
    let text = r#"sede = 1
[server]
bind = "everywhere"
max_listeners = 0
[themes.techno]
tmepo = 128
pad = ["techno:1", "techno:2", "techno:3"]
anchors = [
"techno:1",
"polka:1",
"tunes/gone.mid",
]
[[stations]]
name = "techno"
theme = "tekno"
[[stations]]
name = "techno"
theme = "techno"
bitrate_kbps = 100
[[stations]]
title = "Nameless"
theme = "techno"
"#;
    assert_eq!(
        problems(text).replace(&Style::ALL.map(Style::name).join(", "), "STYLES"),
        r#"radio.toml:1: the file has no key "sede", did you mean "seed"?
radio.toml:3: bind: expected an address and port such as "0.0.0.0:8000", found "everywhere"
radio.toml:4: max_listeners: expected a whole number from 1 to 100000, found 0
radio.toml:6: [themes.techno] has no key "tmepo", did you mean "tempo"?
radio.toml:7: pad: expected a list of 4 texts, found a list of 3
radio.toml:10: anchors: expected one of STYLES or dream before the colon, found "polka"
radio.toml:11: anchors: expected a MIDI file, found none at "/nowhere/tunes/gone.mid"
radio.toml:15: theme: expected one of the themes techno, found "tekno"
radio.toml:17: name: "techno" is already used in line 14
radio.toml:19: bitrate_kbps: expected one of 96, 112, 128, 160, 192, 224, 256, 320 kbit/s, found 100
radio.toml:20: [[stations]]: missing key name, expected a name such as "techno""#
    );
}

#[test]
fn a_file_needs_a_station() {
    let sentence = "expected at least one table that begins with [[stations]]";
    assert_eq!(problems(""), format!("radio.toml:1: the file: missing key stations, {sentence}"));
    assert!(problems("stations = []").ends_with("with [[stations]], found a list of 0"));
    assert!(problems("[stations]").ends_with("with [[stations]], found a table"));
}

#[test]
fn names_are_valid_in_urls_and_headers() {
    for name in ["", "Techno", "a/b", "a b", "caf\u{e9}", "a\\nb"] {
        let station = format!("[themes.x]\n[[stations]]\ntheme = \"x\"\nname = \"{name}\"");
        assert!(problems(&station).starts_with("radio.toml:4: name: expected"), "{name}");
        let theme = format!("{LEAST}[themes.\"{name}\"]");
        assert!(problems(&theme).starts_with("radio.toml:5: themes: expected"), "{name}");
    }
}

#[test]
fn a_syntax_error_has_its_line() {
    assert!(problems(&format!("{LEAST}tempo = = 1\n")).starts_with("radio.toml:5: "));
    assert!(problems("[server]\n[server]\n").starts_with("radio.toml:2: "));
}

#[test]
fn a_long_file_of_mistakes_is_read_in_linear_time() {
    let begun = std::time::Instant::now();

    for line in ["=\n", "x\n", "<p>\n"] {
        let shown = problems(&line.repeat(400_000 / line.len()));

        assert!(shown.starts_with("radio.toml:1: ") && shown.lines().count() <= 21, "{shown}");
    }
    let keys: Vec<String> = (0..40_000).map(|n| format!("key{n} = 1\n")).collect();
    assert!(problems(&keys.concat()).ends_with("more mistakes"));
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[test]
fn a_missing_file_is_named() {
    let problems = load(Some(Path::new("/nowhere/radio.toml"))).unwrap_err();

    assert!(problems.to_string().starts_with("/nowhere/radio.toml: "), "{problems}");
}

#[test]
fn paths_start_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("radio.toml");
    fs::write(folder.path().join("mine.sf2"), "").unwrap();
    fs::write(&file, format!("soundfont = \"mine.sf2\"\n{LEAST}")).unwrap();

    let config = load(Some(&file)).unwrap();

    assert_eq!(config.soundfont, AssetRef::File(folder.path().join("mine.sf2")));
    assert_eq!(config.stations[0].soundfont, config.soundfont);
}
