//! Model cards: what a model was trained on, and how.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::Serialize;

use crate::{
    files::{self, NotWritten},
    lab::train::{Error, fit::Measure},
    musicvae::net::config::Config,
};

/// Tables of an existing card that are kept: the first is written by hand, the second by `eval`.
const KEPT: [&str; 2] = ["credits", "held_out"];

/// A model card, stored as NAME.toml beside the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// The configuration's name.
    pub config: String,
    /// Sizes by Magenta's names.
    pub sizes: BTreeMap<&'static str, usize>,
    /// The training run.
    pub training: Training,
    /// Validation at the last step, by data set.
    pub validation: BTreeMap<String, Figures>,
}

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Training {
    /// The command line.
    pub command: String,
    /// Seed of all random draws.
    pub seed: u64,
    /// Steps taken.
    pub steps: u64,
    /// File names of the data sets.
    pub data: Vec<String>,
    /// Training windows from songs.
    pub real_windows: usize,
    /// Training windows from hand-written patterns.
    pub themed_windows: usize,
    /// Share of patterns in a batch, 0 to 1.
    pub themed_share: f64,
}

/// Results of a validation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Reconstruction cross-entropy, nats per example.
    pub cross_entropy: f64,
    /// KL divergence from the prior, bits per example.
    pub kl_bits: f64,
    /// Teacher-forced accuracy of each part, 0 to 1.
    pub accuracy: Vec<f64>,
}

impl From<&Measure> for Figures {
    fn from(measure: &Measure) -> Self {
        let rounded = |x: &f64| (x * 1e4).round() / 1e4;
        Self {
            cross_entropy: rounded(&measure.cross_entropy),
            kl_bits: rounded(&measure.kl_bits),
            accuracy: measure.accuracy.iter().map(rounded).collect(),
        }
    }
}

/// The sizes of `config` by Magenta's names.
pub fn sizes(config: &Config) -> BTreeMap<&'static str, usize> {
    let mut sizes = BTreeMap::from([
        ("z_size", config.n_latent),
        ("enc_rnn_size", config.n_encoder),
        ("dec_rnn_size", config.n_decoder),
        ("dec_rnn_layers", config.n_decoder_layers),
    ]);
    if 0 < config.n_conductor_layers {
        sizes.insert("conductor_rnn_size", config.n_conductor);
        sizes.insert("conductor_rnn_layers", config.n_conductor_layers);
    }
    if 1 < config.n_encoder_layers {
        sizes.insert("enc_rnn_layers", config.n_encoder_layers);
    }
    if 0 < config.n_skip {
        sizes.insert("skip_size", config.n_skip);
    }
    sizes
}

/// The command line of this process.
pub fn command_line() -> String {
    let quoted = |word: String| {
        if word.contains(char::is_whitespace) { format!("'{word}'") } else { word }
    };
    std::env::args().map(quoted).collect::<Vec<_>>().join(" ")
}

impl Card {
    /// Writes the card to `path`; see [`save`].
    ///
    /// # Errors
    /// As [`save`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        save(self, path)
    }
}

/// Writes `card` to `path`, keeping the tables `[credits]` and `[held_out]` of an existing card.
///
/// # Errors
/// The disk is full or read-only, or the existing card is not TOML; it stays unchanged.
pub fn save(card: &impl Serialize, path: &Path) -> Result<(), Error> {
    let not_written = |source| Error::NotWritten(NotWritten { path: path.to_owned(), source });
    let mut card = toml::Table::try_from(card).map_err(io::Error::other).map_err(not_written)?;
    let old = fs::read_to_string(path).unwrap_or_default();
    let old: toml::Table = old.parse().map_err(|error| {
        not_written(io::Error::other(format!("the existing card is not valid TOML: {error}")))
    })?;
    card.extend(old.into_iter().filter(|(table, _)| KEPT.contains(&table.as_str())));
    Ok(files::write(path, card.to_string().as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    fn card(steps: u64) -> Card {
        let config = Config::official(Family::Trio4Bar);
        let training = Training {
            command: "electropunk train".into(),
            seed: 1,
            steps,
            data: vec!["a.safetensors".into()],
            real_windows: 10,
            themed_windows: 0,
            themed_share: 0.5,
        };
        let measure = Measure { cross_entropy: 1.0, kl_bits: 48.0, accuracy: vec![0.123_456; 3] };
        let validation = BTreeMap::from([("real".to_owned(), Figures::from(&measure))]);
        Card { config: config.family.to_string(), sizes: sizes(&config), training, validation }
    }

    #[test]
    fn a_new_card_keeps_credits_and_held_out_scores() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.toml");
        let written = "stale = 1\n[credits]\nwho = \"us\"\n[held_out.real]\nwindows = 5\n";
        fs::write(&path, written).unwrap();

        card(7).save(&path).unwrap();

        let found: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        assert_eq!(found["credits"]["who"].as_str(), Some("us"));
        assert_eq!(found["held_out"]["real"]["windows"].as_integer(), Some(5));
        assert_eq!(found["training"]["steps"].as_integer(), Some(7));
        assert_eq!(found["validation"]["real"]["accuracy"][2].as_float(), Some(0.1235));
        assert!(!found.contains_key("stale"));
    }

    #[test]
    fn an_invalid_card_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.toml");
        fs::write(&path, "no card").unwrap();

        let error = card(7).save(&path).unwrap_err().to_string();

        assert!(error.contains("not valid TOML"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "no card");
    }
}
