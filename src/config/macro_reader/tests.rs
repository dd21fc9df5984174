//! Macros as radio.toml writes them, and their mistakes.

use super::*;
use crate::config::tests::{LEAST, config, problems};

fn read(defaults: &str, theme: &str) -> Vec<Macro> {
    let text = format!("[defaults.macros]\n{defaults}\n{LEAST}[themes.x.macros]\n{theme}\n");
    config(&text.replacen("[themes.x]\n", "", 1)).stations[0].theme.macros.clone()
}

/// The mistake in a macro with the given keys.
fn refused(keys: &str) -> String {
    let shown = problems(&format!("{LEAST}[themes.y.macros]\nlift = {{ {keys} }}\n"));
    let sentence = shown.strip_prefix("radio.toml:6: macro \"lift\": ");
    sentence.unwrap_or_else(|| panic!("{shown}")).to_owned()
}

#[test]
fn keys_are_written_with_dots_or_as_tables() {
    let keys = |text: &str| {
        let moves = read("", text).remove(0).moves;
        let mut keys: Vec<_> = moves.into_iter().map(|moved| (moved.key, moved.ends)).collect();
        keys.sort_by(|(a, _), (b, _)| a.cmp(b));
        keys
    };
    let expected = [("bass.gain_db", [-6.0, 0.0]), ("desk.lead.filter", [1.0, 0.2])]
        .map(|(key, ends)| (key.to_owned(), ends));
    for text in [
        "lift = { bass.gain_db = [-6, 0], desk.lead.filter = [1, 0.2] }",
        "lift = { \"bass.gain_db\" = [-6, 0], \"desk.lead.filter\" = [1, 0.2] }",
        "lift = { bass = { gain_db = [-6, 0] }, desk = { lead = { filter = [1, 0.2] } } }",
        "[themes.x.macros.lift]\nbass.gain_db = [-6, 0]\n[themes.x.macros.lift.desk]\n\
         lead.filter = [1, 0.2]",
    ] {
        assert_eq!(keys(text), expected, "{text}");
    }
}

#[test]
fn numbers_lie_between_the_ends_and_whole_ones_are_rounded() {
    let found = read("", "lift = { energy = [0.3, 1], lead.max_notes = [3, 8], swing = [0.5, 0] }");
    let at = |key: &str, position: f64| {
        found[0].moves.iter().find(|moved| moved.key == key).unwrap().at(position)
    };

    assert_eq!([0.0, 0.6, 1.0].map(|p| at("energy", p)), [0.3, 0.72, 1.0].map(Value::from));
    let notes = [0.0, 0.29, 0.31, 0.6, 1.0].map(|p| at("lead.max_notes", p));
    assert_eq!(notes, [3, 4, 5, 6, 8].map(Value::from));
    assert_eq!(at("swing", 0.9), json!(0.05));
}

#[test]
fn a_theme_inherits_macros_and_replaces_those_of_the_same_name() {
    let both = read(
        "lift = { energy = [0, 1] }\nwash = { lead.reverb = [0, 1] }",
        "lift = { tempo = [120, 130] }",
    );

    let mut names: Vec<_> =
        both.iter().map(|read| (read.name.as_str(), read.moves[0].key.as_str())).collect();
    names.sort_unstable();
    assert_eq!(names, [("lift", "tempo"), ("wash", "lead.reverb")]);
}

#[test]
fn a_mistake_is_named_with_its_line() {
    let known = "expected keys such as energy, bass.gain_db or desk.bass.filter, found";
    assert_eq!(
        refused("bass.gain = [0, 1]"),
        format!("{known} \"bass.gain\", did you mean \"bass.pan\"?")
    );
    assert_eq!(refused("desk.bass.mute = [0, 1]"), format!("{known} \"desk.bass.mute\""));
    assert_eq!(refused("trio_model = [0, 1]"), format!("{known} \"trio_model\""));
    assert_eq!(refused("shape = [0, 1]"), "expected keys of numbers, found \"shape\"");
    assert_eq!(
        refused("tempo = 120"),
        "tempo: expected two numbers, with the macro at 0 and at 1, found 120"
    );
    assert_eq!(
        refused("tempo = [120, \"x\"]"),
        "tempo: expected numbers from 30 to 300, found \"x\""
    );
    assert_eq!(refused("energy = [0.5, 1.5]"), "energy: expected numbers from 0 to 1, found 1.5");
    assert_eq!(refused("energy = [nan, 1]"), "energy: expected numbers from 0 to 1, found nan");
    assert_eq!(
        refused("lead.max_notes = [1.5, 3]"),
        "lead.max_notes: expected whole numbers from 1 to 16, found 1.5"
    );
    assert_eq!(
        refused("desk.bass.level_db = [0, 13]"),
        "desk.bass.level_db: expected a level from -60 to 12 dB, found 13"
    );
    assert_eq!(refused(""), "expected 1 to 16 keys, found 0");
}

#[test]
fn names_and_their_number_are_limited() {
    let of = |line: &str| problems(&format!("{LEAST}[themes.y.macros]\n{line}\n"));
    let name = "expected a name of 1 to 40 lower-case letters, digits and hyphens";

    assert_eq!(
        of("\"Big Lift\" = { energy = [0, 1] }"),
        format!("radio.toml:6: macro \"Big Lift\": {name}, found \"Big Lift\"")
    );
    assert!(of("lift = 3").ends_with("expected a table such as { energy = [0.3, 1] }, found 3"));
    let nine: Vec<_> = (0..9).map(|n| format!("m{n} = {{ energy = [0, 1] }}\n")).collect();
    assert_eq!(of(&nine.concat()), "radio.toml:5: macros: expected at most 8 macros, found 9");
    let shown = problems(&format!("{LEAST}[themes.y]\nmacros = 1\n"));
    assert_eq!(shown, "radio.toml:6: macros: expected a table of macros, found 1");
}
