//! The data converter that a checkpoint names: magenta-js's `config.json` (`music_vae/model.ts`),
//! and its predecessor `converter.json`.

use serde::{Deserialize, de::IgnoredAny};

use crate::musicvae::{
    import::{error::Error, folder::Folder, json, other_model::OtherModel},
    net::domain::GrooveInput,
};

/// Settings of magenta-js's `DataConverter` (`core/data.ts`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Converter {
    /// The converter's class, such as `TrioConverter`.
    pub kind: Option<String>,
    /// T, steps of a sequence.
    pub n_steps: Option<usize>,
    /// Segments under the conductor; none for flat networks.
    pub n_segments: Option<usize>,
    /// Lowest and highest pitch of a melody.
    pub pitches: Option<(u8, u8)>,
    /// Time steps in a quarter note, for multitrack networks.
    pub n_steps_per_quarter: Option<usize>,
    /// Velocity bins of multitrack networks; none if velocities are not encoded.
    pub n_velocity_bins: Option<usize>,
    /// GrooVAE whose encoder reads neither velocity nor timing.
    pub humanizes: bool,
    /// GrooVAE whose encoder reads taps on one drum.
    pub tapifies: bool,
    /// GrooVAE with a separate step for each drum.
    pub splits_instruments: bool,
    /// Conditioning besides z: chords, a key.
    pub conditions: Vec<&'static str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    r#type: Option<String>,
    data_converter: Option<Spec>,
    chord_encoder: Option<String>,
    condition_on_key: Option<bool>,
    #[serde(default)]
    extra_controls: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Spec {
    r#type: String,
    #[serde(default)]
    args: Args,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Args {
    num_steps: Option<usize>,
    num_segments: Option<usize>,
    min_pitch: Option<u8>,
    max_pitch: Option<u8>,
    steps_per_quarter: Option<usize>,
    num_velocity_bins: Option<usize>,
    humanize: Option<bool>,
    tapify: Option<bool>,
    split_instruments: Option<bool>,
}

/// Reads `config.json`, if there is one.
pub fn read_config(folder: &Folder) -> Result<Option<Converter>, Error> {
    const NAME: &str = "config.json";
    if !folder.has(NAME) {
        return Ok(None);
    }
    let file = folder.place(NAME);
    let config: Config = json::parse(&file, &folder.read_manifest(NAME)?)?;
    if let Some(found) = config.r#type.filter(|found| found != "MusicVAE") {
        return Err(Error::OtherModel { file, found: OtherModel::of_type(&found) });
    }
    let mut converter = config.data_converter.map(Converter::from).unwrap_or_default();
    converter.conditions.extend(config.chord_encoder.map(|_| "chords"));
    converter.conditions.extend(config.condition_on_key.filter(|&is| is).map(|_| "a key"));
    converter.conditions.extend(config.extra_controls.first().map(|_| "further controls"));
    Ok(Some(converter))
}

/// Reads `converter.json`, if there is one.
pub fn read_converter(folder: &Folder) -> Result<Option<Converter>, Error> {
    const NAME: &str = "converter.json";
    if !folder.has(NAME) {
        return Ok(None);
    }
    let spec: Spec = json::parse(&folder.place(NAME), &folder.read_manifest(NAME)?)?;
    Ok(Some(spec.into()))
}

impl Converter {
    /// What the encoder of a groove network reads, if this is its converter.
    pub fn groove_input(&self) -> Option<GrooveInput> {
        let of_flags = match (self.tapifies, self.humanizes) {
            (true, _) => GrooveInput::Tap,
            (false, true) => GrooveInput::Hits,
            (false, false) => GrooveInput::All,
        };
        (self.kind.as_deref() == Some("GrooveConverter")).then_some(of_flags)
    }
}

impl From<Spec> for Converter {
    fn from(Spec { r#type, args }: Spec) -> Self {
        Self {
            kind: Some(r#type),
            n_steps: args.num_steps,
            n_segments: args.num_segments,
            pitches: args.min_pitch.zip(args.max_pitch),
            n_steps_per_quarter: args.steps_per_quarter,
            n_velocity_bins: args.num_velocity_bins,
            humanizes: args.humanize == Some(true),
            tapifies: args.tapify == Some(true),
            splits_instruments: args.split_instruments == Some(true),
            conditions: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: &str) -> Result<Option<Converter>, String> {
        let files = [("config.json".to_owned(), config.as_bytes().to_vec())];
        let folder = Folder::in_memory("m", files.into());
        read_config(&folder).map_err(|error| error.to_string())
    }

    #[test]
    fn a_magenta_js_configuration_is_read() {
        let found = read(
            r#"{"type": "MusicVAE", "chordEncoder": "PitchChordEncoder", "dataConverter": {
                "type": "GrooveConverter", "args": {"numSteps": 32, "humanize": true}}}"#,
        );

        let expected = Converter {
            kind: Some("GrooveConverter".into()),
            n_steps: Some(32),
            humanizes: true,
            conditions: vec!["chords"],
            ..Converter::default()
        };
        assert_eq!(found, Ok(Some(expected)));
    }

    #[test]
    fn other_models_and_broken_configurations_are_errors() {
        assert_eq!(
            read(r#"{"type": "a"}"#).unwrap_err(),
            "m/config.json: expected a MusicVAE, found a model of type \"a\""
        );
        let many_steps = r#"{"dataConverter": {"type": "", "args": {"numSteps": -1}}}"#;
        assert!(read(many_steps).unwrap_err().starts_with("m/config.json: broken JSON: invalid"));
    }

    #[test]
    fn a_checkpoint_may_have_no_configuration() {
        assert_eq!(read_config(&Folder::in_memory("m", [].into())).unwrap(), None);
    }
}
