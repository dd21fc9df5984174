//! Values in place of radio.toml's.

use serde_json::json;

use super::*;
use crate::config::{keys::is_settable, source::BUILT_IN};

const FILE: &str = r#"# A radio.
[themes.deep]
tempo = 120 # calm
bass = { gain_db = -3, low = 33 } # low

# Two stations play it.
[[stations]]
name = "one"
theme = "deep"

[[stations]]
name = "two"
theme = "deep"
energy = 0.4
"#;

fn text() -> Text {
    Text { text: FILE.to_owned(), name: "radio.toml".to_owned(), base_dir: "/radio".into() }
}

fn values(values: &[(&str, Value)]) -> Overlay {
    values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

fn refused(key: &str, value: Value) -> String {
    let folder = Path::new("/state/studio");
    overlay(&text(), "one", &values(&[(key, value)]), Some(folder)).unwrap_err().to_string()
}

#[test]
fn values_are_those_of_their_station_alone() {
    let overlay = overlay(
        &text(),
        "one",
        &values(&[
            ("tempo", json!(133)),
            ("energy", json!(0.9)),
            ("bass.gain_db", json!(2.5)),
            ("lead.max_notes", json!(5)),
            ("room.damping", json!(0.7)),
            ("pad.2", json!("dream:9")),
            ("key", json!("C minor")),
        ]),
        None,
    );
    let config = overlay.unwrap();
    let plain = text().parse().unwrap();
    let [one, two] = &config.stations[..] else { panic!("two stations") };

    assert_eq!(*two, plain.stations[1]);
    let theme = &one.theme;
    assert_eq!((theme.tempo.get(), one.energy, theme.voices[1].gain.0), (133.0, 0.9, 2.5));
    assert_eq!((theme.bass.register.low, theme.lead.max_notes), (33, 5));
    assert_eq!(theme.pad[2], crate::config::Anchor::Dream(9));
    assert_eq!(theme.pad[1], plain.stations[0].theme.pad[1]);
    assert_eq!((theme.name.as_str(), one.genre.as_str()), ("deep", "deep"));
    assert_eq!(theme.key.to_string(), "C minor");
}

#[test]
fn a_value_is_refused_as_in_the_file() {
    assert!(refused("tempo", json!(1000)).contains("30 to 300"), "{}", refused("tempo", json!(1)));
    assert!(refused("key", json!("H minor")).contains("H minor"));
    assert!(refused("bass.low", json!(60)).contains("at least"));
    assert_eq!(
        refused("tempo", json!(null)),
        "tempo: expected a number, a text, true, false or a list of these, found null"
    );
    assert!(refused("pad", json!([[1]])).contains("a list without lists"));
    assert!(refused("anchors", json!(vec!["dream:1"; 1000])).contains("256 items"));
    assert!(refused("titles", json!("x".repeat(2000))).contains("1000 bytes"));
}

#[test]
fn other_files_and_fixed_keys_can_t_be_set() {
    for key in [
        "soundfont",
        "bass.soundfont",
        "trio_model",
        "mounts",
        "record",
        "name",
        "bass",
        "",
        "tempo.x",
        "pad.4",
        "pad.01",
        "push",
    ] {
        let sentence = refused(key, json!("x"));
        assert!(sentence.contains("expected a key of a theme"), "{key}: {sentence}");
    }
    for file in ["/etc/passwd", "a.mid", "/state/studio/../a.mid", "/state/b.mid"] {
        assert!(refused("pad.1", json!(file)).contains("made in the studio"), "{file}");
        assert!(refused("anchors", json!(["dream:1", file])).contains("made in the studio"));
    }
    // Allowed, but missing.
    assert!(refused("pad.1", json!("/state/studio/a.mid")).contains("none at"));
}

#[test]
fn a_theme_of_two_stations_is_copied_when_values_are_written() {
    let overlay = values(&[("tempo", json!(133)), ("energy", json!(0.25))]);
    let written = written(&text(), "one", &overlay, None).unwrap();

    assert!(written.contains("tempo = 120 # calm") && written.contains("# Two stations play it."));
    assert!(written.contains("[themes.deep-of-one]\ntempo = 133 # calm\n"), "{written}");
    assert!(
        written.contains("name = \"one\"\ntheme = \"deep-of-one\"\nenergy = 0.25\n"),
        "{written}"
    );
}

#[test]
fn a_theme_of_one_station_is_edited_in_place() {
    let only = FILE.split("[[stations]]\nname = \"two\"").next().unwrap().to_owned();
    let text = Text { text: only, ..text() };
    let overlay = values(&[("tempo", json!(133)), ("bass.gain_db", json!(-6.5))]);
    let written = written(&text, "one", &overlay, None).unwrap();

    assert!(written.contains("tempo = 133 # calm\nbass = { gain_db = -6.5, low = 33 } # low"));
    assert_eq!(
        difference(&text.text, &written),
        "-tempo = 120 # calm\n+tempo = 133 # calm\n-bass = { gain_db = -3, low = 33 } # low\n\
         +bass = { gain_db = -6.5, low = 33 } # low\n"
    );
    assert_eq!(difference("a\nb\n", "a\nb\n"), "");
    assert_eq!(difference("a\nc\n", "a\nb\nc\n"), "+b\n");
}

#[test]
fn values_that_can_be_set_have_their_ranges_and_what_is_in_effect() {
    let found = settable(&text(), "two", &values(&[("swing", json!(0.25))])).unwrap();
    let of = |key: &str| found.iter().find(|value| value.key == key).unwrap();

    assert_eq!((of("tempo").value.clone(), of("swing").value.clone()), (json!(120), json!(0.25)));
    assert_eq!(
        (of("energy").value.clone(), of("bass.gain_db").value.clone()),
        (json!(0.4), json!(-3))
    );
    assert_eq!(of("tempo").schema["maximum"], 300.0);
    assert_eq!(of("loudness_lufs").value, json!(-16));
    // From the built-in file.
    assert_eq!(of("wander").value, json!(0.08));
    assert!(found.iter().all(|value| !value.key.contains("soundfont") && is_settable(&value.key)));
    assert!(settable(&text(), "three", &Overlay::new()).is_err());
}

#[test]
fn the_dimensions_of_a_personal_prior_can_be_set_where_a_theme_has_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.safetensors"), "").unwrap();
    let with_prior = FILE.replace("tempo = 120", "prior = \"mine\"\ntempo = 120");
    let text = Text { text: with_prior, base_dir: folder.path().to_owned(), ..text() };
    let keys = |text: &Text| {
        let found = settable(text, "one", &Overlay::new()).unwrap();
        let personal = found.into_iter().filter(|value| value.key.starts_with("personal."));
        personal.map(|value| (value.key, value.value)).collect::<Vec<_>>()
    };

    let expected = [("a", 0), ("b", 0), ("c", 0), ("d", 0), ("spread", 1)];
    assert_eq!(keys(&text), expected.map(|(key, value)| (format!("personal.{key}"), json!(value))));
    assert_eq!(keys(&Text { text: FILE.to_owned(), ..text.clone() }), []);
    let set = values(&[("personal.b", json!(-1.5)), ("personal.spread", json!(0.25))]);
    let config = overlay(&text, "one", &set, None).unwrap();
    let personal = config.stations[0].theme.personal;
    assert_eq!((personal.at, personal.spread), ([0.0, -1.5, 0.0, 0.0], 0.25));
    let refused = overlay(&text, "one", &values(&[("personal.a", json!(3))]), None).unwrap_err();
    assert!(refused.to_string().contains("-2 to 2"), "{refused}");
    assert!(!is_settable("prior"));
}

#[test]
fn every_built_in_station_takes_values() {
    let text = Text { text: BUILT_IN.to_owned(), name: "built-in".to_owned(), base_dir: "".into() };
    for station in text.parse().unwrap().stations {
        let set = values(&[("tempo", json!(111)), ("chords.gain_db", json!(-20))]);
        let config = overlay(&text, &station.name, &set, None).unwrap();
        let found = config.stations.iter().find(|found| found.name == station.name).unwrap();
        let mut expected = (*station.theme).clone();
        expected.tempo = 111.0.try_into().unwrap();
        expected.voices[3].gain.0 = -20.0;
        assert_eq!(*found.theme, expected, "{}", station.name);
        written(&text, &station.name, &set, None).unwrap();
    }
}
