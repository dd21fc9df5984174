//! The default programme: it loads, explains every key and tells the truth about defaults.

use std::path::Path;

use electropunk::{
    config::{BUILT_IN, Config, Fault, Problems, parse},
    rng,
};
use rand::RngExt as _;

/// What ends the part of the file that is all defaults.
const THEMES: &str = "# ---- Themes";

/// A station that plays a theme which says nothing of its own.
const STATION: &str = "\n[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n";

fn read(text: &str) -> Result<Config, Problems> {
    parse(text, "radio.toml", Path::new("/nowhere"))
}

/// The key of a line that shows a default, which is written `#key = value`.
fn shown_default(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix('#')?.split_once(" = ")?;
    key.starts_with(|first: char| first.is_ascii_lowercase()).then_some((key, value))
}

/// The default programme with each default that it shows written out.
fn with_defaults_on() -> String {
    let lines = BUILT_IN.lines().map(|line| shown_default(line).map_or(line, |_| &line[1..]));
    lines.collect::<Vec<_>>().join("\n")
}

/// The comment above line `index`, past the keys that share it.
fn comment_above<'a>(lines: &[&'a str], index: usize) -> Vec<&'a str> {
    let above = lines[..index].iter().rev().copied();
    let comment = above.skip_while(|line| shown_default(line).is_some());
    comment.take_while(|line| line.starts_with("# ")).collect()
}

#[test]
fn the_default_programme_has_four_stations_that_differ() {
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
fn the_stations_that_are_off_can_be_put_on() {
    let (rest, off) = BUILT_IN.split_once("# More, off").unwrap();
    let off = off.lines().skip(1).map(|line| line.strip_prefix("# ").unwrap_or(line));
    let text = format!("{rest}\n{}", off.collect::<Vec<_>>().join("\n"));

    assert_eq!(read(&text).unwrap().stations.len(), 10);
}

#[test]
fn the_defaults_that_the_file_shows_are_those_of_the_code() {
    let shown = with_defaults_on();
    let (shown, _) = shown.split_once(THEMES).unwrap();
    assert!(shown.contains("\ntempo = 120\n"));

    let shown = read(&format!("{shown}{STATION}")).unwrap();
    // The one key that the file sets and doesn't only show.
    assert_eq!(shown.state.as_deref(), Some(Path::new("/nowhere/state")));
    assert_eq!(Config { state: None, ..shown }, read(STATION).unwrap());
}

#[test]
fn the_defaults_that_comments_tell_are_those_that_the_file_shows() {
    let (head, _) = BUILT_IN.split_once(THEMES).unwrap();
    let lines: Vec<&str> = head.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some((key, value)) = shown_default(line) else { continue };
        let mut comment = comment_above(&lines, index);
        comment.reverse();
        let comment = comment.join(" ").replace("# ", "");
        let (_, told) = comment.rsplit_once("Default").unwrap_or_else(|| panic!("{key}"));
        let words = told.split([' ', ',', ';', ':']).map(|word| word.trim_end_matches('.'));
        let is_told = words.clone().any(|word| word == value) || told.contains(value);
        assert!(is_told || told.contains("as here"), "{key} = {value}, told{told}");
    }
}

#[test]
fn every_key_is_explained() {
    let odd = "odd-one = 1\n";
    let text = format!(
        "{odd}[server]\n{odd}[server.tls]\n{odd}[admin]\n{odd}[hls]\n{odd}[hls.upload]\n{odd}\
         [archive]\n{odd}[directory]\n{odd}[defaults]\n{odd}[defaults.drums]\n{odd}\
         [defaults.bass]\n{odd}[defaults.lead]\n{odd}[defaults.chords]\n{odd}[[stations]]\n{odd}[[stations.mounts]]\n{odd}\
         [[stations.playlists]]\n{odd}[[stations.push]]\n{odd}"
    );
    let mut n_sections = 0;
    for problem in read(&text).unwrap_err().problems {
        if let Fault::UnknownKey { section, known, .. } = problem.fault {
            n_sections += 1;
            for key in known {
                assert_explained(&section, key);
            }
        }
    }
    assert_eq!(n_sections, 17);
}

fn assert_explained(section: &str, key: &str) {
    let lines: Vec<&str> = BUILT_IN.lines().collect();
    // An example of a table that is off has its header in a comment.
    let is_header = |line: &&str| line.trim_start_matches("# ") == section;
    let header = lines.iter().position(is_header).map_or(0, |header| header + 1);
    let found = lines[header..]
        .iter()
        .take_while(|line| !line.starts_with('['))
        .position(|line| {
            let line = line.trim_start_matches('#').trim_start();
            line.strip_prefix(key).is_some_and(|rest| rest.starts_with(" = "))
        })
        .map(|index| header + index);
    let is_table = lines.iter().any(|line| {
        let line = line.trim_start_matches("# ");
        let name = line.trim_matches(['[', ']']);
        line.starts_with('[') && name.split('.').any(|part| part == key)
    });
    match found {
        Some(index) => assert!(!comment_above(&lines, index).is_empty(), "{section} {key}"),
        None => assert!(is_table, "{section} {key} is not in radio.toml"),
    }
}

#[test]
fn no_damage_to_the_file_is_a_panic() {
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
fn a_file_cut_short_anywhere_is_read_or_refused() {
    for end in (0..BUILT_IN.len()).filter(|&end| BUILT_IN.is_char_boundary(end)).step_by(7) {
        let _ = read(&BUILT_IN[..end]).map_err(|problems| problems.to_string());
    }
}
