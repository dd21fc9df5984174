//! The built-in radio.toml: it loads, shows the defaults of the code and explains every key.

use std::path::Path;

use electropunk::{
    config::{BUILT_IN, Config, Fault, Problems, parse, schema},
    rng,
};
use rand::RngExt as _;
use serde_json::Value;

use crate::built_in::{shown_default, with_defaults_on, with_stations_on};

/// A station whose theme sets nothing.
const STATION: &str = "\n[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n";

fn read(text: &str) -> Result<Config, Problems> {
    parse(text, "radio.toml", Path::new("/nowhere"))
}

#[test]
fn the_built_in_stations_differ() {
    let config = read(BUILT_IN).unwrap();

    let mut tempos: Vec<f64> = config.stations.iter().map(|s| s.theme.tempo.get()).collect();
    tempos.sort_by(f64::total_cmp);
    assert_eq!(tempos, [72.0, 84.0, 128.0, 180.0]);
    let leads = config.stations.iter().map(|station| station.theme.voices[2].program);
    let mut leads: Vec<u8> = leads.collect();
    leads.sort_unstable();
    leads.dedup();
    assert_eq!(leads.len(), 4);
}

#[test]
fn the_stations_that_are_off_can_be_switched_on() {
    assert_eq!(read(&with_stations_on()).unwrap().stations.len(), 11);
}

#[test]
fn the_shown_defaults_are_those_of_the_code() {
    let shown = with_defaults_on();
    assert!(BUILT_IN.lines().filter_map(shown_default).count() > 50);
    assert_eq!(read(&shown).unwrap(), read(BUILT_IN).unwrap());

    // Outside themes and stations the file sets only the state folder.
    let mut table: toml::Table = shown.parse().unwrap();
    for key in ["themes", "stations", "state"] {
        assert!(table.remove(key).is_some(), "{key}");
    }
    assert_eq!(read(&format!("{table}{STATION}")).unwrap(), read(STATION).unwrap());
}

#[test]
fn comments_name_the_defaults_that_the_file_shows() {
    let mut comment = String::new();
    for line in BUILT_IN.lines() {
        if let Some(text) = line.strip_prefix("# ") {
            comment = format!("{comment} {text}");
            continue;
        }
        if let Some((key, value)) = shown_default(line)
            && let Some(named) = named_default(&comment)
        {
            assert_eq!(value, named, "{key}");
        }
        comment.clear();
    }
    assert_eq!(named_default(" 1 to 9. Default \"a b\", as ever."), Some("\"a b\""));
    assert_eq!(named_default(" Default: -0.5."), Some("-0.5"));
    assert_eq!(named_default(" Default: none."), None);
}

/// The value after the last `Default` of `comment`, if it is a TOML value and not a word.
fn named_default(comment: &str) -> Option<&str> {
    let (_, rest) = comment.rsplit_once("Default")?;
    let rest = rest.trim_start_matches(':').trim_start();
    let length = match rest.strip_prefix('"') {
        Some(quoted) => quoted.find('"')? + 2,
        None => rest.find([' ', ',', ';', ':']).unwrap_or(rest.len()),
    };
    let value = rest[..length].trim_end_matches('.');
    let is_value = value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    (is_value || value.starts_with('"') || ["true", "false"].contains(&value)).then_some(value)
}

#[test]
fn every_key_has_a_comment() {
    let mut n_keys = 0;
    assert_explained(&schema(), "radio.toml", &mut n_keys);
    assert!(n_keys > 100, "{n_keys}");
}

/// Fails unless every key below `table`, except for tables, has a description, which the schema takes from
/// the comments of the file.
fn assert_explained(table: &Value, path: &str, n_keys: &mut usize) {
    let tables = ["additionalProperties", "items"].map(|any| &table[any]);
    for any in tables.into_iter().filter(|any| any.is_object()) {
        assert_explained(any, path, n_keys);
    }
    for (key, value) in table["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}: {key}");
        let is_table = value["properties"].is_object()
            || value["additionalProperties"].is_object()
            || value["items"]["properties"].is_object();
        assert_explained(value, &path, n_keys);
        let is_explained = value["description"].as_str().is_some_and(|text| !text.is_empty());
        assert!(is_explained || is_table, "{path} has no comment in radio.toml");
        *n_keys += 1;
    }
}

#[test]
fn no_damaged_file_causes_a_panic() {
    const BITS: [&str; 18] = [
        "\"",
        "[",
        "]",
        "{",
        "}",
        "=",
        "#",
        ".",
        ",",
        "\n",
        "-1",
        "9e999",
        "nan",
        "0x7f",
        "'''",
        "\u{e9}",
        "\0",
        "[[stations]]\n",
    ];
    let whole = with_defaults_on();
    let mut rng = rng::stream(1, "damage");
    let (mut n_read, mut n_well_formed) = (0, 0);
    for _ in 0..3000 {
        let mut text: Vec<char> = whole.chars().collect();
        for _ in 0..rng.random_range(1..5) {
            let at = rng.random_range(0..text.len());
            let until = (at + rng.random_range(0..9)).min(text.len());
            let bit = BITS[rng.random_range(0..BITS.len())];
            text.splice(at..until, bit.chars());
        }
        let text: String = text.into_iter().collect();
        match read(&text) {
            Ok(_) => n_read += 1,
            Err(problems) => {
                assert!(!problems.to_string().is_empty());
                let is_syntax = |fault: &Fault| matches!(fault, Fault::Syntax(_));
                n_well_formed +=
                    usize::from(!problems.problems.iter().any(|p| is_syntax(&p.fault)));
            }
        }
    }
    assert!(n_read > 100 && n_well_formed > 100, "{n_read} read, {n_well_formed} well formed");
}

#[test]
fn no_truncated_file_causes_a_panic() {
    for end in (0..BUILT_IN.len()).filter(|&end| BUILT_IN.is_char_boundary(end)).step_by(7) {
        let _ = read(&BUILT_IN[..end]).map_err(|problems| problems.to_string());
    }
}
