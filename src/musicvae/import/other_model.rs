//! Models that Magenta and others publish beside `MusicVAE`s. They can't be imported; the error names the one
//! found.

use std::fmt;

/// A model that is no `MusicVAE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherModel {
    /// `MusicRNN`: `basic_rnn`, `melody_rnn`, `drum_kit_rnn`, `chord_pitches_improv`.
    MusicRnn,
    /// Onsets and Frames.
    OnsetsAndFrames,
    /// Coconet.
    Coconet,
    /// A TensorFlow.js graph model, such as those of DDSP and SPICE.
    GraphModel,
    /// Another type that a checkpoint's configuration names.
    Named(String),
}

impl OtherModel {
    /// The model whose `type` in `config.json` is `name`.
    pub fn of_type(name: &str) -> Self {
        match name {
            "MusicRNN" => Self::MusicRnn,
            other => Self::Named(other.to_owned()),
        }
    }

    /// The model that has tensors of these names, if it is a known one: prefixes as in magenta-js
    /// (`music_rnn/model.ts`, `transcription/model.ts`, `coconet/model.ts`).
    pub fn of_tensors<'a>(mut names: impl Iterator<Item = &'a String>) -> Option<Self> {
        names.find_map(|name| {
            let model = match name.split('/').next()? {
                "rnn" | "fully_connected" => Self::MusicRnn,
                "onsets" => Self::OnsetsAndFrames,
                "model" if name.starts_with("model/conv") => Self::Coconet,
                _ => return None,
            };
            Some(model)
        })
    }
}

impl fmt::Display for OtherModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MusicRnn => {
                "a MusicRNN, which continues a sequence note by note and has no latent space"
            }
            Self::OnsetsAndFrames => {
                "Onsets and Frames, which transcribes recordings of a piano and has no latent space"
            }
            Self::Coconet => {
                "Coconet, which fills in chorales by Gibbs sampling and has no latent space"
            }
            Self::GraphModel => {
                "a graph model of TensorFlow.js, such as DDSP's, which outputs sound and not notes"
            }
            Self::Named(name) => return write!(f, "a model of type {name:?}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::musicvae::import::read_in_memory;

    /// The error for a TensorFlow.js checkpoint of one tensor.
    fn error(tensor: &str, config: Option<&str>) -> String {
        let manifest = format!(
            r#"[{{"paths": ["s"], "weights": [{{"name": "{tensor}", "shape": [1], "dtype": "float32"}}]}}]"#
        );
        let mut files = vec![
            ("weights_manifest.json".to_owned(), manifest.into_bytes()),
            ("s".to_owned(), vec![0; 4]),
        ];
        files.extend(config.map(|config| ("config.json".to_owned(), config.into())));
        read_in_memory(files.into_iter().collect()).unwrap_err().to_string()
    }

    #[test]
    fn models_without_a_latent_space_are_named() {
        let cell = "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel";
        for (tensor, config, sentence) in [
            (
                cell,
                Some(r#"{"type": "MusicRNN"}"#),
                "memory/config.json: expected a MusicVAE, found a MusicRNN,",
            ),
            (cell, None, "memory/weights_manifest.json: expected a MusicVAE, found a MusicRNN,"),
            ("rnn/attention_cell_wrapper/kernel", None, "found a MusicRNN,"),
            ("onsets/conv0/weights", None, "found Onsets and Frames, which transcribes"),
            (
                "model/conv0/SeparableConv2d/depthwise_weights",
                None,
                "found Coconet, which fills in",
            ),
            ("a", Some(r#"{"type": "PianoGenie"}"#), "found a model of type \"PianoGenie\""),
        ] {
            let found = error(tensor, config);
            assert!(found.contains(sentence), "{found}");
        }
    }

    #[test]
    fn a_graph_model_is_named() {
        let files = ["model.json", "group1-shard1of1.bin"].map(|name| (name.to_owned(), vec![]));
        let found = read_in_memory(files.into()).unwrap_err().to_string();
        assert!(
            found.starts_with("memory/model.json: expected a MusicVAE, found a graph"),
            "{found}"
        );
    }
}
