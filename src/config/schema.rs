//! A JSON Schema of radio.toml for editors.
//!
//! The code that reads the file also declares its keys: it runs over an empty file, and a [`Recorder`]
//! collects what it asks for. A key that is read is therefore always in the schema.

use std::path::Path;

use serde_json::Value;
use toml::de::DeTable;

use crate::config::{
    recorder::Recorder,
    root::Config,
    section::{Reading, Section},
};

/// The schema (JSON Schema draft 2020-12). Descriptions are the comments of the built-in radio.toml.
pub fn schema() -> Value {
    let recorder = Recorder::default();
    let reading = Reading { recorder: Some(&recorder), ..Reading::of("", Path::new("")) };
    let table = DeTable::new();
    Section::root(&reading, &table, Config::read);
    let mut root = recorder.into_schema();
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = "radio.toml of electropunk".into();
    root
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{config::source::BUILT_IN, patterns::style::Style, units::Bpm};

    #[test]
    fn the_schema_has_tables_ranges_and_descriptions() {
        let schema = schema();
        let tempo = &schema["properties"]["themes"]["additionalProperties"]["properties"]["tempo"];
        assert_eq!(tempo["type"], "number");
        assert!(tempo["description"].as_str().unwrap().contains("30 to 300 beats a minute"));

        let theme = &schema["properties"]["themes"]["additionalProperties"]["properties"];
        assert_eq!(theme["bass"]["properties"]["pan"]["minimum"], -1.0);
        assert_eq!(theme["pad"]["minItems"], 4);

        let station = &schema["properties"]["stations"];
        assert_eq!(station["type"], "array");
        assert_eq!(station["items"]["required"], json!(["name", "theme"]));
        assert_eq!(station["items"]["additionalProperties"], false);
    }

    #[test]
    fn a_key_with_fixed_choices_lists_them() {
        let schema = schema();
        let theme = &schema["properties"]["themes"]["additionalProperties"]["properties"];
        let station = &schema["properties"]["stations"]["items"]["properties"];
        let playlist = &station["playlists"]["items"]["properties"];

        assert_eq!(theme["shape"]["enum"], json!(["club", "song", "flow"]));
        let styles: Vec<&str> = Style::ALL.iter().map(|style| style.name()).collect();
        assert_eq!(theme["arrangement"]["enum"], json!(styles));
        assert_eq!(theme["harmony"]["enum"], json!(["chords", "scale"]));
        for part in ["drums", "bass", "lead", "chords"] {
            let keys = &theme[part]["properties"];
            assert_eq!(keys["amp"]["enum"], json!(["none", "stack", "combo"]), "{part}");
            assert_eq!(keys["filter"]["enum"], json!(["none", "acid"]), "{part}");
        }
        assert_eq!(station["form"]["enum"], json!(["tracks", "endless"]));
        assert_eq!(station["bitrate_kbps"]["enum"], json!([96, 112, 128, 160, 192, 224, 256, 320]));
        assert_eq!(playlist["order"]["enum"], json!(["in turn", "shuffled"]));
        assert_eq!(playlist["place"]["enum"], json!(["over", "between"]));
        assert_eq!(playlist["on"]["enum"], json!(["beat", "bar", "phrase"]));
        assert_eq!(schema["properties"]["precision"]["enum"], json!(["f32", "q8"]));
        assert_eq!(schema["properties"]["device"]["anyOf"][0]["enum"], json!(["auto", "cpu"]));
        let anchors = &theme["anchors"]["items"];
        for style in Style::ALL {
            assert!(anchors["pattern"].as_str().unwrap().contains(style.name()), "{style}");
        }
    }

    #[test]
    fn booleans_and_ranges_have_their_types() {
        let schema = schema();
        let enabled = &schema["properties"]["hls"]["properties"]["enabled"];
        assert_eq!(enabled["type"], "boolean");

        let tempo = &schema["properties"]["defaults"]["properties"]["tempo"];
        let limit = |name: &str| tempo[name].as_f64().unwrap();
        assert!(Bpm::try_from(limit("minimum")).is_ok() && Bpm::try_from(limit("maximum")).is_ok());
        assert!(Bpm::try_from(limit("minimum") - 0.1).is_err());
        assert!(Bpm::try_from(limit("maximum") + 0.1).is_err());
    }

    #[test]
    fn every_key_of_the_built_in_file_is_in_the_schema() {
        fn check(value: &toml::Value, schema: &Value, at: &str) {
            match value {
                toml::Value::Table(table) => {
                    for (key, inner) in table {
                        let known = &schema["properties"][key];
                        let known =
                            if known.is_null() { &schema["additionalProperties"] } else { known };
                        assert!(known.is_object(), "{at}.{key}");
                        check(inner, known, &format!("{at}.{key}"));
                    }
                }
                toml::Value::Array(items) => {
                    for item in items {
                        check(item, &schema["items"], at);
                    }
                }
                _ => {}
            }
        }
        check(&toml::from_str(BUILT_IN).unwrap(), &schema(), "");
    }
}
